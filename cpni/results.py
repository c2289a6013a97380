"""What a campaign came to: its recipients' fates, objections to it, approvals assumed from it.

Five set-based queries, whatever its size. An objection is one to this campaign when it was received
from a mailing date of its notice to the customer's last day; or after that, unless another notice
was mailed to the customer in between. To an offer nobody objects: who wants no more of them stops
marketing by e-mail, which counts with the last offer that they got before. Querysets only; nothing
here writes.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Value, When

from accounts.models import ContactOptOut
from cpni.models import Approval, OptOutRequest
from notices.fates import Fate, deciding, fate_of
from notices.models import Campaign, Delivery

WITHIN, AFTER = "within", "after"


@dataclass(frozen=True)
class Results:
    """A campaign in numbers; each ``Counter`` has what is counted under what it is counted by."""

    recipients: Counter[tuple[Fate, str]] = field(default_factory=Counter)  # fate, channel
    objections: Counter[tuple[str, str]] = field(default_factory=Counter)  # route, within or after
    approvals: Counter[int] = field(default_factory=Counter)  # id of the use
    # By civil day.
    sent: Counter[date] = field(default_factory=Counter)
    came_back: Counter[date] = field(default_factory=Counter)
    failed: Counter[date] = field(default_factory=Counter)
    objected: Counter[date] = field(default_factory=Counter)
    closes: Counter[date] = field(default_factory=Counter)
    assumed: Counter[date] = field(default_factory=Counter)
    stopped: Counter[date] = field(default_factory=Counter)


def results(campaign: Campaign) -> Results:
    """The results of ``campaign``, which has an audience, as the records are now."""
    found = Results()
    _count_deliveries(campaign, found)
    if campaign.notice.is_marketing:
        found.stopped.update(stops(campaign).values_list("since", flat=True))
        return found
    for route, day, when, number in (
        objections([campaign.pk])
        .order_by()
        .values_list("route", "received_on", "when")
        .annotate(number=Count("pk"))
    ):
        found.objections[route, when] += number
        found.objected[day] += number
    for use, day, number in (
        assumed([campaign.pk])
        .order_by()
        .values_list("use", "effective_on")
        .annotate(number=Count("pk"))
    ):
        found.approvals[use] += number
        found.assumed[day] += number
    return found


def _count_deliveries(campaign: Campaign, found: Results) -> None:
    deliveries = Delivery.objects.filter(campaign=campaign, change=None, code=None).order_by()
    substitute = Case(When(round__gt=1, then=Value(1)), default=Value(0))
    for channel, state, outcome, later, number in (
        deciding(deliveries)
        .annotate(later=substitute)
        .values_list("channel", "state", "outcome", "later")
        .annotate(number=Count("pk"))
    ):
        fate = fate_of(state, outcome, substitute=bool(later))
        found.recipients[fate, channel] += number
    for state, mailed_on, last_day, outcome_on, failed_on, number in (
        deliveries.filter(state__in=(Delivery.State.SENT, Delivery.State.FAILED))
        .values_list("state", "mailed_on", "last_objection_day", "outcome_on", "failed_on")
        .annotate(number=Count("pk"))
    ):
        if state == Delivery.State.FAILED:
            found.failed[failed_on] += number
            continue
        found.sent[mailed_on] += number
        if outcome_on:
            found.came_back[outcome_on] += number
        elif last_day:
            found.closes[last_day] += number


def objections(campaigns: Iterable[int]) -> QuerySet[Any]:
    """Applied opt-out requests to the campaigns with these ids, each with its ``when``.

    ``within`` the waiting period, or ``after`` it. What a merge of accounts carries over is no new
    objection.
    """
    ids = list(campaigns)
    sent = Delivery.objects.notices().filter(
        campaign__in=ids, customer=OuterRef("customer"), state=Delivery.State.SENT
    )
    inside = sent.filter(
        mailed_on__lte=OuterRef("received_on"), last_objection_day__gte=OuterRef("received_on")
    )
    others = (
        Delivery.objects.notices()
        .filter(
            customer=OuterRef("customer"),
            state=Delivery.State.SENT,
            mailed_on__gt=OuterRef("mailed_on"),
            mailed_on__lte=OuterRef(OuterRef("received_on")),
        )
        .exclude(campaign__in=ids)
    )
    past = sent.filter(~Exists(others), last_objection_day__lt=OuterRef("received_on"))
    return (
        OptOutRequest.objects.filter(
            wish=OptOutRequest.Wish.OPT_OUT, status=OptOutRequest.Status.APPLIED
        )
        .exclude(route=OptOutRequest.Route.MERGE)
        .annotate(when=Case(When(Exists(inside), then=Value(WITHIN)), default=Value(AFTER)))
        .filter(Q(when=WITHIN) | Exists(past))
    )


def stops(campaign: Campaign) -> QuerySet[ContactOptOut]:
    """Stops of marketing by e-mail, by any route, whose last offer before was of ``campaign``."""
    offers = Delivery.objects.filter(
        marketing=True, customer=OuterRef("customer"), state=Delivery.State.SENT
    )
    later = offers.filter(
        mailed_on__gt=OuterRef("mailed_on"), mailed_on__lte=OuterRef(OuterRef("since"))
    )
    last = offers.filter(~Exists(later), campaign=campaign, mailed_on__lte=OuterRef("since"))
    return ContactOptOut.objects.filter(
        Exists(last), channel=ContactOptOut.Channel.EMAIL
    ).order_by()


def assumed(campaigns: Iterable[int]) -> QuerySet[Approval]:
    """Approvals that are assumed now from notices of the campaigns with these ids."""
    return Approval.objects.filter(
        state=Approval.State.ASSUMED, delivery__campaign__in=list(campaigns)
    )
