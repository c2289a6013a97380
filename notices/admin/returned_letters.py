"""Returned letters: recorded by their codes, one after another, by keyboard or scanner."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from accounts import looks
from accounts.admin.acts import person
from accounts.admin.pages import page
from accounts.errors import Refused
from accounts.models import Carrier
from notices import outcomes
from notices.models import Delivery
from notices.tasks import nudge, send_campaign

KEPT = "returned letters"  # in the session: the ids of those that were recorded last
SHOWN = 20


def view(model_admin: Any, request: HttpRequest) -> HttpResponseBase:
    """A field for the code, and the letters that were recorded last. Works without a script.

    A scanner types the code and presses Enter, so each answer has the field ready again.
    """
    if not request.user.has_perm("notices.record_outcome"):
        raise PermissionDenied
    if request.method == "POST":
        try:
            if taken_back := request.POST.get("take_back"):
                _take_back(request, taken_back)
            elif code := request.POST.get("code", "").strip():
                _record(request, code)
        except Refused as refused:
            messages.error(request, str(refused))
        return HttpResponseRedirect(reverse("admin:notices_delivery_returned"))
    last = _last(request)
    looks.note(request, (letter.customer_id for letter in last), what=looks.What.LISTED)
    return page(
        model_admin,
        request,
        "notices/admin/returned.html",
        None,
        title="Returned letters",
        letters=last,
    )


def _record(request: HttpRequest, code: str) -> None:
    letter = outcomes.find_letter(code)
    result = outcomes.record(
        letter,
        outcome=Delivery.Outcome.RETURNED,
        on=Carrier.today(),
        by=person(request),
        because="The letter was returned",
    )
    day = letter.outcome_on
    if not result.new and day:
        messages.warning(
            request,
            f"{letter.reference} is already recorded as returned, on {day:%B} {day.day},"
            f" {day.year}. Nothing was changed.",
        )
        return
    ids = [pk for pk in request.session.get(KEPT, []) if pk != letter.pk]
    request.session[KEPT] = [letter.pk, *ids][:SHOWN]
    messages.success(request, f"{letter.reference} is recorded as returned. {_next(result)}")


def _next(result: outcomes.Result) -> str:
    substitute = result.substitute
    if substitute is None:
        return "No substitute was opened."
    if substitute.channel == Delivery.Channel.NONE:
        return "There is no other way to reach the customer."
    if substitute.channel in Delivery.SENT_BY_LOOP:
        nudge(send_campaign, substitute.campaign_id)
    return f"A substitute goes by {substitute.get_channel_display().lower()}."


def _take_back(request: HttpRequest, number: str) -> None:
    kept = request.session.get(KEPT, [])
    letter = Delivery.objects.filter(pk__in=[pk for pk in kept if str(pk) == number]).first()
    if letter is None:
        raise Refused("That letter is not among the last ones.", "Open its own page.")
    if outcomes.take_back(letter, by=person(request), because="Recorded as returned by mistake"):
        messages.success(request, f"{letter.reference} is not returned any more.")
    request.session[KEPT] = [pk for pk in kept if pk != letter.pk]


def _last(request: HttpRequest) -> list[Delivery]:
    """The letters that were recorded last in this session, the newest first."""
    kept = request.session.get(KEPT, [])
    found = Delivery.objects.filter(pk__in=kept).exclude(outcome=Delivery.Outcome.NONE)
    return sorted(found.select_related("contact_point"), key=lambda letter: kept.index(letter.pk))
