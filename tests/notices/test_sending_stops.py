"""A loop that is told to stop stops within one message per connection, and loses nobody."""

from collections import Counter

import pytest
from django.db import OperationalError

from notices import campaigns, claims, sending
from notices.models import Campaign
from notices.sending import Ended

CONNECTIONS = 3  # of the fixture ``sink``


def when_sent(sink, number, act):
    """A ``stopping`` that acts once so many messages have arrived, and lets the loop go on."""
    done = []

    def stopping():
        if len(sink.messages) >= number and not done:
            done.append(len(sink.messages))
            act()
        return False

    stopping.seen = done
    return stopping


@pytest.mark.parametrize(
    ("verb", "left"), [(campaigns.pause, "queued"), (campaigns.cancel, "cancelled")]
)
def test_pausing_or_cancelling_acts_within_a_message_per_connection(
    sink, campaign_to, states, verb, left
):
    campaign = campaign_to(30)
    stopping = when_sent(sink, 5, lambda: verb(campaign, by=None, because="Wrong text"))
    assert sending.send(campaign.pk, stopping=stopping).ended is Ended.NOT_RUNNING
    assert len(sink.messages) <= stopping.seen[0] + CONNECTIONS
    assert Counter(states().values()) == {
        "sent": len(sink.messages),
        left: 30 - len(sink.messages),
    }


def test_a_resumed_campaign_goes_on_with_those_who_wait(sink, campaign_to):
    campaign = campaign_to(20)
    stopping = when_sent(sink, 5, lambda: campaigns.pause(campaign, by=None, because="Lunch"))
    sending.send(campaign.pk, stopping=stopping)
    campaigns.resume(campaign, by=None, because="Lunch is over")
    assert sending.send(campaign.pk).ended is Ended.DONE
    assert sink.recipients == {f"c{n}@mail.example": 1 for n in range(1, 21)}


def test_a_worker_that_shuts_down_leaves_the_rest_for_the_next(sink, campaign_to, states):
    campaign = campaign_to(20)
    result = sending.send(campaign.pk, stopping=lambda: len(sink.messages) >= 5)
    assert (result.ended, result.go_on) == (Ended.STOPPED, True)
    assert Counter(states().values())["sending"] == 0
    assert sending.send(campaign.pk).ended is Ended.DONE
    assert set(sink.recipients.values()) == {1}


def test_a_loop_ends_when_its_time_is_up(sink, campaign_to):
    campaign = campaign_to(10)
    result = sending.send(campaign.pk, seconds=0)
    assert (result.ended, result.go_on) == (Ended.TIME_UP, True)
    assert sending.waiting(at=campaign.notice.approved_at) == [campaign.pk]


@pytest.mark.parametrize("status", [s for s in Campaign.Status if s != "running"])
def test_only_a_running_campaign_is_sent(sink, campaign_to, status):
    campaign = campaign_to(1)
    Campaign.objects.update(status=status)
    assert sending.send(campaign.pk).ended is Ended.NOT_RUNNING
    assert sink.connections == 0


@pytest.mark.parametrize("url", ["", "consolemail://"])
def test_without_a_relay_the_campaign_pauses_and_says_why(campaign_to, settings, url):
    settings.EMAIL_URL = url
    campaign = campaign_to(1)
    assert sending.send(campaign.pk).ended is Ended.PAUSED
    campaign.refresh_from_db()
    assert (campaign.status, campaign.lease) == ("paused", None)
    assert campaign.paused_because == (
        "No mail relay is set up. Set EMAIL_URL and resume the campaign."
    )


def test_a_query_that_takes_too_long_ends_no_campaign_and_skips_nobody(
    sink, campaign_to, states, monkeypatch
):
    """As where a database cancels what is slow (listmonk #1762): the next loop goes on."""
    campaign = campaign_to(20)
    asked, ask = [], claims.next_jobs

    def slow(*args, **kwargs):
        asked.append(1)
        if len(asked) == 3:
            raise OperationalError("canceling statement due to statement timeout")
        return ask(*args, **kwargs)

    monkeypatch.setattr(claims, "next_jobs", slow)
    with pytest.raises(OperationalError):
        sending.send(campaign.pk)
    campaign.refresh_from_db()
    assert campaign.status == "running"
    assert Counter(states().values())["sent"] < 20
    assert sending.send(campaign.pk).ended is Ended.DONE
    assert set(sink.recipients) == {f"c{n}@mail.example" for n in range(1, 21)}
