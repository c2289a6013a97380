"""The home page: each number leads to a list with as many rows, and only to what one may view."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from accounts import changes
from accounts.models import UnusualLook
from config import roles
from cpni.assuming import assume_due
from notices import change_notices
from notices.models import PostBatch
from tests.factories.accounts import CustomerFactory, UserFactory
from tests.factories.cpni import ComplaintFactory, IncidentFactory, OptOutRequestFactory
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
    DeliveryFactory(channel="none", state="unreachable", customer=CustomerFactory(post=False))
    CampaignFactory()
    CampaignFactory(running=True, status="paused")
    IncidentFactory()
    ComplaintFactory()
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
        if "daily job" in title or not tile.counted:
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
    page = client.get("/admin/").content.decode()
    assert "Nothing needs you now." in page
    assert "Last run today at" in page


def test_a_daily_job_that_did_not_run_is_said_with_its_last_day(client_of):
    assume_due(on=date(2026, 11, 21))
    tile = tiles(client_of(roles.OFFICER))["daily job has not run today"]
    assert tile.detail == "It last ran 2 days ago; what is due waits for it."


def test_what_a_role_may_not_view_it_does_not_see(client_of, work):
    assert set(tiles(client_of(roles.MARKETING))) == {
        "campaigns to be approved",
        "campaigns paused",
    }
    assert "letters not confirmed as mailed" not in tiles(client_of(roles.REPRESENTATIVE))


def test_the_menu_shows_only_what_one_may_view(client_of):
    def menu(role):
        groups = client_of(role).get("/admin/").context["sidebar_navigation"]
        return {i["title"] for g in groups for i in g["items"] if i["has_permission"]}

    assert menu(roles.MARKETING) == {
        "Today",
        "Saved lists",
        "Campaigns",
        "Notices",
        "Policy versions",
        "Uses of information",
    }
    assert {"Customers", "Staff", "Job runs", "Opt-out requests"} <= menu(roles.OFFICER)
