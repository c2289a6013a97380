"""The page that lists what is asked and where it is answered."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts import looks
from accounts.admin.account_field import AccountField
from config.question_ways import Question, Way
from config.questions import GROUPS, QUESTIONS


@dataclass(frozen=True)
class Asked:
    """A question as one person sees it: the ways that are open to them, with their addresses.

    ``of_customer`` are those that an account number is asked for first, by their place. ``error``
    says what is wrong with the number that was given for ``entered``.
    """

    question: Question
    links: list[tuple[Way, str | None]]
    of_customer: list[tuple[int, Way]]
    entered: str = ""
    error: str = ""


def asked_by(user: Any, question: Question, entered: str = "", error: str = "") -> Asked | None:
    """``question`` as ``user`` sees it; None when they may open none of its ways."""
    ways = [(place, way) for place, way in enumerate(question.ways) if way.open_to(user)]
    if not ways:
        return None
    links = [(way, way.address()) for _, way in ways if not way.about_customer]
    return Asked(question, links, [w for w in ways if w[1].about_customer], entered, error)


@require_http_methods(["GET", "HEAD", "POST"])
def questions_page(request: HttpRequest) -> HttpResponse:
    """Every question that this person may have answered; posted with an account, its answer."""
    number, entered, error = 0, "", ""
    if not any(asked_by(request.user, one) for one in QUESTIONS.values()):
        raise PermissionDenied
    if request.method == "POST":
        number, way = _chosen(request)
        entered = request.POST.get("account", "").strip()
        try:
            customer = AccountField().clean(entered)
        except ValidationError as wrong:
            looks.note(request, what=looks.What.MISSING)
            error = wrong.messages[0]
        else:
            return HttpResponseRedirect(way.address(customer.pk) or request.path)
    groups = []
    for group in GROUPS:
        seen = [
            asked_by(request.user, one, *((entered, error) if one.number == number else ()))
            for one in group.questions
        ]
        if found := [one for one in seen if one]:
            groups.append((group.title, found))
    context = admin.site.each_context(request)
    context.update(
        title="Questions",
        groups=groups,
        all=len(QUESTIONS),
        shown=sum(len(found) for _, found in groups),
    )
    return render(request, "questions.html", context)


def _chosen(request: HttpRequest) -> tuple[int, Way]:
    """The number of the question whose form was sent, and the way that was chosen in it."""
    said = request.POST.get("question", ""), request.POST.get("way", "")
    try:
        number, place = map(int, said)
        way = QUESTIONS[number].ways[place] if place >= 0 else None
    except (ValueError, LookupError):
        way = None
    if way is None or not way.about_customer:
        raise BadRequest("No such question.")
    if not way.open_to(request.user):
        raise PermissionDenied
    return number, way
