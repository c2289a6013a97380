"""The letter to the FCC about a failed way to opt out: drafted, completed, filed (64.2009(f)).

The only writer of ``IncidentLetter``, but for the words of a draft, which its form changes.
"""

from datetime import date
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts import history
from accounts.civil import in_words
from accounts.errors import Refused
from accounts.fields import telephone_shown
from accounts.models import Carrier, User
from accounts.permissions import require
from accounts.upload_checks import validate_scan
from cpni import incidents, steps
from cpni.models import Incident, IncidentLetter, OptOutRequest, StepTaken
from notices import specimens, typesetting
from notices.models import NoticeText
from notices.placeholders import fill

ADD, CHANGE = "cpni.add_incidentletter", "cpni.change_incidentletter"
TEMPLATE = Path(__file__).parent / "typst" / "letter_to_fcc.typ"
Status = IncidentLetter.Status

# Each element that the rule names, by the field that holds it; the words of the letter's headings.
ELEMENTS = {
    "carrier_name": "Name of the carrier",
    "mechanisms": "Opt-out mechanisms used",
    "problem": "Problems experienced",
    "remedy": "Remedy proposed",
    "remedy_when": "When the remedy was or will be implemented",
    "states": "State commissions: whether they were notified and whether they have taken action",
    "customer_notice": "Copy of the notice given to customers",
    "contact": "Contact information",
}


def draft(incident: Incident, *, by: User | None, because: str) -> IncidentLetter:
    """A draft about ``incident`` with whatever is on record; what is not is left empty.

    The one that is not filed yet, if there is one.
    """
    require(by, ADD)
    with transaction.atomic():
        Incident.objects.select_for_update().get(pk=incident.pk)
        there = incident.letters.exclude(status=Status.FILED).first()
        if there:
            return there
        letter = IncidentLetter(incident=incident, **_on_record(incident))
        history.save(letter, by=by, because=because)
    return letter


def missing(letter: IncidentLetter) -> list[str]:
    """The elements of 64.2009(f) that ``letter`` lacks, in words."""
    return [words for field, words in ELEMENTS.items() if not getattr(letter, field).strip()]


def finish(letter: IncidentLetter, *, by: User | None, because: str) -> bool:
    """Make the draft final. False when it is no draft. Raises Refused, naming what is missing."""
    require(by, CHANGE)
    with transaction.atomic():
        stored = IncidentLetter.objects.select_for_update().get(pk=letter.pk)
        if stored.status != Status.DRAFT:
            return False
        if lacking := missing(stored):
            raise Refused(
                f"The letter lacks: {'; '.join(lacking)} (64.2009(f)).", "Fill these in first."
            )
        stored.status = Status.FINAL
        history.save(stored, by=by, because=because)
    return True


def reopen(letter: IncidentLetter, *, by: User | None, because: str) -> bool:
    """Make a final letter a draft again. False when it is not final."""
    require(by, CHANGE)
    with transaction.atomic():
        stored = IncidentLetter.objects.select_for_update().get(pk=letter.pk)
        if stored.status != Status.FINAL:
            return False
        stored.status = Status.DRAFT
        history.save(stored, by=by, because=because)
    return True


def file(
    letter: IncidentLetter,
    *,
    on: date,
    proof: str,
    scan: Any = None,
    today: date,
    by: User | None,
    because: str,
) -> bool:
    """Record that the final letter was filed on the civil day ``on``, with its proof.

    False when it is filed already. Raises Refused for a draft, without a proof, and for a day in
    the future or before the failure.
    """
    require(by, CHANGE)
    with transaction.atomic():
        stored = IncidentLetter.objects.select_for_update().get(pk=letter.pk)
        if stored.status == Status.FILED:
            return False
        if stored.status != Status.FINAL:
            raise Refused("The letter is a draft.", "Make it final first.")
        if not stored.incident.started_on <= on <= today:
            raise Refused("It cannot have been filed on that day.", "Correct the day.")
        if not proof.strip():
            raise Refused("Filing needs its proof.", "Such as the confirmation’s number.")
        if scan:
            try:
                validate_scan(scan)
            except ValidationError as error:
                raise Refused(" ".join(error.messages)) from error
        stored.status, stored.filed_on = Status.FILED, on
        stored.proof, stored.scan, stored.filed_by = proof.strip()[:200], scan or "", by
        history.save(stored, by=by, because=because)
    return True


