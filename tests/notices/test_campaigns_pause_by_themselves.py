"""A storm of bounces stops the campaign, whenever it comes; a person may let it go on."""

import pytest

from notices import campaigns, outcomes, sending
from notices.models import Campaign, Delivery
from notices.sending import Ended
from notices.tasks import start_due_campaigns

pytestmark = pytest.mark.django_db


def status(campaign):
    return Campaign.objects.get(pk=campaign.pk)


def bounce(campaign, number):
    for delivery in Delivery.objects.filter(campaign=campaign, state="sent", outcome="")[:number]:
        outcomes.record(
            delivery, outcome="bounced", on=delivery.mailed_on, by=None, because="No mailbox"
        )


def test_refusals_over_the_threshold_pause_it_before_the_rest_is_sent(
    sink, campaign_to, settings, monkeypatch
):
    settings.SMTP_CONNECTIONS = 1
    monkeypatch.setattr(campaigns, "LEAST_TRIED", 10)
    campaign = campaign_to(40, pause_at_percent=20)
    people = Delivery.objects.filter(campaign=campaign).order_by("pk")
    for delivery in people[0:40:3]:  # one of three: never many in a row
        sink.answers["RCPT", delivery.contact_point.value] = "550 5.1.1 Unknown"
    assert sending.send(campaign.pk).ended is Ended.PAUSED
    paused = status(campaign)
    assert (paused.status, paused.paused_because) == (
        "paused",
        "4 of 10 e-mails were refused or bounced, more than 20 %. Find out why before it goes on.",
    )
    assert people.filter(state="queued", channel="email").count() == 30


@pytest.mark.parametrize("answer", ["554 5.7.1 Looks like spam", "451 4.7.1 Try later"])
def test_a_relay_that_takes_only_every_second_message_pauses_it(
    sink, campaign_to, settings, answer
):
    settings.SMTP_CONNECTIONS = 1
    campaign = campaign_to(60)
    for number in range(1, 61, 2):
        sink.answers["DONE", f"c{number}@mail.example"] = answer
    assert sending.send(campaign.pk).ended is Ended.PAUSED
    paused = status(campaign)
    assert paused.status == "paused"
    assert paused.paused_because.startswith("25 of the last 50 messages were not taken: ")
    assert Delivery.objects.filter(campaign=campaign, attempts=0).count() == 10


def test_bounces_that_come_later_pause_it_within_a_minute(sink, campaign_to, monkeypatch):
    monkeypatch.setattr(campaigns, "LEAST_TRIED", 10)
    campaign = campaign_to(20, daily_cap=12)
    sending.send(campaign.pk)
    bounce(campaign, 2)
    start_due_campaigns()
    paused = status(campaign)
    assert paused.status == "paused"
    assert paused.paused_because.startswith("2 of 12 e-mails were refused or bounced")


def test_one_that_is_cancelled_meanwhile_keeps_no_other_from_its_turn(
    sink, campaign_to, monkeypatch
):
    campaign = campaign_to(3, daily_cap=2)
    sending.send(campaign.pk)

    def cancelled_meanwhile(found, *_):
        campaigns.cancel(status(campaign), by=None, because="A mistake")
        return "Too many"

    monkeypatch.setattr(campaigns, "too_many", cancelled_meanwhile)
    start_due_campaigns()
    assert status(campaign).status == "cancelled"


def test_whoever_lets_it_go_on_takes_what_came_back_as_known(sink, campaign_to, monkeypatch):
    monkeypatch.setattr(campaigns, "LEAST_TRIED", 5)
    campaign = campaign_to(20, daily_cap=12)
    sending.send(campaign.pk)
    bounce(campaign, 4)
    assert campaigns.pause_if_bouncing(status(campaign))
    campaigns.resume(status(campaign), by=None, because="Old addresses, known")
    assert not campaigns.pause_if_bouncing(status(campaign))
    campaign = status(campaign)
    campaign.daily_cap = None
    campaign.save()
    sending.send(campaign.pk)
    bounce(campaign, 1)
    assert campaigns.too_many(status(campaign), *campaigns.refused_or_bounced(campaign)) == (
        "1 of 8 e-mails were refused or bounced, more than 5 %. Find out why before it goes on."
    )


def test_a_few_do_not_pause_it(sink, campaign_to):
    campaign = campaign_to(10)
    sending.send(campaign.pk)
    bounce(campaign, 5)
    assert campaigns.refused_or_bounced(campaign) == (5, 10)
    assert campaigns.too_many(status(campaign), 5, 10) == ""
