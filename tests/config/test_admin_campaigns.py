"""Campaigns in the admin: who is whose second person, what the figures say, what starts."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client

from config import roles
from notices import tasks
from notices.models import Campaign, Delivery
from tests.factories.accounts import CustomerFactory
from tests.factories.notices import CampaignFactory, DeliveryFactory, NoticeFactory

pytestmark = pytest.mark.usefixtures("today")
FORM = {
    "audience": "active",
    "customer_list": "",
    "rate_per_minute": "",
    "pause_at_percent": "5",
    "because": "x",
}


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def nudged(monkeypatch):
    """The messages that were sent to workers."""
    sent = []
    for task in (tasks.send_campaign, tasks.start_campaign):
        monkeypatch.setattr(task, "delay", lambda pk, name=task.__name__: sent.append((name, pk)))
    return sent


def test_marketing_drafts_and_is_the_author(staff, address):
    marketer, notice = staff(roles.MARKETING), NoticeFactory()
    form = {**FORM, "name": "Autumn", "notice": notice.pk}
    assert signed_in(marketer).post(address("notices_campaign", "add"), form).status_code == 302
    campaign = Campaign.objects.get()
    assert (campaign.author, campaign.status) == (marketer, Campaign.Status.DRAFT)


def test_whoever_changed_the_draft_last_cannot_approve_it(staff, address):
    officer, campaign = staff(roles.OFFICER), CampaignFactory(name="Autumn")
    form = {**FORM, "name": "Winter", "notice": campaign.notice_id}
    client = signed_in(officer)
    client.post(address("notices_campaign", "change", campaign.pk), form)
    campaign.refresh_from_db()
    assert (campaign.name, campaign.author) == ("Winter", officer)
    client.post(address("notices_campaign", "approve", campaign.pk), {"because": "Mine"})
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.DRAFT


def test_an_approved_campaign_cannot_be_edited(client_of, address):
    campaign = CampaignFactory(running=True)
    form = {**FORM, "name": "Winter", "notice": campaign.notice_id}
    answer = client_of(roles.OFFICER).post(address("notices_campaign", "change", campaign.pk), form)
    assert answer.status_code == 403


def test_a_saved_list_is_named_exactly_when_the_audience_is_one(client_of, address):
    form = {**FORM, "name": "Autumn", "notice": NoticeFactory().pk, "audience": "saved_list"}
    answer = client_of(roles.OFFICER).post(address("notices_campaign", "add"), form)
    assert "Name a saved list exactly when" in answer.content.decode()


def test_before_the_start_the_page_says_whom_it_would_reach(client_of, address):
    CustomerFactory()
    CustomerFactory(by_email=True)
    CustomerFactory(post=False)
    campaign = CampaignFactory()
    page = client_of(roles.MARKETING).get(address("notices_campaign", "change", campaign.pk))
    figures = " ".join(page.content.decode().split())
    assert "Today it would go to" in figures
    assert '<th>Together</th><th class="desk-number">3</th>' in figures


def test_scheduling_for_now_hands_the_start_to_a_worker(
    client_of, address, nudged, django_capture_on_commit_callbacks
):
    campaign = CampaignFactory(running=True, status="approved")
    with django_capture_on_commit_callbacks(execute=True):
        client_of(roles.OFFICER).post(
            address("notices_campaign", "start", campaign.pk), {"because": "Now"}
        )
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.SCHEDULED
    assert nudged == [("start_campaign", campaign.pk)]


def test_the_hour_of_a_schedule_is_the_carriers(client_of, address):
    campaign = CampaignFactory(running=True, status="approved")
    client_of(roles.OFFICER).post(
        address("notices_campaign", "schedule", campaign.pk),
        {"at_0": "2026-12-01", "at_1": "09:00", "because": "Tuesday morning"},
    )
    campaign.refresh_from_db()
    assert campaign.scheduled_at == datetime(2026, 12, 1, 16, tzinfo=UTC)  # nine in Denver


def test_a_schedule_beyond_a_year_is_refused_in_words(client_of, address):
    campaign = CampaignFactory(running=True, status="approved")
    page = client_of(roles.OFFICER).post(
        address("notices_campaign", "schedule", campaign.pk),
        {"at_0": "9999-12-31", "at_1": "23:59", "because": "Later"},
        follow=True,
    )
    assert "That is more than a year away." in page.content.decode()
    assert Campaign.objects.get(pk=campaign.pk).status == "approved"


@pytest.fixture
def mixed(db):
    """A running campaign: sent, returned and replaced, returned for good, unreachable, waiting."""
    campaign = CampaignFactory(running=True)

    def one(**kwargs):
        return DeliveryFactory(campaign=campaign, **kwargs)

    returned = {"outcome": "returned", "outcome_on": date(2026, 11, 1)}
    one()
    replaced = one(**returned)
    one(customer=replaced.customer, round=2, state="queued")
    one(**returned)
    one(channel="none", state="unreachable", customer=CustomerFactory(post=False))
    return campaign


def test_every_figure_agrees_with_the_list_to_which_it_leads(client_of, address, mixed):
    client = client_of(roles.OFFICER)
    page = client.get(address("notices_campaign", "change", mixed.pk)).content.decode()
    lists = address("notices_delivery", "changelist")
    for fate, number in {"sent": 1, "returned": 2, "queued": 1, "unreachable": 1}.items():
        query = f"{lists}?campaign__id__exact={mixed.pk}&fate={fate}"
        assert f'href="{query.replace("&", "&amp;")}">{number}</a>' in page
        assert client.get(query).context["cl"].result_count == number


def test_the_exceptions_are_those_for_whom_nothing_else_is_on_its_way(client_of, address, mixed):
    client = client_of(roles.OFFICER)
    row = client.get(address("notices_campaign", "changelist")).context["cl"].result_list[0]
    query = f"?campaign__id__exact={mixed.pk}&missed=open"
    listed = client.get(address("notices_delivery", "changelist") + query).context["cl"]
    assert row.missing == listed.result_count == 2


def test_whoever_may_not_see_deliveries_gets_figures_without_links(client_of, address, mixed):
    page = client_of(roles.MARKETING).get(address("notices_campaign", "change", mixed.pk))
    assert "What became of them" in page.content.decode()
    assert address("notices_delivery", "changelist") not in page.content.decode()
    assert Delivery.objects.count() == 5
