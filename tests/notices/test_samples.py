"""A sample of a campaign goes to staff first, and the campaign waits until they have looked."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Carrier
from notices import campaigns, claims, quotas, sending
from notices.models import AutomaticNotice, Campaign, Delivery
from notices.samples import SENT
from notices.sending import Ended
from tests.factories.accounts import UserFactory
from tests.factories.notices import CampaignFactory, NoticeFactory
from tests.running import free_port

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sink")]
SEEDS = ["proof@wasatch.example", "officer@wasatch.example"]


@pytest.fixture
def campaign(campaign_to):
    """In two languages, to three customers, with two seed addresses."""
    campaign = campaign_to(3, notice=NoticeFactory(finish__languages=("en", "es")))
    seeded()
    return campaign


def seeded(addresses=SEEDS):
    Carrier.objects.update(seed_addresses="\n".join(addresses))


def resume(campaign):
    campaign.refresh_from_db()
    officer = UserFactory(may="notices.run_campaign")
    assert campaigns.resume(campaign, by=officer, because="Looked at it")


def test_the_sample_leaves_alone_in_each_language_and_the_campaign_pauses(sink, campaign):
    assert sending.send(campaign.pk).ended is Ended.PAUSED
    campaign.refresh_from_db()
    assert (campaign.status, campaign.paused_because) == (Campaign.Status.PAUSED, SENT)
    assert campaign.sampled_at
    assert campaign.history.first().history_change_reason == SENT
    assert sink.recipients == dict.fromkeys(SEEDS, 2)
    assert set(Delivery.objects.values_list("state", "attempts")) == {("queued", 0)}
    for message in sink.messages:
        assert message["Subject"].startswith("[SAMPLE] ")
        words = message.get_body(("plain",)).get_content()
        assert "SAMPLE for staff of" in words or "MUESTRA para el personal de" in words
        assert "N-00000" in words
        assert message["Message-ID"].startswith("<sample.")
        assert message["Reply-To"] is None  # no answer of staff arrives where objections do


def test_when_somebody_resumes_it_the_customers_get_it_and_no_second_sample_leaves(sink, campaign):
    sending.send(campaign.pk)
    sink.accepted.clear()
    resume(campaign)
    assert sending.send(campaign.pk).ended is Ended.DONE
    assert sink.recipients == {f"c{n}@mail.example": 1 for n in (1, 2, 3)}
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.FINISHED
    assert Delivery.objects.count() == 3


def test_what_nobody_resumed_does_not_go_on(sink, campaign):
    sending.send(campaign.pk)
    assert sending.send(campaign.pk).ended is Ended.NOT_RUNNING
    assert campaign.pk not in sending.waiting(at=campaign.history.first().history_date)


def test_a_sample_that_the_relay_refuses_pauses_it_and_is_tried_again(sink, campaign):
    sink.answers["RCPT", SEEDS[1]] = "550 5.1.1 No such user"
    assert sending.send(campaign.pk).ended is Ended.PAUSED
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.PAUSED
    assert "The sample was not sent. The relay said: 550 5.1.1" in campaign.paused_because
    assert campaign.sampled_at is None
    seeded(SEEDS[:1])
    resume(campaign)
    sending.send(campaign.pk)
    campaign.refresh_from_db()
    assert campaign.paused_because == SENT
    assert not set(sink.recipients) - set(SEEDS)


def test_what_the_relay_does_not_take_now_is_tried_again_as_deliveries_are(sink, campaign):
    sink.answers["RCPT", SEEDS[0]] = "451 4.7.1 Greylisted"
    at, tries = timezone.now(), []

    def sends(at):
        return sending.send(campaign.pk, clock=lambda: at).ended

    for _ in range(claims.ATTEMPTS - 1):
        assert sends(at) is Ended.WAITING
        campaign.refresh_from_db()
        assert campaign.status == Campaign.Status.RUNNING
        assert campaign.history.first().history_change_reason.startswith("The sample is tried")
        tries.append((campaign.sample_after - at).total_seconds() / 60)
        early = campaign.sample_after - timedelta(seconds=1)
        assert campaign.pk not in sending.waiting(at=early)
        assert sends(early) is Ended.WAITING
        at = campaign.sample_after
        assert campaign.pk in sending.waiting(at=at)
        said = quotas.estimate(campaign, at=early, zone=Carrier.zone_or_default()).words
        assert "did not take the sample; it is tried again at" in said
    assert tries == [5, 15, 45, 135]
    assert sends(at) is Ended.PAUSED
    campaign.refresh_from_db()
    assert "The sample was not sent. The relay said: 451" in campaign.paused_because
    assert not set(sink.recipients) - set(SEEDS)


def test_one_that_is_taken_on_a_later_try_pauses_it_as_any_sample_does(sink, campaign):
    sink.answers["RCPT", SEEDS[0]] = "451 4.7.1 Greylisted"
    sending.send(campaign.pk)
    campaign.refresh_from_db()
    sink.answers.clear()
    at = campaign.sample_after
    assert sending.send(campaign.pk, clock=lambda: at).ended is Ended.PAUSED
    campaign.refresh_from_db()
    assert (campaign.paused_because, campaign.sample_after) == (SENT, None)


def test_a_relay_that_is_down_is_tried_again_as_well(campaign, settings):
    settings.EMAIL_PORT = free_port()
    assert sending.send(campaign.pk).ended is Ended.WAITING
    campaign.refresh_from_db()
    assert "The relay took nothing:" in campaign.history.first().history_change_reason


def test_without_seed_addresses_or_where_none_is_wanted_it_begins_at_once(sink, campaign):
    seeded([])
    assert sending.send(campaign.pk).ended is Ended.DONE
    assert set(sink.recipients) == {f"c{n}@mail.example" for n in (1, 2, 3)}


def test_whoever_drafts_it_may_go_without(sink, campaign_to):
    campaign = campaign_to(1, sample_first=False)
    seeded()
    assert sending.send(campaign.pk).ended is Ended.DONE
    assert set(sink.recipients) == {"c1@mail.example"}


def test_what_has_begun_is_not_stopped_for_a_sample(sink, campaign_to, to):
    campaign = campaign_to(2)
    assert sending.send(campaign.pk).ended is Ended.DONE
    seeded()
    Delivery.objects.filter(pk=to("c2").pk).update(
        state="queued", mailed_on=None, last_objection_day=None, assume_from=None
    )
    Campaign.objects.filter(pk=campaign.pk).update(status="running")
    assert sending.send(campaign.pk).ended is Ended.DONE
    assert not set(sink.recipients) & set(SEEDS)


def test_one_of_an_automatic_notice_stops_for_nobody(sink, campaign_to):
    notice = NoticeFactory()
    by_itself = AutomaticNotice.objects.create(kind="new", notice=notice)
    campaign = campaign_to(1, notice=notice, automatic=by_itself)
    seeded()
    assert sending.send(campaign.pk).ended is Ended.DONE
    assert set(sink.recipients) == {"c1@mail.example"}


def test_a_copy_and_what_is_approved_say_whether_a_sample_goes_first():
    with_one, without = (CampaignFactory(sample_first=first) for first in (True, False))
    officer = UserFactory(may="notices.add_campaign")
    assert not campaigns.copy(without, by=officer, because="x").sample_first
    before = with_one.fingerprint
    with_one.sample_first = False
    assert with_one.fingerprint != before
