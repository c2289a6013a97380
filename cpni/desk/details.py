"""The panel “Details”: masked until the caller is authenticated; then each with its change."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from accounts.fields import telephone_shown
from accounts.models import Call, ContactPoint
from cpni.desk import masked, told
from cpni.desk.edits import EDITS, Edit
from cpni.desk.frame import call_view
from cpni.desk.panels import Panel, show, take
from cpni.desk.screen import Screen

NAME = "details"
Kind = ContactPoint.Kind


@dataclass(frozen=True)
class Row:
    """One line of the panel; ``edit`` is what changes it, if anything does."""

    label: str
    lines: list[tuple[str, str]]  # what, and what is to be known of it
    edit: Edit | None = None


def fill(screen: Screen) -> dict[str, Any]:
    """What is on the account, and the form of what is being changed."""
    standing, edit = screen.standing, screen.edit
    filled: dict[str, Any] = {
        "rows": rows(screen),
        "open": standing.account,
        "may_change": standing.may_change,
        "edit": None,
    }
    if edit is None or not standing.may_change:
        return filled
    form = screen.typed.get(NAME) or edit.unbound(screen)
    checked = screen.checked and not form.errors
    new = edit.values(form.cleaned_data) if checked else None
    return {
        **filled,
        "edit": edit,
        "form": form,
        "now": edit.now(screen),
        "seen": edit.version(screen),
        "told": told.sentence(screen, edit.kind, new=new) if edit.kind else "",
        "checked": checked,
        "after": edit.after(form.cleaned_data) if checked else "",
    }


PANEL = Panel(NAME, "Details", "cpni/desk/details.html", fill, aside=False, follows=True)


@call_view
def edit(request: HttpRequest, call: Call, what: str) -> HttpResponseBase:
    """Change one thing: the form, what is read back to the caller, and then the change."""
    screen = Screen(request, call)
    if what not in EDITS:
        raise Http404
    screen.edit = chosen = EDITS[what]
    if not screen.standing.may_change:
        messages.error(request, screen.standing.sentence)
        return HttpResponseRedirect(reverse("desk:call", args=[call.pk]))
    if request.method != "POST":
        return show(screen)
    form = chosen.bound(screen, request.POST)
    step = request.POST.get("step")
    if chosen.reads_back and step != "save":
        screen.typed[NAME] = form
        screen.checked = form.is_valid() and step == "check"
        return show(screen)
    return take(screen, NAME, lambda: chosen.save(screen, form), form=form)


def rows(screen: Screen) -> list[Row]:
    """Everything of the account that a caller may ask about or have changed."""
    customer = screen.customer
    numbers = [(service_words(screen, s), s.get_category_display()) for s in screen.services]
    users = [(user.name, user.get_authority_display()) for user in screen.users]
    return [
        Row("Name", [(customer.name, "")], EDITS["name"]),
        Row("Postal address", points(screen, Kind.POST), EDITS["post"]),
        Row("E-mail", points(screen, Kind.EMAIL), EDITS["email"]),
        Row("Contact numbers", points(screen, Kind.TELEPHONE), EDITS["telephone"]),
        Row("Number of record", numbers or [("None", "no service with a number")]),
        Row("Notices", [(EDITS["consent"].now(screen), "")], EDITS["consent"]),
        Row("Language", [(customer.get_language_display(), "")], EDITS["language"]),
        Row("Authorised users", users or [("None", "")], EDITS["users"]),
        Row("Password", [(EDITS["password"].now(screen), "")], EDITS["password"]),
        Row("Back-up question", [(backup_words(screen), "")], EDITS["backup"]),
    ]


def points(screen: Screen, kind: str) -> list[tuple[str, str]]:
    """The contact points of ``kind``, with whether each is of record."""
    shown = [(point_words(screen, point), record(screen, point)) for point in screen.points(kind)]
    return shown or [("None", "")]


def point_words(screen: Screen, point: ContactPoint) -> str:
    """The address or number; masked until the caller is authenticated."""
    if screen.standing.account:
        return point.text
    if point.kind == Kind.POST:
        return masked.post(point.line1, point.city, point.state)
    if point.kind == Kind.EMAIL:
        return masked.email(point.value)
    return masked.telephone(point.value)


def service_words(screen: Screen, service: Any) -> str:
    """The number of the service itself, likewise."""
    if not service.telephone_number:
        return "No number"
    if screen.standing.account:
        return telephone_shown(service.telephone_number)
    return masked.telephone(service.telephone_number)


def backup_words(screen: Screen) -> str:
    """The question itself is for the panel that asks it."""
    if screen.standing.account:
        return EDITS["backup"].now(screen)
    return "Set" if any(one.question for one in screen.credentials) else "None is set"


def record(screen: Screen, point: ContactPoint) -> str:
    """Whether ``point`` is of record (64.2003(b)), and what else is to be known of it."""
    if point.kind == Kind.TELEPHONE:
        words = "contact number, not of record"
    elif point.of_record(screen.today):
        words = f"of record, since {point.since:%b} {point.since.day}, {point.since.year}"
    else:
        day = point.of_record_from
        words = f"of record from {day:%b} {day.day}, {day.year}"
    gone = point.undeliverable_since
    return words + (f"; nothing arrives since {gone:%b} {gone.day}, {gone.year}" if gone else "")
