"""Hours, caps and slow beginnings: what may not leave now waits, and nobody is lost."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from notices import quotas, sending
from notices.models import Campaign, Delivery
from notices.sending import Ended

ZONE = ZoneInfo("America/Denver")
NOON = datetime(2026, 11, 23, 19, tzinfo=UTC)  # in Denver


def campaign(**fields):
    return Campaign(**{"started_at": NOON, **fields})


def denver(day, hour, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        (denver(23, 7, 59), denver(23, 8)),
        (denver(23, 8), denver(23, 8)),
        (denver(23, 19, 59), denver(23, 19, 59)),
        (denver(23, 20), denver(24, 8)),
        (denver(23, 23), denver(24, 8)),
    ],
)
def test_mail_leaves_only_within_its_hours_where_the_carrier_is(at, opens):
    asked = campaign(send_from=time(8), send_until=time(20))
    assert quotas.opens_at(asked, at, ZONE) == opens


def test_without_hours_it_may_leave_at_any_time():
    assert quotas.opens_at(campaign(), denver(23, 3), ZONE) == denver(23, 3)


class Clock:
    """A clock that moves on as sending goes, and can be set forward."""

    def __init__(self):
        self.by = timedelta()

    def __call__(self):
        return timezone.now() + self.by

    def move(self, **by):
        self.by += timedelta(**by)


@pytest.fixture
def clock():
    with time_machine.travel(NOON):
        yield Clock()


@given(
    warm_up=st.none() | st.integers(1, 1_000),
    daily_cap=st.none() | st.integers(1, 10_000),
    day=st.integers(0, 4_000),
)
def test_a_slow_beginning_doubles_each_day_and_never_passes_the_cap(warm_up, daily_cap, day):
    most = quotas.most_on(campaign(warm_up=warm_up, daily_cap=daily_cap), day)
    if daily_cap:
        assert most <= daily_cap
    if warm_up and day == 0:
        assert most == min(warm_up, daily_cap or warm_up)
    if most is not None and not (daily_cap and most == daily_cap):
        assert most == warm_up * 2**day
    if warm_up is None and daily_cap is None:
        assert most is None


@pytest.mark.django_db
def test_the_cap_of_a_day_holds_over_loops_and_the_next_day_goes_on(sink, campaign_to, clock):
    sent = campaign_to(5, daily_cap=2)
    for _ in range(2):
        assert sending.send(sent.pk, clock=clock).ended is Ended.WAITING
    assert sum(sink.recipients.values()) == 2
    clock.move(days=1)
    sending.send(sent.pk, clock=clock)
    assert sum(sink.recipients.values()) == 4
    clock.move(days=1)
    assert sending.send(sent.pk, clock=clock).ended is Ended.DONE
    assert set(sink.recipients.values()) == {1}
    assert Campaign.objects.get(pk=sent.pk).status == "finished"


@pytest.mark.django_db
def test_the_estimate_knows_when_its_hours_end(campaign_to):
    at = denver(23, 16, 55)
    sent = campaign_to(12, send_from=time(9), send_until=time(17))
    first = Delivery.objects.filter(campaign=sent).first()
    Delivery.objects.filter(pk=first.pk).update(
        state="sent",
        sent_at=at - timedelta(seconds=20),
        mailed_on=at.date(),
        last_objection_day=date(2026, 12, 26),
        assume_from=date(2026, 12, 27),
    )
    words = quotas.estimate(sent, at=at, zone=ZONE).words
    assert words == "Not all by 17:00 today; at the speed of the last minute, by November 24, 2026."
    earlier = denver(23, 16, 30)
    assert quotas.estimate(sent, at=earlier, zone=ZONE).words.startswith("About 11 minutes")


@pytest.mark.django_db
def test_the_cap_of_a_day_counts_what_was_handed_over_and_not_taken(sink, campaign_to, clock):
    sent = campaign_to(5, daily_cap=2)
    sink.answers["DONE", "*"] = "451 4.7.1 Too fast"
    for _ in range(2):
        assert sending.send(sent.pk, clock=clock).ended is Ended.WAITING
    assert Delivery.objects.filter(campaign=sent, attempts__gt=0).count() == 2
    del sink.answers["DONE", "*"]
    clock.move(days=1)
    sending.send(sent.pk, clock=clock)
    assert sum(sink.recipients.values()) == 2


@pytest.mark.django_db
def test_outside_its_hours_nothing_leaves_and_nothing_is_finished(sink, campaign_to, clock):
    sent = campaign_to(3, send_from=time(1), send_until=time(2))
    assert sending.send(sent.pk, clock=clock).ended is Ended.WAITING
    assert not sink.recipients
    assert Campaign.objects.get(pk=sent.pk).status == "running"


@pytest.mark.django_db
def test_the_estimate_says_what_is_known_and_no_more(sink, campaign_to, clock):
    sent = campaign_to(6, daily_cap=2)
    now = clock()
    estimate = quotas.estimate(sent, at=now, zone=ZONE)
    assert estimate.waiting == 6
    assert estimate.words.startswith("The most for a day is reached; the last leave on")
    sent.daily_cap = None
    assert "nobody can say how long" in quotas.estimate(sent, at=now, zone=ZONE).words
    one = Delivery.objects.filter(campaign=sent).first()
    Delivery.objects.filter(pk=one.pk).update(
        state="sent",
        sent_at=now - timedelta(seconds=30),
        mailed_on=date(2026, 11, 23),
        last_objection_day=date(2026, 12, 26),
        assume_from=date(2026, 12, 27),
    )
    assert quotas.estimate(sent, at=now, zone=ZONE).words == (
        "About 5 minutes, at the speed of the last one."
    )
    Delivery.objects.filter(campaign=sent, state="queued").update(
        try_after=now + timedelta(hours=1)
    )
    assert "are tried again" in quotas.estimate(sent, at=now, zone=ZONE).words
    sent.send_from, sent.send_until = time(1), time(2)
    Delivery.objects.filter(campaign=sent, state="queued").update(try_after=None)
    assert "It goes on at 01:00 on" in quotas.estimate(sent, at=now, zone=ZONE).words
    Delivery.objects.filter(campaign=sent, state="queued").update(state="cancelled")
    assert quotas.estimate(sent, at=now, zone=ZONE).words == ""
