"""Figures that look at every customer: taken by a job each hour, so that the home page need not.

With a million customers each of these takes seconds. The job keeps the latest of each day, so that
how approvals went over time can be shown too. Where few customers are, exceptions are counted as
they are at the moment (``counted_now``).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from accounts.civil import add_days, add_months, civil_day
from accounts.models import AccountChange, Carrier, Customer
from accounts.runs import run as job_run
from cpni import gaps, retention_kinds, verifying_approvals
from cpni.models import Approval, Figure, OptOutRequest
from cpni.retention import cut_off
from notices import letters
from notices.gaps import missed, told_by_nothing, without_consent
from notices.models import Campaign, Delivery

JOB = "take figures"
FEW = 2_000  # customers up to whom everything is counted while someone waits
AHEAD = gaps.AHEAD
FUNNELS = 6  # campaigns
MONTHS = 12  # of opt-outs by route
APPROVALS, WINDOWS, ROUTES, CAMPAIGNS = "approvals", "windows", "routes", "campaigns"


@dataclass(frozen=True)
class Question:
    """Records that should not be, as a queryset for a civil day, and the column of their age."""

    records: Callable[[date], QuerySet[Any]]
    since: str


def evidence_ending(approvals: QuerySet[Approval], *, on: date) -> QuerySet[Approval]:
    """Of ``approvals`` those that are assumed from a notice whose retention ends within ``AHEAD``.

    It stays as long as the approval rests on it; but then nothing newer does.
    """
    until = add_days(cut_off(retention_kinds.DELIVERIES, as_of=on).on, AHEAD)
    return approvals.filter(state=Approval.State.ASSUMED, delivery__mailed_on__lt=until)


def closing(on: date) -> QuerySet[Delivery]:
    """Notices that arrived and whose waiting period ends within ``AHEAD`` days."""
    return Delivery.objects.filter(
        state=Delivery.State.SENT,
        outcome="",
        last_objection_day__range=(on, add_days(on, AHEAD)),
    )


# What each exception that looks at every customer asks, by the name of its figure.
QUESTIONS: dict[str, Question] = {
    "never_noticed": Question(lambda on: gaps.never_noticed(on=on), "active_since"),
    "overdue": Question(lambda on: gaps.last_noticed(gaps.overdue(on=on)), "last_noticed"),
    "due_soon": Question(lambda on: gaps.last_noticed(gaps.due_soon(on=on)), "last_noticed"),
    "missed": Question(lambda on: missed(Delivery.objects.all()), "outcome_on"),
    "held": Question(lambda on: gaps.held(on=on), ""),
    "unconfirmed": Question(
        lambda on: Delivery.objects.filter(state=Delivery.State.BATCHED), "batch__created_at"
    ),
    "unbatched": Question(lambda on: letters.to_be_batched(Delivery.objects.all()), "happened_at"),
    "untold": Question(lambda on: told_by_nothing(AccountChange.objects.all()), "at"),
    "without_consent": Question(lambda on: without_consent(Delivery.objects.all()), "mailed_on"),
    "unverified": Question(
        lambda on: verifying_approvals.unverified(on=on, days_left=AHEAD), "delivery__assume_from"
    ),
    "evidence_ending": Question(
        lambda on: evidence_ending(Approval.objects.all(), on=on), "delivery__mailed_on"
    ),
}


def counted_now() -> bool:
    """Whether there are so few customers that questions about all of them are asked at once."""
    return Customer.objects.order_by()[: FEW + 1].count() <= FEW


def take(*, on: date, at: datetime) -> int:
    """Take every figure for the civil day ``on`` at the aware instant ``at``; returns how many.

    A figure that was taken earlier on that day is taken anew.
    """
    with job_run(JOB, for_day=on) as run:
        found = [*_exceptions(on), *_charts(on)]
        for figure in found:
            Figure.objects.update_or_create(
                name=figure.name,
                day=on,
                defaults={
                    "number": figure.number,
                    "oldest": figure.oldest,
                    "details": figure.details,
                    "taken_at": at,
                },
            )
        run.counts = {"figures": len(found)}
    return len(found)


def _exceptions(on: date) -> Iterable[Figure]:
    for name, question in QUESTIONS.items():
        number, oldest = count(question.records(on), question.since)
        yield Figure(name=name, number=number, oldest=oldest)


def count(records: QuerySet[Any], since: str) -> tuple[int, date | None]:
    """How many ``records`` there are, and the civil day of the oldest by the column ``since``."""
    wanted: dict[str, Any] = {"number": Count("pk")}
    if since:
        wanted["oldest"] = Min(since)
    found = records.order_by().aggregate(**wanted)
    return found["number"], as_day(found.get("oldest"))


def as_day(value: date | datetime | None) -> date | None:
    """The civil day of a date or an instant."""
    return civil_day(value, Carrier.zone_or_default()) if isinstance(value, datetime) else value


def _charts(on: date) -> Iterable[Figure]:
    states = Approval.objects.order_by().values_list("state").annotate(n=Count("pk"))
    yield _counted(APPROVALS, states)
    days = closing(on).order_by().values_list("last_objection_day").annotate(n=Count("pk"))
    yield _counted(WINDOWS, sorted(days))
    routes = OptOutRequest.objects.filter(
        wish=OptOutRequest.Wish.OPT_OUT,
        status=OptOutRequest.Status.APPLIED,
        received_on__range=(add_months(on, -MONTHS), on),
    )
    yield _counted(ROUTES, routes.order_by().values_list("route").annotate(n=Count("pk")))
    yield Figure(name=CAMPAIGNS, number=0, details={"funnels": list(_funnels())})


def _counted(name: str, rows: Iterable[Sequence[Any]]) -> Figure:
    details = {str(key): number for key, number in rows}
    return Figure(name=name, number=sum(details.values()), details=details)


def _funnels() -> Iterable[dict[str, Any]]:
    """Of the latest campaigns that have begun: recipients, sent, arrived, approvals in force."""
    latest = Campaign.objects.filter(started_at__isnull=False).exclude(
        audience=Campaign.Audience.AS_IT_HAPPENS
    )
    for campaign in latest.order_by("-started_at")[:FUNNELS]:
        found = (
            Delivery.objects.notices()
            .filter(campaign=campaign)
            .aggregate(
                recipients=Count("customer", distinct=True),
                sent=Count("customer", filter=Q(state="sent"), distinct=True),
                arrived=Count("customer", filter=Q(state="sent", outcome=""), distinct=True),
            )
        )
        approving = Approval.objects.filter(
            state=Approval.State.ASSUMED, delivery__campaign=campaign
        ).aggregate(approved=Count("customer", distinct=True))
        yield {"id": campaign.pk, "name": campaign.name, **found, **approving}


def known(name: str, *, on: date) -> tuple[int, date | None]:
    """What the question ``name`` finds, and the day of the oldest: asked now, or taken lately."""
    if counted_now():
        question = QUESTIONS[name]
        return count(question.records(on), question.since)
    figure = latest([name]).get(name)
    return (figure.number, figure.oldest) if figure else (0, None)


def latest(names: Iterable[str]) -> dict[str, Figure]:
    """The latest figure of each of these ``names``."""
    newest = Figure.objects.filter(name=OuterRef("name"), day__gt=OuterRef("day"))
    return {f.name: f for f in Figure.objects.filter(~Exists(newest), name__in=list(names))}
