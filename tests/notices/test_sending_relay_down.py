"""Trouble that is the relay's: nobody is lost or blamed, and a person is asked only if needed."""

from collections import Counter

import pytest
from django.utils import timezone

from accounts.models import ContactPoint
from notices import sending
from notices.models import Campaign, Delivery
from notices.sending import IN_A_ROW, Ended
from tests.running import free_port


def test_a_relay_that_is_down_costs_nothing_and_needs_nobody(sink, campaign_to, states, settings):
    campaign = campaign_to(5)
    settings.EMAIL_PORT = free_port()
    assert sending.send(campaign.pk).ended is Ended.RELAY
    assert set(states().values()) == {"queued"}
    untouched = Delivery.objects.filter(attempts=0, in_doubt=0, try_after=None)
    assert untouched.count() == 5
    assert sending.waiting(at=timezone.now()) == [campaign.pk]
    settings.EMAIL_PORT = sink.port
    assert sending.send(campaign.pk).ended is Ended.DONE
    assert set(sink.recipients.values()) == {1}


def test_a_relay_that_goes_away_in_the_middle_gets_the_rest_when_it_is_back(sink, campaign_to):
    campaign = campaign_to(12)
    answer = "421 4.3.2 Going down"
    sink.answers["MAIL", "*"] = ["", "", "", "", *[answer] * 6]
    assert sending.send(campaign.pk).ended is Ended.RELAY
    assert not Delivery.objects.filter(attempts__gt=1).exists()
    assert sending.send(campaign.pk).ended is Ended.DONE
    assert sink.recipients == {f"c{n}@mail.example": 1 for n in range(1, 13)}


@pytest.mark.parametrize("greeting", ["421 4.7.0 Too many connections", "554 5.7.0 Too many"])
def test_a_relay_that_allows_fewer_connections_gets_fewer(sink, campaign_to, greeting):
    sink.answers["CONNECT", "*"] = ["", greeting, greeting]
    assert sending.send(campaign_to(9).pk).ended is Ended.DONE
    assert (len(sink.messages), sink.most_at_once) == (9, 1)


def test_a_connection_that_the_relay_closed_is_opened_again(sink, campaign_to, settings):
    settings.SMTP_CONNECTIONS = 1
    sink.answers["MAIL", "*"] = ["", "421 4.7.0 Enough on this connection", "", ""]
    assert sending.send(campaign_to(3).pk).counts["sent"] == 3
    assert sink.connections == 2


@pytest.mark.parametrize(
    ("command", "answer"),
    [("CONNECT", "554 5.7.1 Not from there"), ("MAIL", "550 5.7.1 Sender refused")],
)
def test_a_relay_that_refuses_us_for_good_pauses_the_campaign(sink, campaign_to, command, answer):
    sink.answers[command, "*"] = answer
    campaign = campaign_to(5)
    assert sending.send(campaign.pk).ended is Ended.PAUSED
    campaign.refresh_from_db()
    assert campaign.status == "paused"
    assert answer in campaign.paused_because
    assert set(Delivery.objects.values_list("state", "attempts")) == {("queued", 0)}


@pytest.mark.parametrize("answer", ["554 5.7.1 Relay access denied", "550 5.1.1 Unknown"])
def test_refusals_in_a_row_pause_the_campaign_before_the_list_is_ruined(sink, campaign_to, answer):
    sink.answers["RCPT", "*"] = answer
    campaign = campaign_to(IN_A_ROW * 2)
    assert sending.send(campaign.pk).ended is Ended.PAUSED
    campaign.refresh_from_db()
    assert campaign.paused_because.endswith(f"messages in a row were refused: {answer}")
    untried = Delivery.objects.filter(channel="email", state="queued", attempts=0).count()
    assert IN_A_ROW - 3 <= untried <= IN_A_ROW
    if "5.7.1" in answer:
        # The relay's rules are not the addresses' fault.
        assert not ContactPoint.objects.exclude(undeliverable_since=None).exists()


def test_a_relay_that_puts_everybody_off_is_left_in_peace_for_a_while(sink, campaign_to, states):
    sink.answers["RCPT", "*"] = "451 4.3.0 Lookup failed"
    campaign = campaign_to(IN_A_ROW * 2)
    assert sending.send(campaign.pk).ended is Ended.RELAY
    assert Campaign.objects.get().status == "running"
    assert Counter(states().values()) == {"queued": IN_A_ROW * 2}
    sink.answers.clear()
    assert sending.send(campaign.pk).ended is Ended.WAITING
