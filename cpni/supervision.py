"""How calls went in some days, person by person. A fixed number of queries; nothing here writes.

Only of people whom the viewer may review (``unusual_looks.of_people_whom``).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, F, Max, Q, QuerySet

from accounts.civil import begins, ends
from accounts.models import (
    AuthenticationTry,
    Call,
    Carrier,
    Customer,
    Look,
    UnusualLook,
    User,
)
from accounts.unusual_looks import CALLS_EXPECTED_FROM, of_people_whom
from cpni.models import Complaint, OptOutRequest

SHOWN = 20  # customers with wrong tries
Result, Outcome = AuthenticationTry.Result, Call.Outcome


@dataclass(frozen=True)
class Period:
    """Civil days of the carrier, both included, and the instants at which they begin and end."""

    first: date
    last: date
    begins: datetime
    ends: datetime

    @classmethod
    def of(cls, first: date, last: date) -> "Period":
        """The days from ``first`` to ``last``."""
        zone = Carrier.zone_or_default()
        return cls(first, last, begins(first, zone), ends(last, zone))

    def within(self, column: str) -> Q:
        """Whether the instant ``column`` is in it."""
        return Q(**{f"{column}__gte": self.begins, f"{column}__lt": self.ends})


@dataclass
class Person:
    """What one member of staff did; figures that are not there are none."""

    user: User
    figures: dict[str, Any] = field(default_factory=dict)

    @property
    def minutes(self) -> str:
        """How long their ended calls were on average, as 4:30; "" without any."""
        average: timedelta | None = self.figures.get("average")
        if average is None:
            return ""
        minutes, seconds = divmod(round(average.total_seconds()), 60)
        return f"{minutes}:{seconds:02}"


@dataclass(frozen=True)
class Tried:
    """One customer with wrong tries: how many, and the last call in which there was one."""

    customer: Customer
    failed: int
    locked: int
    last_call: int


def people(viewer: User, period: Period) -> list[Person]:
    """Whoever did something in ``period``, by name, with their figures."""
    figures: dict[int, dict[str, Any]] = {}
    for person, values in _figures(viewer, period):
        figures.setdefault(person, {}).update(values)
    users = User.objects.filter(pk__in=figures).order_by("last_name", "first_name", "pk")
    found = [Person(user, figures[user.pk]) for user in users]
    expected = {
        user.pk
        for user in User.objects.with_perm(
            CALLS_EXPECTED_FROM, backend="django.contrib.auth.backends.ModelBackend"
        ).filter(pk__in=figures)
    }
    for one in found:
        if one.user.pk not in expected:  # who takes no calls opens customers outside of them
            one.figures.pop("without_call", None)
    return [one for one in found if any(one.figures.values())]


def _figures(viewer: User, period: Period) -> Iterator[tuple[int, Mapping[str, Any]]]:
    outcomes = {outcome.value: Count("pk", filter=Q(outcome=outcome)) for outcome in Outcome}
    rows = Call.objects.filter(period.within("started_at"))
    yield from _by(
        viewer, rows, "by",
        calls=Count("pk"),
        open=Count("pk", filter=Q(ended_at=None)),
        average=Avg(F("ended_at") - F("started_at")),
        **outcomes,
    )  # fmt: skip
    yield from _by(
        viewer, AuthenticationTry.objects.filter(period.within("at")), "by",
        failed=Count("pk", filter=Q(result=Result.FAILED)),
        locked=Count("pk", filter=Q(result=Result.LOCKED)),
        last_call=Max("call", filter=Q(result__in=(Result.FAILED, Result.LOCKED))),
    )  # fmt: skip
    looks = Look.objects.filter(
        period.within("at"), what=Look.What.OPENED, call="", customer_id__isnull=False
    )
    yield from _by(viewer, looks, "by_id", without_call=Count("customer_id", distinct=True))
    unusual = UnusualLook.objects.filter(day__range=(period.first, period.last))
    yield from _by(viewer, unusual, "person", unusual=Count("pk"))
    wish = OptOutRequest.Wish
    requests = OptOutRequest.objects.filter(
        received_on__range=(period.first, period.last), entered_by__isnull=False
    )
    yield from _by(
        viewer, requests, "entered_by",
        opt_outs=Count("pk", filter=Q(wish=wish.OPT_OUT)),
        opt_ins=Count("pk", filter=Q(wish=wish.OPT_IN)),
    )  # fmt: skip
    complaints = Complaint.objects.filter(
        received_on__range=(period.first, period.last), entered_by__isnull=False
    )
    yield from _by(viewer, complaints, "entered_by", complaints=Count("pk"))


def _by(
    viewer: User, rows: QuerySet[Any], column: str, **figures: Any
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    grouped = of_people_whom(viewer, rows, column).order_by().values(column).annotate(**figures)
    for row in grouped:
        yield row.pop(column), row


def customers_tried(viewer: User, period: Period) -> list[Tried]:
    """Customers on whose accounts tries were wrong in ``period``, the most first."""
    wrong = AuthenticationTry.objects.filter(
        period.within("at"), result__in=(Result.FAILED, Result.LOCKED)
    )
    grouped = list(
        of_people_whom(viewer, wrong, "by")
        .order_by()
        .values("customer_id")
        .annotate(
            failed=Count("pk", filter=Q(result=Result.FAILED)),
            locked=Count("pk", filter=Q(result=Result.LOCKED)),
            last_call=Max("call"),
        )
        .order_by("-locked", "-failed", "customer_id")[:SHOWN]
    )
    named = Customer.objects.in_bulk([row["customer_id"] for row in grouped])
    return [
        Tried(named[row["customer_id"]], row["failed"], row["locked"], row["last_call"])
        for row in grouped
    ]
