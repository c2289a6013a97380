"""Starting a campaign freezes exactly one delivery for each customer, whatever happens."""

from datetime import UTC, date, datetime

import pytest

from accounts.errors import Refused
from accounts.models import ContactPoint
from notices import audience, campaigns, freezing
from notices.models import Campaign, Delivery
from tests.factories.accounts import CarrierFactory, CustomerFactory, UserFactory
from tests.factories.notices import CampaignFactory, DeliveryFactory, NoticeFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

AT = datetime(2026, 11, 23, 17, tzinfo=UTC)
TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def carrier(reference_data):
    return CarrierFactory()


def approved(**kwargs):
    campaign = CampaignFactory(**kwargs)
    campaigns.approve(campaign, by=UserFactory(may="notices.approve_campaign"), because="Checked")
    return campaign


def start(campaign):
    return campaigns.start(
        campaign.pk, by=None, because="Its time has come", at=AT, message_domain="wasatch.example"
    )


def test_each_customer_gets_one_delivery_by_the_best_way(reference_data):
    by_email = CustomerFactory(by_email=True)
    no_consent = CustomerFactory(email="someone@mail.example")
    bounced_before = CustomerFactory(by_email=True)
    ContactPoint.objects.filter(customer=bounced_before, kind="email").update(
        undeliverable_since=TODAY
    )
    nowhere = CustomerFactory(post=False)
    CustomerFactory(discontinued=True)
    campaign = approved()
    assert audience.explain(campaign, on=TODAY).by_channel == {"email": 1, "post": 2, "none": 1}
    assert start(campaign) == {"email": 1, "post": 2, "none": 1}
    ways = dict(Delivery.objects.values_list("customer", "channel"))
    assert ways == {
        by_email.pk: "email",
        no_consent.pk: "post",
        bounced_before.pk: "post",
        nowhere.pk: "none",
    }
    lost = Delivery.objects.get(channel="none")
    assert lost.state == "unreachable"
    assert lost.reason.startswith("No deliverable postal address")
    campaign.refresh_from_db()
    assert (campaign.status, campaign.message_domain) == ("running", "wasatch.example")


def test_starting_again_adds_nothing_and_writes_no_history():
    CustomerFactory.create_batch(3)
    campaign = approved()
    assert start(campaign) == start(campaign) == {"post": 3}
    assert Delivery.objects.count() == Delivery.history.count() == 3


def test_a_start_that_was_interrupted_goes_on_where_it_stopped(monkeypatch):
    CustomerFactory.create_batch(5)
    campaign = approved()
    monkeypatch.setattr(freezing, "CHUNK", 2)
    freeze, calls = freezing.freeze, []

    def dies_in_the_second_chunk(*args, **kwargs):
        calls.append(args)
        if len(calls) == 2:
            raise KeyboardInterrupt
        freeze(*args, **kwargs)

    monkeypatch.setattr(freezing, "freeze", dies_in_the_second_chunk)
    with pytest.raises(KeyboardInterrupt):
        start(campaign)
    campaign.refresh_from_db()
    assert campaign.status == "freezing"
    assert campaigns.due(at=AT) == [campaign.pk]
    monkeypatch.setattr(freezing, "freeze", freeze)
    assert start(campaign) == {"post": 5}
    assert Delivery.objects.count() == Delivery.history.count() == 5


def test_the_text_is_in_the_customers_language_if_there_is_one_else_in_english():
    CustomerFactory(language="es")
    notice = NoticeFactory(finish__languages=("en", "es"))
    start(approved(notice=notice))
    assert Delivery.objects.get().text.language == "es"
    english = NoticeFactory(policy_version=notice.policy_version)
    start(approved(notice=english))
    assert Delivery.objects.last().text.language == "en"


def test_never_noticed_leaves_out_whoever_got_one_or_is_about_to():
    noticed = DeliveryFactory().customer
    returned = DeliveryFactory(outcome="returned", outcome_on=TODAY).customer
    pending = DeliveryFactory(state="batched").customer
    never = CustomerFactory()
    reconnected = DeliveryFactory(mailed_on=date(2019, 1, 7)).customer
    campaign = CampaignFactory(audience="never_noticed")
    found = set(audience.customers(campaign, on=TODAY))
    assert found == {returned, never, reconnected}
    assert noticed not in found
    assert pending not in found


def test_the_two_year_notice_is_due_from_the_22nd_month():
    due = DeliveryFactory(mailed_on=date(2025, 1, 23)).customer
    DeliveryFactory(mailed_on=date(2025, 1, 24))
    CustomerFactory()
    campaign = CampaignFactory(audience="notice_due")
    assert list(audience.customers(campaign, on=TODAY)) == [due]


def test_a_draft_cannot_start_and_its_author_cannot_approve_it():
    campaign = CampaignFactory(author=UserFactory(may="notices.approve_campaign"))
    with pytest.raises(Refused, match="The campaign is draft"):
        start(campaign)
    with pytest.raises(Refused, match="Someone else must approve"):
        campaigns.approve(campaign, by=campaign.author, because="Fine")


def test_a_cancelled_campaign_sends_nothing_more_and_keeps_what_was_sent():
    sent = DeliveryFactory()
    CustomerFactory()
    campaign = Campaign.objects.get()
    Delivery.objects.create(
        campaign=campaign,
        customer=CustomerFactory(),
        text=sent.text,
        channel="post",
        contact_point=sent.contact_point,
        recipient_name="X",
        state="queued",
    )
    assert campaigns.cancel(campaign, by=None, because="Wrong notice")
    assert not campaigns.cancel(campaign, by=None, because="Again")
    assert campaigns.progress(campaign).by_fate == {"sent": 1, "cancelled": 1}
    with pytest.raises(Refused, match="is cancelled"):
        start(campaign)


@pytest.mark.parametrize("size", [10, 60])
def test_the_number_of_queries_does_not_grow_with_the_audience(size, django_assert_max_num_queries):
    CustomerFactory.create_batch(size)
    campaign = approved()
    with django_assert_max_num_queries(43):
        start(campaign)


def test_a_copy_is_a_draft_with_the_same_choices_and_whoever_copied_it_as_author(db):
    officer = UserFactory(may="notices.add_campaign")
    campaign = CampaignFactory(name="Spring", running=True, daily_cap=500, pause_at_percent=3)
    first = campaigns.copy(campaign, by=officer, because="Next year")
    second = campaigns.copy(first, by=officer, because="And the year after")
    assert (first.name, second.name) == ("Spring (2)", "Spring (3)")
    assert (first.status, first.author, first.started_at) == ("draft", officer, None)
    assert (first.notice, first.audience) == (campaign.notice, campaign.audience)
    assert (first.daily_cap, first.pause_at_percent) == (500, 3)
    with pytest.raises(Refused):
        campaigns.approve(first, by=officer, because="Mine")
