"""How long opt-out requests took from being received to being entered, by route.

An objection counts from its dates and not from its entry (domain.md 11.3); but until it is entered
nobody knows of it, so the time between is watched.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count
from django.db.models.functions import TruncDate

from cpni.models import OptOutRequest

# Set down by machines or carried over: nobody's diligence.
BY_ITSELF = (OptOutRequest.Route.MIGRATION, OptOutRequest.Route.MERGE)


@dataclass(frozen=True)
class EnteringTime:
    """Of one route: how many requests, and their days from receipt to entry."""

    route: str
    label: str
    number: int
    median: int
    ninety: int  # nine of ten were entered within so many days
    longest: int
    same_day: int


def entering_times(first: date, last: date, zone: ZoneInfo) -> list[EnteringTime]:
    """Of requests received from the civil day ``first`` to ``last``, by route; none without any.

    ``zone`` is the carrier's. Parts of a split request count once, as the whole.
    """
    rows = (
        OptOutRequest.objects.filter(received_on__range=(first, last), split_from=None)
        .exclude(route__in=BY_ITSELF)
        .annotate(entered_on=TruncDate("entered_at", tzinfo=zone))
        .order_by()
        .values_list("route", "received_on", "entered_on")
        .annotate(number=Count("pk"))
    )
    days: dict[str, Counter[int]] = {}
    for route, received_on, entered_on, number in rows:
        days.setdefault(route, Counter())[max(0, (entered_on - received_on).days)] += number
    return [
        _of_route(route, days[route.value]) for route in OptOutRequest.Route if route.value in days
    ]


def _of_route(route: Any, days: Counter[int]) -> EnteringTime:
    ordered = sorted(days.items())
    total = days.total()
    return EnteringTime(
        route=route.value,
        label=route.label,
        number=total,
        median=_nth(ordered, (total + 1) // 2),
        ninety=_nth(ordered, -(-total * 9 // 10)),
        longest=ordered[-1][0],
        same_day=days[0],
    )


def _nth(ordered: list[tuple[int, int]], place: int) -> int:
    """The ``place``-th of the days, counted from 1; ``ordered`` are days and how many had them."""
    for day, number in ordered:
        place -= number
        if place <= 0:
            return day
    raise ValueError("There are not so many.")
