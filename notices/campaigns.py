"""Campaigns: approved, scheduled, started, paused, resumed, cancelled, finished.

The only writer of ``Campaign.status``. Each transition is a guarded UPDATE; in the target state a
verb is a no-op, and it says so by returning False.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from accounts import history
from accounts.civil import civil_day, in_words
from accounts.errors import Changed, Refused
from accounts.models import Carrier, User
from accounts.permissions import refuse_author, require
from accounts.planner import refresh_statistics
from notices import freezing, marketing, policies
from notices.models import Campaign, Delivery, Notice
from notices.signing_off import refuse_open

Status, State = Campaign.Status, Delivery.State
RUN = "notices.run_campaign"
FURTHEST = timedelta(days=366)
LATE = timedelta(minutes=15)  # the schedule looks each minute
LEAST_TRIED = 50  # e-mails, before a share of them says anything
NUMBERED = re.compile(r" \(\d+\)$")


def approve(campaign: Campaign, *, by: User, because: str, seen: str | None = None) -> bool:
    """Approve a draft; ``seen`` is the fingerprint of what ``by`` read.

    Raises Changed when it is something else by now, and Refused for whoever made or changed it
    (64.2009(d)), for an unapproved notice, and for one that is not good any more.
    """
    require(by, "notices.approve_campaign")
    with transaction.atomic():
        locked = hold(campaign.pk)
        if locked.status == Status.DRAFT:
            refuse_author(locked, by, what="campaign")
            if locked.notice.status != Notice.Status.APPROVED:
                raise Refused("Its notice is not approved.", "Approve the notice first.")
            if seen is not None and seen != locked.fingerprint:
                raise Changed()
            _refuse_old_words(locked.notice)
        return _move(
            campaign,
            [Status.DRAFT],
            Status.APPROVED,
            by=by,
            because=because,
            approved_by=by,
            approved_lists={key: one.digest for key, one in locked.lists.items()},
        )


def schedule(campaign: Campaign, *, at: datetime, by: User | None, because: str) -> bool:
    """Schedule an approved campaign for the aware instant ``at``; again to another one, too.

    Raises Refused for an instant more than a year away, and as :func:`check_start` does for that
    day.
    """
    require(by, RUN)
    if at > timezone.now() + FURTHEST:
        raise Refused("That is more than a year away.", "Choose an earlier day.")
    check_start(campaign, on=civil_day(at, Carrier.zone_or_default()))
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

    ``at`` is an aware instant. Returns the deliveries of this campaign by channel; one that has
    started before is left as it is. Raises Refused for a campaign that is not approved or was
    cancelled, when the carrier is not filled in, and as :func:`check_start` does.
    """
    require(by, RUN)
    if Carrier.get() is None:
        raise Refused("The carrier is not filled in.", "Fill in the carrier's record first.")
    with transaction.atomic():
        campaign = hold(campaign_id)
        if campaign.status in (Status.RUNNING, Status.PAUSED, Status.FINISHED):
            return channels(campaign)
        if campaign.status != Status.FREEZING:
            check_start(campaign, on=civil_day(at, Carrier.zone_or_default()))
            _move(
                campaign,
                [Status.APPROVED, Status.SCHEDULED],
                Status.FREEZING,
                by=by,
                because=because,
                started_at=at,
                message_domain=message_domain,
            )
    on = civil_day(campaign.started_at or at, Carrier.zone_or_default())
    for between in freezing.ranges():
        with transaction.atomic():
            # Nobody is added to a campaign that was cancelled meanwhile.
            if hold(campaign_id).status != Status.FREEZING:
                break
            freezing.freeze(campaign, between, on=on, by=by, because=because)
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


def check_start(campaign: Campaign, *, on: date) -> None:
    """Raise Refused where what an approved ``campaign`` rests on has changed by the day ``on``.

    When one of its lists is no longer as it was approved, when its notice is not good any more or
    tells of another policy than the one in force, and for marketing with CPNI that nobody has
    reviewed for that (64.2009(d)).
    """
    _refuse_changed_lists(campaign)
    _refuse_old_words(campaign.notice)
    _refuse_other_policy(campaign, on=on)
    marketing.check_start(campaign, on=on)


