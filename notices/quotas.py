"""When and how many e-mails of a campaign may leave: hours, a cap for each day, a slow beginning.

All days and hours are those of the carrier's zone. What may not leave now waits and is lost by
nobody: the schedule looks again each minute.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from accounts.civil import add_days, civil_day, in_words
from notices.models import Campaign, Delivery

DOUBLED = 20  # days of a slow beginning after which no relay minds any more


def most_on(campaign: Campaign, day: int) -> int | None:
    """The most messages that may leave on the ``day``-th day of ``campaign``, from 0; None: any.

    With a slow beginning twice as many each day as on the day before, up to the cap.
    """
    limits = []
    if campaign.daily_cap:
        limits.append(campaign.daily_cap)
    if campaign.warm_up and day < DOUBLED:
        limits.append(campaign.warm_up * 2**day)
    return min(limits, default=None)


def opens_at(campaign: Campaign, at: datetime, zone: ZoneInfo) -> datetime:
    """The first instant from the aware instant ``at`` on at which a message may leave by its hours.

    ``at`` itself within them, or when it has none.
    """
    if campaign.send_from is None or campaign.send_until is None:
        return at
    local = at.astimezone(zone)
    if campaign.send_from <= local.time() < campaign.send_until:
        return at
    day = civil_day(at, zone)
    if local.time() >= campaign.send_until:
        day = add_days(day, 1)
    return datetime.combine(day, campaign.send_from, zone)


def left_today(campaign: Campaign, clock: Callable[[], datetime], zone: ZoneInfo) -> int | None:
    """How many messages may still leave today; None, and the clock is not asked, when any may."""
    if not (campaign.daily_cap or campaign.warm_up):
        return None
    at = clock()
    today = civil_day(at, zone)
    began = civil_day(campaign.started_at or at, zone)
    most = most_on(campaign, (today - began).days)
    if most is None:
        return None
    return max(0, most - (campaign.handed if campaign.handed_on == today else 0))


def count(campaign: Campaign, handed: int, *, on: date) -> None:
    """Count ``handed`` more messages as handed over on the civil day ``on``, taken or not.

    ``campaign`` is brought up to date. The caller holds its lease.
    """
    before = campaign.handed if campaign.handed_on == on else 0
    campaign.handed_on, campaign.handed = on, max(0, before + handed)
    Campaign.objects.filter(pk=campaign.pk).update(
        handed_on=campaign.handed_on, handed=campaign.handed
    )


@dataclass(frozen=True)
class Estimate:
    """How long the rest of a campaign's messages takes: how many wait, and in words until when."""

    waiting: int
    words: str


def estimate(campaign: Campaign, *, at: datetime, zone: ZoneInfo) -> Estimate:
    """What is known of the time that the waiting messages of ``campaign`` take from ``at`` on.

    By the speed of the last minute, or the limit it has; and by its days, where it has a cap.
    """
    mine = Delivery.objects.filter(campaign=campaign, channel__in=Delivery.SENT_BY_LOOP)
    waiting = mine.filter(state__in=Delivery.PENDING).count()
    if not waiting:
        return Estimate(0, "")
    if campaign.sample_after:
        local = campaign.sample_after.astimezone(zone)
        return Estimate(
            waiting, f"The relay did not take the sample; it is tried again at {local:%H:%M}."
        )
    later = mine.filter(state=Delivery.State.QUEUED, try_after__gt=at).count()
    if later == waiting:
        return Estimate(waiting, "All that wait were not taken before, and are tried again.")
    opens = opens_at(campaign, at, zone)
    if opens > at:
        local = opens.astimezone(zone)
        return Estimate(waiting, f"It goes on at {local:%H:%M} on {local:%B} {local.day}.")
    left = left_today(campaign, lambda: at, zone)
    if left is not None and left < waiting:
        return Estimate(waiting, _days(campaign, waiting - left, at, zone))
    speed = mine.filter(sent_at__gt=at - timedelta(minutes=1)).count()
    if not speed:
        return Estimate(waiting, "Nothing left in the last minute, so nobody can say how long.")
    minutes = ceil(waiting / speed)
    if last := _last_by_hours(campaign, minutes, at, zone):
        until = f"{campaign.send_until:%H:%M}"
        return Estimate(
            waiting,
            f"Not all by {until} today; at the speed of the last minute, by {in_words(last)}.",
        )
    if minutes <= 1:
        return Estimate(waiting, "About a minute, at the speed of the last one.")
    if minutes < 120:
        return Estimate(waiting, f"About {minutes} minutes, at the speed of the last one.")
    return Estimate(waiting, f"About {ceil(minutes / 60)} hours, at the speed of the last minute.")


def _last_by_hours(campaign: Campaign, minutes: int, at: datetime, zone: ZoneInfo) -> date | None:
    """The day on which ``minutes`` of sending within its hours are over; None if it is today."""
    if campaign.send_from is None or campaign.send_until is None:
        return None
    today = civil_day(at, zone)
    closes = datetime.combine(today, campaign.send_until, zone)
    opens = datetime.combine(today, campaign.send_from, zone)
    after_today = timedelta(minutes=minutes) - (closes - at)
    if after_today <= timedelta():
        return None
    return add_days(today, ceil(after_today / (closes - opens)))


def _days(campaign: Campaign, after_today: int, at: datetime, zone: ZoneInfo) -> str:
    began = civil_day(campaign.started_at or at, zone)
    today = civil_day(at, zone)
    days = 0
    while after_today > 0:
        days += 1
        most = most_on(campaign, (today - began).days + days)
        if most is None:
            break
        after_today -= most
    last = add_days(today, days)
    return f"The most for a day is reached; the last leave on {in_words(last)}."
