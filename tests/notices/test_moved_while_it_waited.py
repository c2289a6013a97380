"""Between the start of a campaign and the sending people move, leave, or prove to be the same."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from accounts import contacts, customers
from accounts.models import ContactPoint, Customer
from cpni import merging
from cpni.assuming import assume_due
from cpni.models import Approval
from cpni.results import results
from notices import campaigns, letters, outcomes, sending
from notices.models import Campaign, Delivery
from tests.factories.accounts import CarrierFactory, CustomerFactory
from tests.factories.notices import CampaignFactory, DeliveryFactory, NoticeFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 23, 18, tzinfo=UTC)
TODAY = AT.date()
WHY = {"by": None, "because": "Called"}


def move(customer, kind, **address):
    contacts.change_contact(customer, kind=kind, at=AT, on=TODAY, route="call", **address, **WHY)


def new_street(customer):
    move(customer, "post", line1="9 New Street", city="Ogden", state="UT", postcode="84401")


def fates(customer):
    """What became of each notice to the customer, in their order."""
    rows = Delivery.objects.filter(customer=customer).order_by("round")
    return [(row.channel, row.state, row.reason) for row in rows]


@pytest.fixture
def letter(reference_data):
    """A letter that waits, of a campaign that runs."""
    CarrierFactory()
    return DeliveryFactory(campaign=CampaignFactory(running=True), state="queued")


def make_batch(delivery):
    return letters.make_batch(delivery.campaign, at=AT, by=None, because="Printing day")


@time_machine.travel(AT)
def test_an_e_mail_goes_to_the_address_that_the_customer_has_by_then(sink, campaign_to, to):
    campaign = campaign_to(2)
    mover = to("c1").customer
    move(mover, "email", value="new@mail.example")
    sending.send(campaign.pk)
    assert sink.recipients == {"c2@mail.example": 1, "new@mail.example": 1}
    assert fates(mover) == [("email", "failed", Delivery.MOVED), ("email", "sent", "")]
    found = results(Campaign.objects.get(pk=campaign.pk))
    assert dict(found.recipients) == {("sent", "email"): 1, ("substitute_sent", "email"): 1}
    assume_due(on=date(2027, 1, 20))
    proofs = Approval.objects.filter(customer=mover).values_list("delivery__contact_point__until")
    assert set(proofs) == {(None,)}


def test_an_address_at_which_nothing_arrives_is_not_written_to(sink, campaign_to, to):
    campaign = campaign_to(1)
    first = to("c1")
    contacts.mark_undeliverable([first.contact_point_id], on=TODAY, **WHY)
    sending.send(campaign.pk)
    assert not sink.recipients
    assert fates(first.customer) == [
        ("email", "failed", Delivery.NOTHING_ARRIVES),
        ("post", "queued", ""),
    ]


def test_even_when_it_ends_while_the_campaign_is_being_sent(sink, campaign_to, to, monkeypatch):
    campaign = campaign_to(3)
    last = to("c3").contact_point
    read = sending.claims.next_jobs

    def moved_after_it_was_read(*args, **kwargs):
        jobs = read(*args, **kwargs)
        ContactPoint.objects.filter(pk=last.pk).update(until=TODAY)
        return jobs

    monkeypatch.setattr(sending.claims, "next_jobs", moved_after_it_was_read)
    sending.send(campaign.pk)
    assert sink.recipients == {"c1@mail.example": 1, "c2@mail.example": 1}
    assert [state for _, state, _ in fates(last.customer)] == ["failed", "queued"]


def test_two_accounts_that_were_merged_get_one(sink, campaign_to, to):
    campaign = campaign_to(2)
    one, two = to("c1").customer, to("c2").customer
    merging.merge(one, two, on=TODAY, at=AT, **WHY)
    sending.send(campaign.pk)
    assert sink.recipients == {"c2@mail.example": 1}
    reason = "The account was merged into another before it was sent."
    assert fates(one) == [("email", "cancelled", reason)]
    campaign.refresh_from_db()
    assert campaign.status == "finished"


def test_whose_service_has_ended_gets_none(sink, campaign_to, to, letter):
    campaign = campaign_to(1)
    for gone in (to("c1").customer, letter.customer):
        customers.discontinue(gone, on=TODAY, **WHY)
    sending.send(campaign.pk)
    assert not sink.recipients
    assert make_batch(letter) is None
    reason = "The service ended before it was sent."
    assert fates(to("c1").customer) == [("email", "cancelled", reason)]
    assert fates(letter.customer) == [("post", "cancelled", reason)]


def test_a_letter_is_printed_with_the_address_that_the_customer_has_by_then(letter):
    stays = DeliveryFactory(campaign=letter.campaign, state="queued")
    new_street(letter.customer)
    batch = make_batch(letter)
    assert batch.size == 2
    printed = "".join(letters.export(batch, by=None))
    assert printed.count("9 New Street") == 1
    assert stays.contact_point.line1 in printed
    assert letter.contact_point.line1 not in printed
    assert fates(letter.customer) == [("post", "failed", Delivery.MOVED), ("post", "batched", "")]


def test_what_came_back_still_goes_in_another_form(campaign_to, to, letter):
    bounced = DeliveryFactory(channel="email", customer=CustomerFactory(by_email=True))
    move(bounced.customer, "email", value="new@mail.example")
    outcomes.record(bounced, outcome="bounced", on=TODAY, **WHY)
    assert [channel for channel, *_ in fates(bounced.customer)] == ["email", "post"]
    new_street(bounced.customer)
    make_batch(bounced)
    assert [state for _, state, _ in fates(bounced.customer)] == ["sent", "failed", "batched"]


def test_who_has_no_address_left_is_to_be_asked(letter):
    ContactPoint.objects.filter(customer=letter.customer).update(until=TODAY)
    assert make_batch(letter) is None
    assert fates(letter.customer)[1] == (
        "none",
        "unreachable",
        "There is no other way to reach the customer. Ask on the next call.",
    )


def test_who_moved_is_not_counted_among_what_the_relay_refused(sink, campaign_to):
    campaign = campaign_to(4)
    Customer.objects.update(email_notices_since=None, email_notices_proof="")
    sending.send(campaign.pk)
    assert campaigns.refused_or_bounced(campaign) == (0, 0)


def test_an_offer_to_an_address_that_was_given_up_goes_to_nobody(sink, campaign_to, to):
    offer = NoticeFactory(kind="marketing", channels="email", policy_version=None, finish__uses=())
    campaign = campaign_to(2, notice=offer)
    Delivery.objects.update(marketing=True)
    mover = to("c1").customer
    move(mover, "email", value="new@mail.example")
    sending.send(campaign.pk)
    assert sink.recipients == {"c2@mail.example": 1}
    assert fates(mover) == [("email", "cancelled", Delivery.MOVED)]
