"""Incidents: whom they affect, what is still to be done, and the release of what they held."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts import history
from accounts.civil import civil_day, in_words
from accounts.errors import Refused
from accounts.models import Carrier, Customer, User
from accounts.permissions import require
from cpni import steps
from cpni.models import Incident, IncidentLetter, Probe, StepTaken
from notices.models import Delivery


@dataclass(frozen=True)
class Task:
    """Something that an incident asks: in words, whether it is done and how, and until when."""

    words: str
    done: str
    due: date | None = None
    optional: bool = False


def overlapping(incident: Incident) -> QuerySet[Delivery]:
    """The notices that reached customers and whose time to object the failure overlaps.

    Of these the approvals are held (``cpni.decisions``).
    """
    found = Delivery.objects.filter(
        state=Delivery.State.SENT, outcome="", last_objection_day__gte=incident.started_on
    )
    return found.filter(mailed_on__lte=incident.ended_on) if incident.ended_on else found


def of_days(first: date, last: date) -> QuerySet[Incident]:
    """The failures that lasted into the civil days from ``first`` to ``last``, or were found then.

    What began in December and was found in March belongs to both years.
    """
    lasted = Q(started_on__lte=last) & (Q(ended_on=None) | Q(ended_on__gte=first))
    return Incident.objects.filter(lasted | Q(discovered_on__range=(first, last)))


def affected(incident: Incident) -> QuerySet[Customer]:
    """The customers whose time to object the failure overlaps."""
    return Customer.objects.filter(pk__in=overlapping(incident).order_by().values("customer"))


def open_ones() -> QuerySet[Any]:
    """The incidents that hold approvals, or of which the FCC has not been told; ``told`` each."""
    filed = IncidentLetter.objects.filter(
        status=IncidentLetter.Status.FILED, incident=OuterRef("pk")
    )
    return Incident.objects.annotate(told=Exists(filed)).filter(Q(released_on=None) | Q(told=False))


def tasks(incident: Incident) -> list[Task]:
    """What ``incident`` asks, in order, and how far it is (64.2009(f), domain.md 5.2)."""
    taken = StepTaken.that_count(incident.steps.all())
    letter = incident.letters.filter(status=IncidentLetter.Status.FILED).last()

    def done_by(code: str) -> str:
        step = taken.get(code)
        return f"{_day(step.done_on)}: {step.words}" if step else ""

    return [
        Task("It works again", _day(incident.ended_on)),
        Task(steps.OF_INCIDENTS[steps.REMEDY], done_by(steps.REMEDY)),
        Task(steps.OF_INCIDENTS[steps.TESTED], done_by(steps.TESTED) or _probed(incident)),
        Task(
            "The FCC is told by letter (64.2009(f))",
            f"{_day(letter.filed_on)}: {letter.proof}" if letter else "",
            due=incident.term.last,
        ),
        Task(steps.OF_INCIDENTS[steps.STATES], done_by(steps.STATES), optional=True),
        Task(
            steps.OF_INCIDENTS[steps.CHANCE],
            done_by(steps.CHANCE) or ("" if affected(incident).exists() else "There are none"),
        ),
        Task("Held approvals are released", _day(incident.released_on)),
    ]


def _probed(incident: Incident) -> str:
    """The first test since the end that worked."""
    if incident.ended_on is None:
        return ""
    zone = Carrier.zone_or_default()
    worked = Probe.objects.filter(route=incident.route, state=Probe.State.WORKED)
    for probe in worked.order_by("sent_at"):
        if civil_day(probe.sent_at, zone) >= incident.ended_on:
            return f"{_day(civil_day(probe.sent_at, zone))}: {probe.words or 'It arrived'}"
    return ""


def _day(day: date | None) -> str:
    return in_words(day) if day else ""


def check(incident: Incident, *, today: date) -> None:
    """Raise Refused when the days of ``incident`` lie after the civil day ``today``."""
    days = (incident.started_on, incident.ended_on, incident.discovered_on)
    if any(day and day > today for day in days):
        raise Refused("An incident has no day in the future.", "Correct the day.")


def release(incident: Incident, *, on: date, by: User | None, because: str) -> None:
    """Let the daily job assume, from ``on``, what ``incident`` held. Releasing twice does nothing.

    Raises Refused while the route has not been said to work again, or without a reason.
    """
    require(by, "cpni.change_incident")
    if incident.released_on:
        return
    if incident.ended_on is None:
        raise Refused("The route has not been said to work again.", "Enter when it did first.")
    if not because.strip():
        raise Refused("Releasing held approvals needs a reason.", "Say what was checked.")
    incident.released_on = on
    history.save(incident, by=by, because=because)
