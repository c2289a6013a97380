"""Campaigns: approved, scheduled, started, paused, resumed, cancelled, finished.

The only writer of ``Campaign.status``. Each transition is a guarded UPDATE; in the target state a
verb is a no-op, and it says so by returning False.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Case, CharField, Count, F, Q, Value, When
from django.utils import timezone

from accounts import history
from accounts.civil import civil_day
from accounts.errors import Refused
from accounts.models import Carrier, User
from accounts.planner import refresh_statistics
from notices import audience
from notices.insert_select import insert_from
from notices.models import Campaign, Delivery, Notice, NoticeText

Status, State = Campaign.Status, Delivery.State
CHUNK = 5_000  # customers whose deliveries are frozen in one transaction


def approve(campaign: Campaign, *, by: User, because: str) -> bool:
    """Approve a draft. Raises Refused for its author (64.2009(d)) or an unapproved notice."""
    if campaign.author_id == by.pk:
        raise Refused("You made this campaign.", "Someone else must approve it (64.2009(d)).")
    if campaign.notice.status != Notice.Status.APPROVED:
        raise Refused("Its notice is not approved.", "Approve the notice first.")
    return _move(campaign, [Status.DRAFT], Status.APPROVED, by=by, because=because, approved_by=by)


def schedule(campaign: Campaign, *, at: datetime, by: User | None, because: str) -> bool:
    """Schedule an approved campaign for the aware instant ``at``; again to another one, too."""
    return _move(
        campaign,
        [Status.APPROVED, Status.SCHEDULED],
        Status.SCHEDULED,
        by=by,
        because=because,
        scheduled_at=at,
    )


def due(*, at: datetime) -> list[int]:
    """Ids of the campaigns whose time has come, or whose start was interrupted."""
    come = Q(status=Status.SCHEDULED, scheduled_at__lte=at)
    return list(
        Campaign.objects.filter(come | Q(status=Status.FREEZING)).values_list("pk", flat=True)
    )


def start(
    campaign_id: int, *, by: User | None, because: str, at: datetime, message_domain: str
) -> Counter[str]:
    """Freeze the recipients of an approved campaign and let it run.

    1. approved or scheduled -> freezing; the day of the start and the domain of the Message-IDs
       are fixed.
    2. In chunks of customers, each its own transaction: one delivery for each customer of the
       audience, by the best way there is, with history. A customer who has one already is left
       alone, so that starting again, at once or after a crash, adds only what is missing.
    3. freezing -> running, when all have been frozen.

    ``at`` is an aware instant. Returns the deliveries of this campaign by channel. Raises Refused
    for a campaign that is not approved or is over, and when the carrier is not filled in.
    """
    campaign = Campaign.objects.select_related("notice", "customer_list").get(pk=campaign_id)
    if Carrier.get() is None:
        raise Refused("The carrier is not filled in.", "Fill in the carrier's record first.")
    if campaign.status in (Status.RUNNING, Status.PAUSED, Status.FINISHED):
        return channels(campaign)
    _move(
        campaign,
        [Status.APPROVED, Status.SCHEDULED, Status.FREEZING],
        Status.FREEZING,
        by=by,
        because=because,
        started_at=campaign.started_at or at,
        message_domain=campaign.message_domain or message_domain,
    )
    on = civil_day(campaign.started_at or at, Carrier.zone_or_default())
    for low, high in _chunks(campaign, on):
        with transaction.atomic():
            # Nobody is added to a campaign that was cancelled meanwhile.
            locked = Campaign.objects.select_for_update().get(pk=campaign_id)
            if locked.status != Status.FREEZING:
                break
            _freeze(campaign, on, low, high, by=by, because=because)
    refresh_statistics(Delivery)
    _move(
        campaign,
        [Status.FREEZING],
        Status.RUNNING,
        by=by,
        because="All recipients are frozen",
        strict=False,
    )
    finish_if_done(campaign_id)
    return channels(campaign)


def _chunks(campaign: Campaign, on: date) -> Iterator[tuple[int, int]]:
    """Ranges of customer ids that cover the audience."""
    low = 0
    while True:
        ids = list(
            audience.customers(campaign, on=on)
            .filter(pk__gt=low)
            .order_by("pk")
            .values_list("pk", flat=True)[:CHUNK]
        )
        if not ids:
            return
        yield ids[0], ids[-1]
        low = ids[-1]


def _freeze(
    campaign: Campaign, on: date, low: int, high: int, *, by: User | None, because: str
) -> None:
    rows = audience.with_ways(
        audience.customers(campaign, on=on).filter(pk__range=(low, high)), campaign.notice, on=on
    )
    frozen = insert_from(
        Delivery,
        rows,
        {
            "campaign": Value(campaign.pk),
            "customer": F("pk"),
            "round": Value(1),
            "text": text_for_language(campaign.notice),
            "channel": F("way"),
            "contact_point": F("way_point"),
            "recipient_name": F("name"),
            "state": Case(
                When(way=Delivery.Channel.NONE, then=Value(State.UNREACHABLE)),
                default=Value(State.QUEUED),
                output_field=CharField(),
            ),
            "reason": F("way_reason"),
            "attempts": Value(0),
            "in_doubt": Value(0),
            "server_answer": Value(""),
            "mailing_proof": Value(""),
            "outcome": Value(Delivery.Outcome.NONE.value),
        },
    )
    if frozen:
        history.record_rows(
            Delivery,
            "t.campaign_id = %s AND t.customer_id BETWEEN %s AND %s AND NOT EXISTS"
            " (SELECT 1 FROM notices_historicaldelivery h WHERE h.id = t.id)",
            [campaign.pk, low, high],
            kind="+",
            by=by,
            because=because,
            at=timezone.now(),
        )


def text_for_language(notice: Notice) -> Case:
    """SQL over customers: the id of ``notice``'s text in the customer's language, else English."""
    texts = dict(NoticeText.objects.filter(notice=notice).values_list("language", "pk"))
    english = texts.pop("en")
    return Case(
        *(When(language=language, then=Value(pk)) for language, pk in texts.items()),
        default=Value(english),
    )


def pause(campaign: Campaign, *, by: User | None, because: str) -> bool:
    """Stop a running campaign after what is on its way; nothing is lost. ``because`` is shown."""
    return _move(
        campaign,
        [Status.RUNNING],
        Status.PAUSED,
        by=by,
        because=because,
        paused_because=because[:200],
    )


def resume(campaign: Campaign, *, by: User | None, because: str) -> bool:
    """Let a paused campaign run on with those who are still waiting."""
    moved = _move(
        campaign, [Status.PAUSED], Status.RUNNING, by=by, because=because, paused_because=""
    )
    finish_if_done(campaign.pk)
    return moved


def cancel(campaign: Campaign, *, by: User | None, because: str) -> bool:
    """Cancel a campaign for good. What was sent keeps its clock; what waits is never sent."""
    with transaction.atomic():
        moved = _move(
            campaign,
            [Status.DRAFT, Status.APPROVED, Status.SCHEDULED, *Campaign.OPEN],
            Status.CANCELLED,
            by=by,
            because=because,
            finished_at=timezone.now(),
        )
        if moved:
            _cancel_waiting(campaign, by=by, because=because)
    return moved


def _cancel_waiting(campaign: Campaign, *, by: User | None, because: str) -> None:
    waiting = Delivery.objects.filter(campaign=campaign, state__in=(State.QUEUED, State.BATCHED))
    reason = "The campaign was cancelled before it was sent."
    if waiting.update(state=State.CANCELLED, reason=reason):
        history.record_rows(
            Delivery,
            "t.campaign_id = %s AND t.state = 'cancelled'",
            [campaign.pk],
            by=by,
            because=because,
            at=timezone.now(),
        )


def finish_if_done(campaign_id: int) -> bool:
    """Finish a running campaign in which nothing waits to leave any more."""
    campaign = Campaign.objects.get(pk=campaign_id)
    pending = Delivery.objects.filter(campaign=campaign, state__in=Delivery.PENDING)
    if campaign.status != Status.RUNNING or pending.exists():
        return False
    return _move(
        campaign,
        [Status.RUNNING],
        Status.FINISHED,
        by=None,
        because="Nothing waits to be sent",
        strict=False,
        finished_at=timezone.now(),
    )


def reopen(campaign: Campaign, *, by: User | None, because: str) -> bool:
    """Let a finished campaign run again, because a substitute notice was added to it."""
    return _move(
        campaign,
        [Status.FINISHED],
        Status.RUNNING,
        by=by,
        because=because,
        strict=False,
        finished_at=None,
    )


@dataclass(frozen=True)
class Progress:
    """A campaign in figures; ``by_fate`` sums to ``total``."""

    total: int
    by_channel: dict[str, int]
    by_fate: dict[str, int]


def progress(campaign: Campaign) -> Progress:
    """Deliveries by channel and by fate (the outcome of those that came back, else the state)."""
    rows = (
        Delivery.objects.filter(campaign=campaign)
        .order_by()
        .values_list("channel", "state", "outcome")
        .annotate(n=Count("pk"))
    )
    by_channel: Counter[str] = Counter()
    by_fate: Counter[str] = Counter()
    for channel, state, outcome, n in rows:
        by_channel[channel] += n
        by_fate[outcome or state] += n
    return Progress(by_fate.total(), dict(by_channel), dict(by_fate))


def channels(campaign: Campaign) -> Counter[str]:
    """Deliveries of ``campaign`` by channel."""
    return Counter(progress(campaign).by_channel)


def _move(
    campaign: Campaign,
    come_from: Sequence[str],
    to: str,
    *,
    by: User | None,
    because: str,
    strict: bool = True,
    **changes: Any,
) -> bool:
    """Move ``campaign`` to a status, with history, if it is in one of ``come_from`` now.

    False when it is there already. Raises Refused from any other status, unless not ``strict``.
    ``campaign`` is brought up to date.
    """
    with transaction.atomic():
        locked = Campaign.objects.select_for_update().get(pk=campaign.pk)
        allowed = locked.status in come_from
        if allowed:
            locked.status = to
            for name, value in changes.items():
                setattr(locked, name, value)
            history.save(locked, by=by, because=because, update_fields=["status", *changes])
    campaign.refresh_from_db()
    if not allowed and locked.status != to and strict:
        raise Refused(
            f"The campaign is {locked.get_status_display().lower()}.",
            "Only one that is "
            + " or ".join(Status(s).label.lower() for s in come_from)
            + f" can become {Status(to).label.lower()}.",
        )
    return allowed
