"""Words are approved once; before they go the carrier, and the policy in force, are asked again."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.urls import reverse

from accounts import history
from accounts.errors import Refused
from accounts.models import Carrier
from config import roles
from cpni import coverage
from notices import automatic, campaigns, publishing, signing_off
from notices.models import AutomaticNotice, Campaign, Delivery, Notice
from notices.tasks import notice_automatically
from tests.factories.accounts import CarrierFactory, CustomerFactory, UserFactory
from tests.factories.notices import CampaignFactory, NoticeFactory, PolicyFactory, cleared

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]
AT = datetime(2026, 11, 23, 18, tzinfo=UTC)
TODAY = AT.date()
WHERE = "write to 500 S State Street, Midvale, UT 84047, or call (800) 555-0177."


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def boss():
    return UserFactory(is_superuser=True)


@pytest.fixture
def notice(boss):
    """An approved notice that names the carrier's address and number in plain words."""
    CarrierFactory()
    policy = PolicyFactory(effective_on=date(2020, 1, 1))
    draft = NoticeFactory(finish__draft=True, policy_version=policy)
    for text in draft.texts.all():
        text.email_body = text.letter_body = f"Dear {{{{ customer_name }}}},\n\n{WHERE}\n"
        text.save()
    cleared(draft)
    publishing.approve_notice(draft, by=boss, because="Read", at=AT)
    return Notice.objects.get(pk=draft.pk)


def carrier_moves():
    carrier = Carrier.objects.get()
    carrier.optout_line2, carrier.optout_city = "12 Main Street", "Reno"
    carrier.optout_state, carrier.optout_postcode = "NV", "89501"
    history.save(carrier, by=None, because="Moved")


def approve(campaign, boss):
    return campaigns.approve(campaign, by=boss, because="Read")


def schedule(campaign, at=AT):
    return campaigns.schedule(campaign, at=at, by=None, because="Then")


def start(campaign):
    return campaigns.start(
        campaign.pk, by=None, because="Now", at=AT, message_domain="wasatch.example"
    )


def override(notice, boss):
    return signing_off.override(notice, "address", by=boss, because="The old one forwards", at=AT)


def run_automatically():
    automatic.propose(on=TODAY)
    for one in AutomaticNotice.objects.filter(status="proposed"):
        automatic.approve(one, at=AT, by=None, because="Never again")


def test_what_does_not_fit_the_carrier_any_more_is_neither_approved_nor_started(notice, boss):
    CustomerFactory()
    draft, ready = (CampaignFactory(notice=notice) for _ in range(2))
    approve(ready, boss)
    schedule(ready)
    carrier_moves()
    for act in (
        lambda: approve(draft, boss),
        lambda: schedule(ready),
        lambda: start(ready),
    ):
        with pytest.raises(Refused, match=r"The content check fails: .*address"):
            act()
    assert not Delivery.objects.exists()
    override(notice, boss)
    assert approve(draft, boss)
    assert start(ready) == {"post": 1}


def test_an_automatic_notice_waits_until_it_is_overridden_or_written_anew(notice, boss, client_of):
    CustomerFactory()
    run_automatically()
    carrier_moves()
    notice_automatically()
    assert not Delivery.objects.exists()
    words = [doubt.words for doubt in coverage.doubts(on=TODAY)]
    assert any("new customers is held. The content check fails" in said for said in words)
    listed = client_of(roles.OFFICER).get(reverse("admin:notices_automaticnotice_changelist"))
    assert "Held. The content check fails" in listed.content.decode()
    override(notice, boss)
    assert not automatic.held(on=TODAY)


def test_an_automatic_notice_that_fails_by_now_is_not_approved(notice):
    proposal, _ = automatic.propose(on=TODAY)
    carrier_moves()
    with pytest.raises(Refused, match="The content check fails"):
        automatic.approve(proposal, at=AT, by=None, because="x")


def test_an_approved_notice_is_overridden_on_its_page_only_where_it_is_open(
    notice, client_of, boss
):
    def address(name):
        return reverse(f"admin:notices_notice_{name}", args=[notice.pk])

    officer = client_of(roles.OFFICER)
    assert "Override with a reason" not in officer.get(address("content_check")).content.decode()
    with pytest.raises(Refused, match="approved already"):
        signing_off.override(notice, "location", by=boss, because="Otherwise", at=AT)
    carrier_moves()
    page = officer.get(address("content_check")).content.decode()
    assert page.count("Override with a reason") == 1
    form = officer.get(f"{address('override')}?line=address")
    choices = dict(form.context["form"].fields["line"].choices)
    assert list(choices) == ["address"]
    seen = form.context["form"]["seen"].value()
    officer.post(address("override"), {"line": "address", "because": "It forwards", "seen": seen})
    signing_off.refuse_open(notice)


def test_a_notice_under_another_policy_than_the_one_in_force_does_not_start(notice, boss):
    ready = CampaignFactory(notice=notice)
    approve(ready, boss)
    newer = PolicyFactory(effective_on=date(2026, 12, 1))
    assert schedule(ready)
    with pytest.raises(Refused, match="not in force on December 1, 2026"):
        schedule(ready, at=datetime(2026, 12, 1, 18, tzinfo=UTC))
    PolicyFactory(effective_on=TODAY)
    with pytest.raises(Refused, match=f"tells of {notice.policy_version}, which is not"):
        start(ready)
    # Of a version to come it is prepared before, and sent from its day on.
    coming = CampaignFactory(notice=NoticeFactory(policy_version=newer))
    assert approve(coming, boss)
    with pytest.raises(Refused, match="which is not in force on November 23, 2026"):
        schedule(coming)
    assert schedule(coming, at=datetime(2026, 12, 1, 18, tzinfo=UTC))


def test_whoever_is_still_under_an_earlier_version_is_told_of_that_one(notice, boss):
    earlier = CustomerFactory(active_since=date(2021, 1, 1))
    PolicyFactory(effective_on=date(2025, 1, 1))
    CustomerFactory(active_since=date(2026, 1, 5))
    campaign = CampaignFactory(notice=notice, bound_to=notice.policy_version)
    approve(campaign, boss)
    start(campaign)
    assert [d.customer for d in Delivery.objects.all()] == [earlier]
    assert Campaign.objects.get().status == "running"
