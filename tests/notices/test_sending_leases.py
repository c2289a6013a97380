"""One loop at a time holds a campaign; what a dead one left is in doubt and sent again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import ContactPoint
from notices import campaigns, claims, sending
from notices.models import Campaign, Delivery
from notices.sending import Ended
from tests.mailing import message_id

LEASE = 60  # seconds, the default


def dead_loop(campaign, *names):
    """A loop that took the campaign ten minutes ago, and died while it sent to these."""
    claims.take_lease(campaign.pk, at=timezone.now() - timedelta(minutes=10), seconds=LEASE)
    for name in names:
        points = ContactPoint.objects.found_by("email", f"{name}@mail.example")
        Delivery.objects.filter(contact_point__in=points).update(state="sending")


def test_a_second_loop_finds_the_campaign_held(sink, campaign_to):
    campaign = campaign_to(10)
    seconds = []

    def meanwhile():
        seconds.append(sending.send(campaign.pk))
        return False

    assert sending.send(campaign.pk, stopping=meanwhile).ended is Ended.DONE
    assert {second.ended for second in seconds} == {Ended.HELD}
    assert set(sink.recipients.values()) == {1}


def test_a_message_that_arrives_twice_sends_nothing_twice(sink, campaign_to):
    campaign = campaign_to(3)
    assert sending.send(campaign.pk).ended is Ended.DONE
    assert sending.send(campaign.pk).ended is Ended.NOT_RUNNING
    assert set(sink.recipients.values()) == {1}


def test_a_lease_that_runs_out_is_taken_over_and_one_that_does_not_is_not(campaign_to):
    campaign, now = campaign_to(1), timezone.now()
    assert claims.take_lease(campaign.pk, at=now, seconds=LEASE)
    last = now + timedelta(seconds=LEASE)
    assert not claims.take_lease(campaign.pk, at=last - timedelta(seconds=1), seconds=LEASE)
    assert sending.waiting(at=last - timedelta(seconds=1)) == []
    assert sending.waiting(at=last) == [campaign.pk]
    assert claims.take_lease(campaign.pk, at=last, seconds=LEASE)


def test_what_a_dead_loop_left_is_in_doubt_and_its_clock_runs_from_the_second_sending(
    sink, campaign_to, to
):
    campaign = campaign_to(3)
    dead_loop(campaign, "c1", "c2")
    begin = timezone.now()
    assert sending.send(campaign.pk).counts == {"sent": 3, "in doubt": 2}
    told = to("c1").history.values_list("state", "in_doubt", "reason")
    assert list(told) == [("sent", 1, ""), ("queued", 1, claims.DOUBT), ("queued", 0, "")]
    assert (to("c1").in_doubt, to("c3").in_doubt) == (1, 0)
    assert to("c1").sent_at > begin
    assert message_id(to("c1")) in {m["Message-ID"] for m in sink.messages}


@pytest.mark.parametrize(
    ("verb", "state"), [(campaigns.pause, "queued"), (campaigns.cancel, "cancelled")]
)
def test_what_a_dead_loop_left_is_recorded_also_when_nothing_more_may_leave(
    sink, campaign_to, to, verb, state
):
    campaign = campaign_to(2)
    dead_loop(campaign, "c1")
    verb(campaign, by=None, because="Wrong text")
    assert sending.waiting(at=timezone.now()) == [campaign.pk]
    assert sending.send(campaign.pk).ended is Ended.NOT_RUNNING
    assert (to("c1").state, to("c1").in_doubt) == (state, 1)
    assert sending.waiting(at=timezone.now()) == []
    assert not sink.messages


def test_a_loop_that_wakes_up_after_losing_its_lease_sends_nothing_more(
    sink, campaign_to, settings
):
    campaign = campaign_to(30)
    seen = []

    def asleep():
        if len(sink.messages) >= 5 and not seen:
            Campaign.objects.update(lease_until=timezone.now())
            assert sending.send(campaign.pk).ended is Ended.DONE
            seen.append(len(sink.messages))
        return False

    assert sending.send(campaign.pk, stopping=asleep).ended is Ended.HELD
    assert len(sink.messages) == seen[0]
    # Sent by both: only what was on its way, and that is on record.
    twice = {address for address, times in sink.recipients.items() if times > 1}
    rows = Delivery.objects.filter(in_doubt=1).select_related("contact_point")
    doubtful = [row.contact_point.value for row in rows]
    assert twice <= set(doubtful)
    assert len(doubtful) <= settings.SMTP_CONNECTIONS
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}


def test_a_long_loop_renews_its_lease(sink, campaign_to, settings):
    settings.SENDING_LEASE = 1
    campaign = campaign_to(10, rate_per_minute=300)
    others = []

    def meanwhile():
        others.append(sending.send(campaign.pk).ended)
        return False

    assert sending.send(campaign.pk, stopping=meanwhile).ended is Ended.DONE
    assert set(others) == {Ended.HELD}
