"""A campaign goes to a saved list as it was when it was approved, and to no other."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from accounts import lists
from accounts.errors import Changed, Refused
from config import roles
from notices import campaigns
from notices.models import Campaign, Delivery
from notices.tasks import start_campaign
from tests.factories.accounts import CarrierFactory, CustomerFactory, UserFactory
from tests.factories.notices import CampaignFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 23, 18, tzinfo=UTC)


def saved(*customers):
    numbers = [customer.account_number for customer in customers]
    return lists.save_list("Autumn", numbers, by=None, because="x").customer_list


def approve(campaign, **kwargs):
    by = UserFactory(may="notices.approve_campaign")
    return campaigns.approve(campaign, by=by, because="Read", **kwargs)


@pytest.fixture
def two(reference_data):
    CarrierFactory()
    return CustomerFactory.create_batch(2)


@pytest.fixture(params=["audience", "condition"])
def campaign(request, two):
    """A draft to one of two customers, by a list as its audience or as a condition."""
    one = saved(two[0])
    named = {"audience": "saved_list", "customer_list": one}
    return CampaignFactory(**(named if request.param == "audience" else {"only_list": one}))


def test_whoever_read_it_before_the_list_was_changed_does_not_approve_it(campaign, two):
    read = campaign.fingerprint
    saved(*two)
    with pytest.raises(Changed):
        approve(campaign, seen=read)
    assert approve(campaign, seen=Campaign.objects.get().fingerprint)


def test_it_does_not_start_with_a_list_that_was_changed_and_names_it(campaign, two):
    approve(campaign)
    saved(*two)
    with pytest.raises(Refused, match="The list “Autumn” was changed after"):
        campaigns.schedule(campaign, at=AT, by=None, because="x")
    saved(two[0])
    assert campaigns.schedule(campaign, at=AT, by=None, because="x")
    saved(*two)
    start_campaign(campaign.pk)
    campaign.refresh_from_db()
    assert (campaign.status, Delivery.objects.count()) == (Campaign.Status.SCHEDULED, 0)
    assert campaigns.changed_lists(campaign) == ["Autumn"]
    saved(two[0])
    start_campaign(campaign.pk)
    assert Delivery.objects.get().customer == two[0]


def test_its_page_says_why_it_does_not_start(campaign, two, client_of):
    approve(campaign)
    saved(*two)
    page = client_of(roles.OFFICER).get(
        reverse("admin:notices_campaign_change", args=[campaign.pk])
    )
    assert "Does not start: The list “Autumn” was changed" in page.content.decode()