def _refuse_old_words(notice: Notice) -> None:
    """Raise Refused when an approved ``notice`` is not good any more.

    Its words were approved once, and the world went on: the carrier has moved, so that its content
    check fails, or another policy was published before the one of which it tells.
    """
    refuse_open(notice)
    policies.refuse_overtaken(notice)


def _refuse_other_policy(campaign: Campaign, *, on: date) -> None:
    """Raise Refused when the notice of ``campaign`` tells of a policy that is not in force ``on``.

    It would mislead (64.2008(c)(4)): but not whoever is still under that version, if it goes to
    these alone.
    """
    notice, version = campaign.notice, campaign.notice.policy_version
    if notice.kind != Notice.Kind.CPNI or version is None or campaign.bound_to == version:
        return
    if policies.in_force(on) != version:
        raise Refused(
            f"Its notice tells of {version}, which is not in force on {in_words(on)}.",
            "Choose a notice under the policy in force, or only customers under that version.",
        )


def why_not(campaign: Campaign, *, at: datetime) -> str:
    """Why ``campaign``, approved or scheduled, would not start at its time; "" when it would.

    Its time is that for which it is scheduled, and where that has passed or there is none, ``at``.
    """
    if Carrier.get() is None:
        return "The carrier is not filled in."
    when = max(at, campaign.scheduled_at) if campaign.scheduled_at else at
    try:
        check_start(campaign, on=civil_day(when, Carrier.zone_or_default()))
    except Refused as refused:
        return refused.message
    return ""


def late(*, at: datetime) -> QuerySet[Campaign]:
    """The campaigns whose time had come a while before ``at``, and that have not started."""
    return Campaign.objects.filter(status=Status.SCHEDULED, scheduled_at__lt=at - LATE)


def changed_lists(campaign: Campaign) -> list[str]:
    """The names of the lists of an approved ``campaign`` on which others are than was approved."""
    if campaign.status not in (Status.APPROVED, Status.SCHEDULED):
        return []
    then = campaign.approved_lists
    return [str(one) for key, one in campaign.lists.items() if then.get(key) != one.digest]


def _refuse_changed_lists(campaign: Campaign) -> None:
    if changed := changed_lists(campaign):
        named = " and ".join(f"“{name}”" for name in changed)
        raise Refused(
            f"The list {named} was changed after the campaign was approved.",
            "Put back who was on it, or copy the campaign and have the copy approved.",
        )


def pause(campaign: Campaign, *, by: User | None, because: str) -> bool:
    """Stop a running campaign after what is on its way; nothing is lost. ``because`` is shown."""
    require(by, RUN)
    return _move(
        campaign,
        [Status.RUNNING],
        Status.PAUSED,
        by=by,
        because=because,
        paused_because=because[:200],
    )


def pause_for_sample(campaign: Campaign, *, at: datetime, because: str) -> bool:
    """Pause a running campaign whose sample left at the aware instant ``at``; False if it is not.

    A person looks at the sample and resumes it; no other is sent then.
    """
    return _move(
        campaign,
        [Status.RUNNING],
        Status.PAUSED,
        by=None,
        because=because,
        strict=False,
        paused_because=because,
        sampled_at=at,
        sample_after=None,
    )


def resume(campaign: Campaign, *, by: User | None, because: str) -> bool:
    """Let a paused campaign run on with those who are still waiting.

    What was refused or bounced until now is taken to be known: it pauses again by what comes back
    of those who follow. Raises Refused for marketing that may not be sent today (64.2009(d)).
    """
    require(by, RUN)
    marketing.check_start(campaign, on=Carrier.today())
    bad, of = refused_or_bounced(campaign)
    moved = _move(
        campaign,
        [Status.PAUSED],
        Status.RUNNING,
        by=by,
        because=because,
        paused_because="",
        resumed_bad=bad,
        resumed_of=of,
        sample_attempts=0,
        sample_after=None,
    )
    finish_if_done(campaign.pk)
    return moved


