"""Whether everyone who saw customers' records was trained then (64.2009(b)); only questions."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Max, Min, QuerySet

from accounts import training
from accounts.civil import begins, civil_day, ends
from accounts.models import Acknowledgement, Carrier, Look, User

What = Look.What
SAW = (What.OPENED, What.LISTED, What.SEARCHED, What.EXPORTED)


@dataclass(frozen=True)
class Looker:
    """One person who saw records in some days, and their training in one course at the last look.

    ``last`` is what they had acknowledged by then; ``gap`` says what was missing, "" if nothing.
    """

    person: User
    looks: int
    first: datetime
    latest: datetime
    course: str
    last: Acknowledgement | None
    gap: str


def looks_between(since: datetime, until: datetime) -> QuerySet[Look]:
    """Looks at customers' records from the instant ``since`` until before ``until``."""
    return Look.objects.filter(at__gte=since, at__lt=until, what__in=SAW)


def lookers(first: date, last: date) -> list[Looker]:
    """Everyone who saw customers' records from the civil day ``first`` to ``last``; gaps on top.

    One row for each person and published course; whoever has left is among them.
    """
    zone = Carrier.zone_or_default()
    seen: dict[int, Any] = {
        row["by_id"]: row
        for row in looks_between(begins(first, zone), ends(last, zone))
        .order_by()
        .values("by_id")
        .annotate(looks=Count("pk"), first=Min("at"), latest=Max("at"))
    }
    persons = User.objects.filter(pk__in=seen).prefetch_related("groups")
    days = {pk: civil_day(row["latest"], zone) for pk, row in seen.items()}
    dues = training.dues(persons, until=days)
    found = [
        Looker(
            person,
            seen[person.pk]["looks"],
            seen[person.pk]["first"],
            seen[person.pk]["latest"],
            due.training.course,
            due.last,
            _gap(due, days[person.pk]),
        )
        for person in persons
        for due in dues[person.pk]
    ]
    return sorted(found, key=lambda one: (not one.gap, str(one.person), one.course))


def _gap(due: training.Due, day: date) -> str:
    if not due.overdue(day):
        return ""
    return "More than a year before" if due.last else "Never"
