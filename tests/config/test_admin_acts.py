"""Confirmed acts: GET only tells; POST needs a reason and a permission; refusals are sentences."""

import pytest

from config import roles
from notices.models import Campaign
from tests.factories.accounts import CustomerFactory
from tests.factories.notices import CampaignFactory

pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture
def campaign(db):
    CustomerFactory()
    return CampaignFactory()


@pytest.fixture
def approving(address, campaign):
    return address("notices_campaign", "approve", campaign.pk)


def test_looking_at_an_act_tells_what_it_will_do_and_does_nothing(client_of, approving, campaign):
    page = client_of(roles.SUPERVISOR).get(approving).content.decode()
    assert "Today it would go to" in page
    assert str(campaign.notice) in page
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.DRAFT


def test_it_is_done_with_a_reason_and_says_so(client_of, approving, campaign, said):
    answer = client_of(roles.SUPERVISOR).post(
        approving, {"because": "Read it", "seen": campaign.fingerprint}, follow=True
    )
    assert said(answer) == [f"“{campaign}” is approved."]
    row = campaign.history.first()
    assert (row.status, row.history_change_reason) == (Campaign.Status.APPROVED, "Read it")


@pytest.mark.parametrize("form", [{}, {"because": "   "}])
def test_without_a_reason_nothing_is_done(client_of, approving, campaign, form):
    answer = client_of(roles.SUPERVISOR).post(approving, form)
    assert answer.context["form"].errors["because"]
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.DRAFT


def test_what_a_verb_refuses_is_shown_as_its_sentence(staff, client, address):
    author = staff(roles.OFFICER)
    client.force_login(author)
    own = CampaignFactory(author=author)
    answer = client.post(
        address("notices_campaign", "approve", own.pk), {"because": "Mine", "seen": own.fingerprint}
    )
    assert answer.status_code == 200
    assert (
        "You wrote or changed this campaign. Someone else must approve it"
        in answer.content.decode()
    )
    own.refresh_from_db()
    assert own.status == Campaign.Status.DRAFT


@pytest.mark.parametrize("method", ["get", "post"])
def test_whoever_may_not_is_turned_away(client_of, approving, campaign, method):
    answer = getattr(client_of(roles.MARKETING), method)(approving, {"because": "Let me"})
    assert answer.status_code == 403
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.DRAFT


def test_an_act_that_is_not_possible_now_leads_back_with_a_word(client_of, address, campaign, said):
    page = address("notices_campaign", "resume", campaign.pk)
    answer = client_of(roles.OFFICER).get(page, follow=True)
    assert said(answer) == ["“Resume” is not possible for this record now."]


def test_the_record_offers_only_what_this_person_may_do_and_its_state_allows(
    client_of, address, campaign
):
    page = address("notices_campaign", "change", campaign.pk)

    def offered(role):
        """The acts, those under “More” too."""
        there = client_of(role).get(page).context["actions_detail"]
        acts = [act for action in there for act in action.get("items") or [action]]
        return [act["title"] for act in acts]

    assert offered(roles.MARKETING) == ["Copy"]
    assert offered(roles.SUPERVISOR) == ["Approve"]
    assert offered(roles.OFFICER) == ["Approve", "Copy", "Cancel"]


def test_acting_twice_changes_nothing_more(client_of, approving, campaign):
    client = client_of(roles.SUPERVISOR)
    seen = campaign.fingerprint
    client.post(approving, {"because": "Read it", "seen": seen})
    rows = campaign.history.count()
    again = {"because": "Double click", "seen": seen}
    assert client.post(approving, again).status_code == 302
    assert campaign.history.count() == rows