def pdf(letter: IncidentLetter, *, on: date) -> bytes:
    """The letter as a PDF, dated by the day it was filed or else ``on``."""
    carrier = Carrier.get()
    lacking = missing(letter)
    mark = "" if letter.status != Status.DRAFT else "DRAFT"
    body = [
        (words, getattr(letter, field).strip() or "[missing]")
        for field, words in ELEMENTS.items()
        if field != "customer_notice"
    ]
    notice = letter.customer_notice.strip()
    body.insert(
        list(ELEMENTS).index("customer_notice"),
        (ELEMENTS["customer_notice"], "Attached." if notice else "[missing]"),
    )
    given = {
        "draft": f"{mark}, incomplete" if mark and lacking else mark,
        "carrier": letter.carrier_name or "[name of the carrier]",
        "address": carrier.optout_address if carrier else "",
        "day": in_words(letter.filed_on or on),
        "to": "Secretary\nFederal Communications Commission\n45 L Street NE\nWashington, DC 20554",
        "subject": "Notice under 47 CFR 64.2009(f): opt-out mechanism that did not work properly",
        "opening": f"{letter.carrier_name or 'The carrier'} gives notice that a mechanism by which"
        " its customers opt out of the use of their customer proprietary network information did"
        " not work properly, to such a degree that customers’ inability to opt out was more than"
        f" an anomaly. This was found on {in_words(_found(letter.incident))}.",
        "elements": body,
        "signature": _signature(carrier),
        "notice": notice,
    }
    return typesetting.document(TEMPLATE, given)


def _found(incident: Incident) -> date:
    return incident.discovered_on or incident.started_on


def _signature(carrier: Carrier | None) -> str:
    return f"{carrier.officer_name}\n{carrier.officer_title}" if carrier else ""


def _on_record(incident: Incident) -> dict[str, str]:
    """What the records say of each element; "" where they say nothing."""
    carrier = Carrier.get()
    route = incident.get_route_display().lower()
    taken = StepTaken.that_count(incident.steps.all())
    remedy, states = taken.get(steps.REMEDY), taken.get(steps.STATES)
    ended = incident.ended_on
    until = f"until {in_words(ended)}" if ended else "and does not work yet"
    return {
        "carrier_name": carrier.legal_name if carrier else "",
        "mechanisms": _mechanisms(carrier, route),
        "problem": f"{incident.description.strip()}\n\nIt failed from"
        f" {in_words(incident.started_on)} {until}. Customers whose time to object it overlapped:"
        f" {incidents.affected(incident).count():,}. No approval is assumed from their silence"
        " until they had another chance.",
        "remedy": remedy.words if remedy else "",
        "remedy_when": in_words(remedy.done_on) if remedy else "",
        "states": f"{in_words(states.done_on)}: {states.words}" if states else "",
        "customer_notice": _notice(incident),
        "contact": _contact(carrier),
    }


def _mechanisms(carrier: Carrier | None, failed: str) -> str:
    if carrier is None:
        return ""
    Route = OptOutRequest.Route
    address = carrier.optout_address.replace("\n", ", ")
    ways = (
        f"{Route.LETTER.label} to {address}",
        f"{Route.EMAIL.label} to {carrier.optout_email}",
        f"{Route.TELEPHONE.label}, {telephone_shown(carrier.optout_number)}",
        Route.WEB.label,
    )
    return "\n".join(ways) + f"\n\nThe one that failed: {failed}."


def _notice(incident: Incident) -> str:
    """The English text of the newest notice whose time to object the failure overlaps.

    With the carrier's own words filled in, and those that differ from customer to customer named.
    """
    newest = incidents.overlapping(incident).order_by("-mailed_on", "-pk").first()
    if newest is None:
        return ""
    texts = NoticeText.objects.filter(notice=newest.text.notice_id)
    text = texts.filter(language="en").first() or newest.text
    reader = specimens.Reader(name="[name of the customer]")
    values = specimens.values_of(text, Carrier.get(), reader)
    return fill(text.letter_body or text.email_body, values)


def _contact(carrier: Carrier | None) -> str:
    if carrier is None:
        return ""
    return "\n".join(
        (
            f"{carrier.officer_name}, {carrier.officer_title}",
            carrier.optout_address,
            telephone_shown(carrier.support_number),
            carrier.optout_email,
        )
    )
