"""Plain conditions narrow an audience; they are asked again at the start, and approved as read."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from accounts.errors import Changed
from accounts.models import ContactPoint, CustomerList, Service
from notices import audience, campaigns
from notices.clock import due_within, expires_after
from notices.models import Campaign, Delivery
from tests.factories.accounts import CarrierFactory, CustomerFactory, UserFactory
from tests.factories.notices import CampaignFactory, DeliveryFactory, PolicyFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]
ON = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 17, tzinfo=UTC)
EVERYTHING = {
    "due_within_days": 30,
    "categories": ["local", "wireless"],
    "in_state": "UT",
    "language": "es",
    "since_from": date(2019, 1, 1),
    "since_until": date(2021, 1, 1),
    "approval": "none",
}


def chosen(campaign):
    return set(audience.customers(campaign, on=ON))


def campaign_with_everything():
    return CampaignFactory(
        audience="notice_due",
        bound_to=PolicyFactory(),
        only_list=CustomerList.objects.create(name="Orem"),
        **EVERYTHING,
    )


def test_a_service_counts_while_it_is_provided():
    now, later, ended = (CustomerFactory(service="wireless") for _ in range(3))
    CustomerFactory(service="local")
    Service.objects.filter(customer=later).update(started_on=date(2026, 12, 1))
    Service.objects.filter(customer=ended).update(ended_on=date(2026, 11, 22))
    Service.objects.filter(customer=now).update(ended_on=ON)  # its last day
    assert chosen(CampaignFactory(categories=["wireless", "other"])) == {now}


def test_the_state_is_that_of_the_present_postal_address():
    stayed, moved = CustomerFactory(), CustomerFactory()
    gone = ContactPoint.objects.filter(customer=moved)
    gone.update(until=date(2026, 11, 1))
    address = {"line1": "1 Main St", "city": "Boise", "state": "ID", "postcode": "83702"}
    ContactPoint.objects.create(customer=moved, kind="post", since=date(2026, 11, 1), **address)
    assert chosen(CampaignFactory(in_state="UT")) == {stayed}
    assert chosen(CampaignFactory(in_state="ID")) == {moved}


@pytest.mark.parametrize(
    ("mailed_on", "days", "due"),
    [
        (date(2024, 12, 22), None, True),  # 23 months ago
        (date(2024, 12, 22), 28, False),
        (date(2024, 12, 22), 29, True),  # carries approval until December 22, 2026
        (date(2025, 1, 24), None, False),
        (date(2025, 1, 24), 62, True),
        (date(2024, 11, 23), 0, True),  # today is its last day
        (date(2024, 11, 24), 0, False),
    ],
)
def test_a_notice_is_due_within_days_of_its_end(mailed_on, days, due):
    customer = DeliveryFactory(mailed_on=mailed_on).customer
    found = chosen(CampaignFactory(audience="notice_due", due_within_days=days))
    assert found == ({customer} if due else set())


@pytest.mark.parametrize("on", [date(2026, 2, 27), date(2026, 2, 28), date(2028, 2, 29), ON])
@pytest.mark.parametrize("days", [0, 1, 30, 366])
def test_due_within_is_the_last_mailing_date_that_expires_in_time(on, days):
    last = due_within(on, days)
    ends = date.fromordinal(on.toordinal() + days)
    assert expires_after(last) <= ends
    assert expires_after(date.fromordinal(last.toordinal() + 1)) > ends


def test_conditions_are_asked_again_at_the_start():
    CarrierFactory()
    first, second = CustomerFactory(language="es"), CustomerFactory()
    campaign = CampaignFactory(language="es")
    campaigns.approve(campaign, by=UserFactory(may="notices.approve_campaign"), because="Checked")
    assert audience.explain(campaign, on=ON).reached == 1
    first.language, second.language = "en", "es"
    first.save()
    second.save()
    campaigns.start(campaign.pk, by=None, because="x", at=AT, message_domain="wasatch.example")
    assert set(Delivery.objects.values_list("customer", flat=True)) == {second.pk}


def test_who_is_left_out_by_several_counts_with_the_first():
    CustomerFactory(language="es")
    CustomerFactory(active_since=date(2026, 12, 1), language="en")
    CustomerFactory(service="wireless")
    CustomerFactory(discontinued=True)
    found = audience.explain(CampaignFactory(categories=["local"], language="es"), on=ON)
    assert (found.active, found.reached) == (3, 1)
    assert found.left_out == (
        ("Service begins later", 1),
        ("No local service", 1),
        ("Another language than Spanish", 0),
    )


def test_explaining_takes_one_statement(django_assert_num_queries):
    CustomerFactory()
    campaign = campaign_with_everything()
    with django_assert_num_queries(1):
        found = audience.explain(campaign, on=ON)
    assert len(found.left_out) == 10
    assert sum(n for _, n in found.left_out) + found.reached == found.active == 1


def test_a_copy_asks_for_the_same():
    campaign = campaign_with_everything()
    made = campaigns.copy(campaign, by=UserFactory(may="notices.add_campaign"), because="Again")
    made.refresh_from_db()
    for name in (*EVERYTHING, "bound_to", "only_list"):
        assert getattr(made, name) == getattr(campaign, name), name


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("due_within_days", 31),
        ("categories", ["local"]),
        ("in_state", "ID"),
        ("language", "en"),
        ("since_from", None),
        ("since_until", date(2021, 1, 2)),
        ("bound_to", None),
        ("approval", ""),
        ("only_list", None),
    ],
)
def test_whoever_approves_decides_upon_every_condition(name, value):
    campaign = campaign_with_everything()
    read = campaign.fingerprint
    setattr(campaign, name, value)
    campaign.save()
    with pytest.raises(Changed):
        campaigns.approve(
            campaign, by=UserFactory(may="notices.approve_campaign"), because="x", seen=read
        )


@pytest.mark.parametrize(
    "wrong",
    [
        {"due_within_days": 30, "audience": "active"},
        {"since_from": date(2021, 1, 2), "since_until": date(2021, 1, 1)},
    ],
)
def test_the_database_takes_no_conditions_that_contradict_each_other(wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        CampaignFactory(**wrong)
    assert not Campaign.objects.exists()
