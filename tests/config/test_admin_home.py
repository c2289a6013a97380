"""The home page: each number leads to a list with as many rows, and only to what one may view."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from accounts import changes
from accounts.models import JobRound, UnusualLook
from config import jobs, roles
from cpni import figures, optouts
from cpni.assuming import assume_due
from cpni.models import RetentionPeriod
from notices import change_notices
from notices.models import AutomaticNotice, PostBatch
from tests.factories.accounts import CustomerFactory, UserFactory
from tests.factories.api import WebhookSubscriptionFactory
from tests.factories.cpni import (
    BreachFactory,
    CallingListFactory,
    ComplaintFactory,
    InboundMessageFactory,
    IncidentFactory,
    LateFindingFactory,
    OptOutRequestFactory,
    RequestedDisclosureFactory,
)
from tests.factories.notices import CampaignFactory, DeliveryFactory, TelephoneTaskFactory

pytestmark = pytest.mark.usefixtures("today", "reference_data")
TODAY = datetime(2026, 11, 23, 17, tzinfo=UTC)


@pytest.fixture
def work(db):
    """Something of everything that needs someone."""
    CustomerFactory()
    OptOutRequestFactory(received_on=date(2026, 11, 19))
    DeliveryFactory(mailed_on=date(2023, 1, 9))
    DeliveryFactory(mailed_on=date(2026, 11, 1))
    DeliveryFactory(mailed_on=date(2024, 12, 20))
    in_arizona = DeliveryFactory(mailed_on=date(2025, 11, 10)).customer
    in_arizona.contact_points.filter(kind="post").update(state="AZ")
    RetentionPeriod.objects.filter(kind="delivery").update(months=24)
    assume_due(on=TODAY.date())
    DeliveryFactory(mailed_on=date(2026, 10, 1))
    DeliveryFactory(channel="email", customer=CustomerFactory(email=True))
    DeliveryFactory(channel="none", state="unreachable", customer=CustomerFactory(post=False))
    AutomaticNotice.objects.create(kind="new", notice=CampaignFactory().notice)
    CampaignFactory(running=True, status="paused")
    CampaignFactory(status="scheduled", scheduled_at=TODAY - timedelta(days=3))
    IncidentFactory()
    WebhookSubscriptionFactory(disabled_at=datetime(2026, 11, 22, tzinfo=UTC), disabled_because="x")
    BreachFactory()
    ComplaintFactory()
    LateFindingFactory()
    CallingListFactory()
    RequestedDisclosureFactory()
    InboundMessageFactory()
    TelephoneTaskFactory()
    campaign = CampaignFactory(running=True)
    batch = PostBatch.objects.create(
        campaign=campaign, created_at=datetime(2026, 11, 22, 18, tzinfo=UTC), size=1
    )
    DeliveryFactory(campaign=campaign, state="batched", batch=batch)
    nowhere = CustomerFactory(post=False, service=False)
    at = datetime(2026, 11, 23, 17, tzinfo=UTC)
    for customer in (nowhere, CustomerFactory()):
        changes.note(customer, "password", at=at, on=at.date(), route="call", by=None)
    change_notices.queue(at=at, message_domain="wasatch.example")
    UnusualLook.objects.create(
        person=UserFactory(), day=date(2026, 11, 22), rule="many", count=200, limit=150, says="200."
    )


def tiles(client):
    context = client.get("/admin/").context
    return {tile.title: tile for tile in (*context["desk_needed"], *context["desk_quiet"])}


def test_each_number_leads_to_a_list_with_as_many_rows(client_of, work):
    client = client_of(roles.OFFICER)
    found = tiles(client)
    assert len(found) >= 9
    for title, tile in found.items():
        if not tile.counted or title.startswith("daily job"):
            continue
        context = client.get(tile.address).context
        # The telephone list is a page of the call desk, which names those whom it waits for.
        listed = context["cl"].result_count if "cl" in context else context["counts"]["open"]
        assert (title, tile.count) == (title, listed)
        assert tile.count, title


LETTERS = "letters of account changes that wait to be made into a batch"


@pytest.mark.parametrize(
    ("days", "tone", "words"),
    [(0, "wait", "happened today."), (1, "bad", "happened yesterday."), (3, "bad", "3 days ago.")],
)
def test_letters_of_changes_are_counted_from_the_oldest_until_they_are_in_a_batch(
    client_of, db, days, tone, words
):
    client = client_of(roles.OFFICER)
    assert tiles(client)[LETTERS].count == 0
    for at in (TODAY - timedelta(days=days), TODAY):
        changes.note(CustomerFactory(), "password", at=at, on=at.date(), route="call", by=None)
    change_notices.queue(at=TODAY, message_domain="wasatch.example")
    DeliveryFactory(state="queued")  # of a campaign that somebody started, and looks after
    tile = tiles(client)[LETTERS]
    assert (tile.count, tile.tone) == (2, tone)
    assert words in tile.detail
    listed = list(client.get(tile.address).context["cl"].result_list)
    assert {(d.channel, d.change.kind) for d in listed} == {("post", "password")}
    campaign = listed[0].campaign
    address = reverse("admin:notices_campaign_make_post_batch", args=[campaign.pk])
    client.post(address, {"because": "Mailed daily"})
    assert tiles(client)[LETTERS].count == 0
    assert tiles(client)["letters not confirmed as mailed"].count == 2


def test_an_empty_desk_says_so(client_of):
    client = client_of(roles.OFFICER)
    assume_due(on=date(2026, 11, 23))
    now = datetime(2026, 11, 23, 18, tzinfo=UTC)
    JobRound.objects.bulk_create(
        JobRound(task=task, started_at=now, finished_at=now) for task in jobs.TASKS
    )
    page = client.get("/admin/").content.decode()
    assert "Nothing needs you now." in page
    assert "Last run today at" in page


def test_an_exception_that_cannot_be_counted_is_said_and_hides_no_other(client_of, work):
    day = date(2006, 11, 16)  # no form takes it
    BreachFactory(discovered_at=datetime(2006, 11, 16, 18, tzinfo=UTC), determined_on=day)
    found = tiles(client_of(roles.OFFICER))
    broken = found["exception that could not be counted: open breaches"]
    assert broken.needed and broken.tone == "bad"
    assert found["ways to opt out that failed: incidents open"].count == 1


def test_a_disclosure_that_is_asked_for_is_due_on_the_day_that_its_paper_gives(client_of):
    RequestedDisclosureFactory(due_on=date(2026, 11, 30))
    client = client_of(roles.OFFICER)
    tile = tiles(client)["disclosures asked for, to be decided"]
    assert (tile.tone, tile.deadline) == ("wait", date(2026, 11, 30))
    RequestedDisclosureFactory(due_on=date(2026, 11, 20))
    tile = tiles(client)["disclosures asked for, to be decided"]
    assert (tile.count, tile.tone, tile.deadline) == (2, "bad", date(2026, 11, 20))
    assert "the first came 7 days ago" in tile.detail


def test_a_certificate_is_asked_for_until_it_is_filed_however_late(client_of):
    with time_machine.travel("2028-01-02T18:00Z", tick=False):
        tile = tiles(client_of(roles.OFFICER))["annual certificate, for 2026 and 2027, to be filed"]
    assert (tile.count, tile.deadline) == (2, date(2027, 3, 1))


def test_a_daily_job_that_did_not_run_is_said_with_its_last_day(client_of):
    assume_due(on=date(2026, 11, 21))
    tile = tiles(client_of(roles.OFFICER))["daily job has not run today"]
    assert tile.detail == "It last ran 2 days ago; what is due waits for it."


def test_what_a_role_may_not_view_it_does_not_see(client_of, work):
    assert set(tiles(client_of(roles.MARKETING))) == {
        "campaigns to be approved",
        "campaigns paused",
        "scheduled campaigns that have not started",
    }
    assert set(tiles(client_of(roles.REPRESENTATIVE))) == {
        "opt-out requests to be matched",
        "messages to be read",
        "customers to be told by telephone",
    }


def test_the_most_urgent_stand_first_each_with_its_deadline_and_remedy(client_of, work):
    needed = client_of(roles.OFFICER).get("/admin/").context["desk_needed"]
    today = TODAY.date()
    late = [row.deadline is not None and row.deadline < today for row in needed]
    assert late == sorted(late, reverse=True)
    assert all(row.remedy or row.title.startswith("history") for row in needed)
    overdue = next(row for row in needed if row.title == "two-year notices overdue")
    assert (overdue.oldest, overdue.deadline) == (date(2023, 1, 9), date(2025, 1, 9))
    assert overdue.help_address == reverse("admin:notices_campaign_add") + "?audience=notice_due"


def test_who_may_not_do_what_helps_is_not_led_there(client_of, work):
    row = tiles(client_of(roles.AUDITOR))["two-year notices overdue"]
    assert (row.count, row.help_address) == (1, "")


def test_with_many_customers_the_numbers_are_those_of_the_last_count(client_of, work, monkeypatch):
    monkeypatch.setattr(figures, "FEW", 1)
    client = client_of(roles.OFFICER)
    assert "customers never noticed" not in tiles(client)  # never counted: nothing is said
    figures.take(on=TODAY.date(), at=TODAY)
    first = tiles(client)["customers never noticed"]
    CustomerFactory()
    assert tiles(client)["customers never noticed"].count == first.count
    assert client.get("/admin/").context["desk_as_of"] == TODAY
    figures.take(on=TODAY.date(), at=TODAY)
    assert tiles(client)["customers never noticed"].count == first.count + 1


def test_charts_have_tables_whose_numbers_open_lists_of_that_length(client_of, work):
    figures.take(on=TODAY.date() - timedelta(days=1), at=TODAY - timedelta(days=1))
    request = OptOutRequestFactory(received_on=date(2026, 11, 20))
    optouts.apply(request, customer=CustomerFactory(), on=TODAY.date(), by=None, because="x")
    figures.take(on=TODAY.date(), at=TODAY)
    client = client_of(roles.OFFICER)
    charts = {chart.name: chart for chart in client.get("/admin/").context["desk_charts"]}
    assert len(charts) == 3  # no campaign has begun
    for name, chart in charts.items():
        linked = [cell for _, cells in chart.rows for cell in cells if cell[1]]
        assert linked, name
        for number, address in linked:
            assert client.get(address).context["cl"].result_count == number
    assert len(charts["Approvals by state"].rows) == 2
    assert client_of(roles.REPRESENTATIVE).get("/admin/").context["desk_charts"] == []


def test_marketing_sees_how_campaigns_went_and_nobodys_choices(client_of, work):
    campaign = CampaignFactory(running=True, started_at=TODAY)
    DeliveryFactory(campaign=campaign)
    figures.take(on=TODAY.date(), at=TODAY)
    (chart,) = client_of(roles.MARKETING).get("/admin/").context["desk_charts"]
    ((name, cells),) = chart.rows
    assert (name, [number for number, _ in cells]) == (campaign.name, [1, 1, 1, 0])


def test_the_menu_shows_only_what_one_may_view(client_of):
    def menu(role):
        groups = client_of(role).get("/admin/").context["sidebar_navigation"]
        return {i["title"] for g in groups for i in g["items"] if i["has_permission"]}

    assert menu(roles.MARKETING) == {
        "Today",
        "Questions",
        "Saved lists",
        "Campaigns",
        "Notices",
        "Marketing campaigns",
        "Register of the year",
        "Audience files",
        "Recipients",
        "Policy versions",
        "Uses of information",
    }
    assert {"Customers", "Staff", "Job runs", "Opt-out requests"} <= menu(roles.OFFICER)