def refused_or_bounced(campaign: Campaign) -> tuple[int, int]:
    """How many e-mails of ``campaign`` were refused or bounced, and of how many that were tried."""
    emails = Delivery.objects.filter(campaign=campaign, channel=Delivery.Channel.EMAIL)
    found = emails.exclude(reason__in=Delivery.GIVEN_UP).aggregate(
        bad=Count("pk", filter=Q(state=State.FAILED) | Q(outcome=Delivery.Outcome.BOUNCED)),
        tried=Count("pk", filter=Q(state__in=(State.FAILED, State.SENT))),
    )
    return found["bad"], found["tried"]


def too_many(campaign: Campaign, bad: int, of: int) -> str:
    """Why a campaign should pause, ``bad`` of whose ``of`` e-mails came to nothing; "" if not.

    Since a person let it run on; and of no fewer than ``LEAST_TRIED``, or the first one decides.
    """
    bad, of = bad - campaign.resumed_bad, of - campaign.resumed_of
    if of < LEAST_TRIED or bad * 100 <= campaign.pause_at_percent * of:
        return ""
    return (
        f"{bad} of {of} e-mails were refused or bounced, more than {campaign.pause_at_percent} %."
        " Find out why before it goes on."
    )


def pause_if_bouncing(campaign: Campaign) -> bool:
    """Pause a running campaign of which too much was refused or bounced. Whether it was paused."""
    because = too_many(campaign, *refused_or_bounced(campaign))
    # Not strict: somebody may have paused or cancelled it meanwhile, which is as well.
    return bool(because) and _move(
        campaign,
        [Status.RUNNING],
        Status.PAUSED,
        by=None,
        because=because,
        strict=False,
        paused_because=because[:200],
    )


def copy(campaign: Campaign, *, by: User | None, because: str) -> Campaign:
    """A draft like ``campaign``, for the next time; ``by`` is its author, so another approves it.

    Raises Refused for one that stands for what happens.
    """
    require(by, "notices.add_campaign")
    if campaign.stands:
        raise Refused("It stands for what happens to customers.", "There is one of its kind.")
    made = Campaign(name=_free_name(campaign.name), author=by)
    for name in Campaign.CHOSEN:
        setattr(made, name, getattr(campaign, name))
    history.save(made, by=by, because=because)
    return made


def _free_name(name: str) -> str:
    """``name`` with the first number that no campaign has: “Spring (2)”."""
    base = NUMBERED.sub("", name)[:90]
    number = 2
    while Campaign.objects.filter(name=f"{base} ({number})").exists():
        number += 1
    return f"{base} ({number})"


def cancel(campaign: Campaign, *, by: User | None, because: str) -> bool:
    """Cancel a campaign for good. What was sent keeps its clock; what waits is never sent."""
    require(by, RUN)
    if campaign.stands:
        raise Refused("The rules ask for these messages (64.2010(f)).", "Pause it instead.")
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
    with transaction.atomic():
        # Held before it looks, or a substitute that is being added now would never be sent.
        campaign = hold(campaign_id)
        pending = Delivery.objects.filter(campaign=campaign, state__in=Delivery.PENDING)
        if campaign.stands or campaign.status != Status.RUNNING or pending.exists():
            return False
        if campaign.month and campaign.month >= Carrier.today().replace(day=1):
            return False  # of an automatic notice, whose month is not over
        return _move(
            campaign,
            [Status.RUNNING],
            Status.FINISHED,
            by=None,
            because="Nothing waits to be sent",
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
        locked = hold(campaign.pk)
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


def hold(campaign_id: int) -> Campaign:
    """The campaign as it is now, locked until the transaction ends.

    Whoever changes what waits in a campaign locks it first and its deliveries after it, so that
    cancelling, finishing and adding a substitute take turns, and two of them cannot wait for each
    other.
    """
    return Campaign.objects.select_for_update(no_key=True).get(pk=campaign_id)
