"""Whose training is overdue reads it before they see CPNI again (64.2009(b)).

Asked once a day in each session; the session keeps the day on which it falls due. Who is stopped is
asked for anew each time, so that whatever lets them in does so at once.
"""

from collections.abc import Callable
from datetime import date
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from accounts import calls, training
from accounts.models import User

KEPT = "training"  # in the session: the day on which it was asked, and the day it falls due
# What stays open: one's own account, the customers' public pages, the way out.
OPEN_PATHS = ("/account/",)
OPEN_SPACES = {"choices"}
OPEN_NAMES = {"logout", "login", "jsi18n", "password_change", "password_change_done"}


class TrainingMiddleware:
    """Warns whose training falls due soon, and stops whose is overdue; never within a call."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponse | None:
        """Lead whoever is overdue to the text, but nobody in a call, or who is never stopped."""
        if not request.user.is_authenticated or _stays_open(request):
            return None
        today, user = timezone.localdate(), request.user
        due_on = due_day(request, today)
        if due_on is None or due_on >= today or training.never_stopped(user):
            return None
        overdue = [due for due in training.dues_of(user) if due.overdue(today)]
        if not overdue:
            forget(request)
            return None
        if calls.open_call(user):
            return None  # the caller is not left waiting; it begins with the next page after
        return HttpResponseRedirect(reverse("training-text", args=[overdue[0].training.pk]))


def _stays_open(request: HttpRequest) -> bool:
    match = request.resolver_match
    if match is None or request.path.startswith(OPEN_PATHS):
        return True
    return match.url_name in OPEN_NAMES or bool(OPEN_SPACES & set(match.namespaces))


def due_day(request: HttpRequest, today: date) -> date | None:
    """When this person's training falls due next, as the session has it; None without any course.

    Asked anew on each day of a session, with a word to whom it is due soon.
    """
    asked, _, day = str(request.session.get(KEPT, "")).partition(" ")
    if asked == str(today):
        return date.fromisoformat(day) if day else None
    first = next(iter(training.dues_of(cast(User, request.user))), None)
    request.session[KEPT] = f"{today} {first.due_on if first else ''}"
    if first and first.warned(today):
        overdue = first.overdue(today)
        messages.warning(
            request,
            format_html(
                "Your training “{}” {} {} {}, {}."
                ' <a class="text-link" href="{}">Read and sign it</a>.',
                first.training.course,
                "was due on" if overdue else "is due by",
                f"{first.due_on:%B}",
                first.due_on.day,
                first.due_on.year,
                reverse("training-text", args=[first.training.pk]),
            ),
        )
    return first.due_on if first else None


def forget(request: HttpRequest) -> None:
    """Ask anew: something was acknowledged."""
    request.session.pop(KEPT, None)
