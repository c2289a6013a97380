"""Whether everyone who saw customers' records was trained then (64.2009(b)); only questions."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Max, Min, QuerySet
from django.db.models.functions import TruncDate

from accounts import training
from accounts.civil import begins, ends
from accounts.counted_words import several
from accounts.models import Acknowledgement, Carrier, Look, User

What = Look.What
SAW = (What.OPENED, What.LISTED, What.SEARCHED, What.EXPORTED)


@dataclass(frozen=True)
class Looker:
    """One person who saw records in some days, and their training in one course at these looks.

    ``last`` is what they had acknowledged by the last one; ``gap`` says what was missing at how
    many of them, "" if nothing at any.
    """

    person: User
    looks: int
    first: datetime
    latest: datetime
    course: str
    last: Acknowledgement | None
    gap: str


@dataclass(frozen=True)
class _Day:
    """The looks of one person on one civil day."""

    day: date
    looks: int
    first: datetime
    latest: datetime


def looks_between(since: datetime, until: datetime) -> QuerySet[Look]:
    """Looks at customers' records from the instant ``since`` until before ``until``."""
    return Look.objects.filter(at__gte=since, at__lt=until, what__in=SAW)


def lookers(first: date, last: date) -> list[Looker]:
    """Everyone who saw customers' records from the civil day ``first`` to ``last``; gaps on top.

    One row for each person and published course; whoever has left is among them. Each look is held
    against what had been acknowledged by its day: who signed in the end was not trained before.
    """
    zone = Carrier.zone_or_default()
    seen: dict[int, list[_Day]] = defaultdict(list)
    rows: Any = looks_between(begins(first, zone), ends(last, zone)).order_by().values("by_id")
    rows = rows.annotate(day=TruncDate("at", tzinfo=zone))
    rows = rows.annotate(looks=Count("pk"), first=Min("at"), latest=Max("at")).order_by("day")
    for pk, *day in rows.values_list("by_id", "day", "looks", "first", "latest"):
        seen[pk].append(_Day(*day))
    persons = User.objects.filter(pk__in=seen).prefetch_related("groups")
    duties = training.duties(persons)
    found = [
        Looker(
            person,
            sum(day.looks for day in seen[person.pk]),
            seen[person.pk][0].first,
            seen[person.pk][-1].latest,
            duty.training.course,
            duty.on(seen[person.pk][-1].day).last,
            _gap(duty, seen[person.pk]),
        )
        for person in persons
        for duty in duties[person.pk]
    ]
    return sorted(found, key=lambda one: (not one.gap, str(one.person), one.course))


def _gap(duty: training.Duty, days: list[_Day]) -> str:
    """What was missing: “Never, at 9 of 10 looks”; without the numbers when it was at all."""
    missing: Counter[str] = Counter()
    for seen in days:
        due = duty.on(seen.day)
        if due.overdue(seen.day):
            missing["more than a year before" if due.last else "never"] += seen.looks
    looks = sum(seen.looks for seen in days)
    said = "; ".join(
        what if number == looks else f"{what}, at {number:,} of {several(looks, 'look')}"
        for what, number in missing.items()
    )
    return said[:1].upper() + said[1:]
