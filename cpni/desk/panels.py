"""The panels of the call screen, and how a form of a panel is taken.

A panel is a section ``#panel-<name>`` of the screen. Its template gets what ``fill`` returns as
``panel``, besides ``screen`` and ``call``; its forms post by htmx, which puts the new panel in
place of the old one and leaves the others, and what is typed there, alone::

    <form method="post" action="{% url 'desk:opt-out' call.pk %}"
          hx-post="{% url 'desk:opt-out' call.pk %}">
        {% csrf_token %}{% include "cpni/desk/token.html" %} …

The view behind it is a ``call_view`` of one line: ``take(Screen(request, call), "consent", do)``.

Keys: ``data-key="o"`` on a link or button makes the key press it, ``data-key-focuses`` makes the
key only move there (so that Enter presses it), and ``data-key-says`` lists it under “?”.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from accounts import calls, looks
from accounts.errors import AnotherForm, Refused
from accounts.models import Call, ContactPoint
from cpni.desk.edit_forms import REASONS
from cpni.desk.frame import page
from cpni.desk.screen import Screen
from cpni.models import TakenForm


@dataclass(frozen=True)
class Panel:
    """A part of the call screen: its name and heading, its template, and what that shows."""

    name: str
    title: str
    template: str
    fill: Callable[[Screen], dict[str, Any] | None]  # None: nothing to show, so it is left out
    aside: bool = True  # in the right column
    follows: bool = False  # shown anew when the caller has been authenticated


# Every panel, in the order of the screen; cpni/desk/urls.py puts them here, beside their addresses.
PANELS: list[Panel] = []


def show(screen: Screen) -> HttpResponseBase:
    """The call screen."""
    detail = "unmasked" if screen.standing.account else "masked"
    looks.note(screen.request, [screen.call.customer_id], detail=screen.shown or detail)
    # Nobody is in two calls; where this one may just have ended, it is asked.
    just_read = screen.request.method == "GET" and screen.call.is_open
    known: dict[str, Any] = {"open_call": screen.call} if just_read else {}
    filled = [
        (panel, {"token": uuid4(), **values})
        for panel in PANELS
        if (values := panel.fill(screen)) is not None
    ]
    return page(
        screen.request,
        "cpni/desk/call.html",
        f"Call {screen.call.pk}",
        is_nav_sidebar_enabled=False,  # its place is needed, and its way out is the button
        screen=screen,
        call=screen.call,
        **known,
        main=[one for one in filled if not one[0].aside],
        aside=[one for one in filled if one[0].aside],
        following=",".join(f"#panel-{panel.name}" for panel, _ in filled if panel.follows),
        place=place(screen),
        reasons=REASONS,
    )


def place(screen: Screen) -> str:
    """City and state of the account: what may be said of it to whoever calls."""
    points = screen.points(ContactPoint.Kind.POST)
    return f"{points[0].city}, {points[0].state}" if points else ""


def take(
    screen: Screen,
    name: str,
    do: Callable[[], str],
    *,
    form: forms.Form | None = None,
    once: bool = True,
) -> HttpResponseBase:
    """Take a form of the panel ``name``: ``do`` runs the verbs and says what was done, if anything.

    1. A form that is not filled in right is shown again, in its panel.
    2. The call is locked; in a call that has ended, nothing is done any more.
    3. A form that was taken before (a second click, a retry after a lost connection) does nothing
       more: the form's number is kept in the transaction of what it did. With ``once=False`` 2 and
       3 are left to the verb, which keeps the number itself and commits what it did at once.
    4. What a verb refuses is said in the panel, with what was typed; nothing has changed.
    5. The answer leads to the call screen, so that going back or reloading sends nothing again.
    """
    if form is not None and not form.is_valid():
        return refused(screen, name, form)
    try:
        if once:
            with transaction.atomic():
                call = calls.lock(screen.call, by=screen.by)
                said = do() if _first_time(screen, call) else "This was recorded already."
        else:
            said = do()
    except Refused as error:
        return refused(screen, name, form, error)
    if said:
        messages.success(screen.request, said)
    return HttpResponseRedirect(reverse("desk:call", args=[screen.call.pk]))


def refused(
    screen: Screen, name: str, form: forms.Form | None, error: Refused | None = None
) -> HttpResponseBase:
    """The screen again, with what was typed in the panel ``name`` and why it was not taken."""
    screen.forget()
    if form is None:
        messages.error(screen.request, str(error))
    else:
        if error:
            form.add_error(None, str(error))
        screen.typed[name] = form
    return show(screen)


def _first_time(screen: Screen, call: Call) -> bool:
    """Whether this form was not taken yet; from now on it was. Refused with another's number."""
    try:
        token = UUID(screen.request.POST.get("token", ""))
    except ValueError as error:
        raise Refused("The form has no number.", "Open the call again.") from error
    taken, first = TakenForm.objects.get_or_create(token=token, defaults={"call": call})
    if taken.call_id != call.pk:
        raise AnotherForm
    return first
