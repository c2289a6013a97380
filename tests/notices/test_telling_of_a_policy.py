"""Who must be told of a changed policy, and the drafts that tell them."""

from datetime import UTC, date, datetime

import pytest

from accounts.errors import Refused
from accounts.models import Customer
from notices import audience, campaigns, policies, policy_campaigns, publishing
from notices.models import Campaign, Delivery, Notice, PolicyBinding, Use
from tests.factories.accounts import CarrierFactory, CustomerFactory, UserFactory
from tests.factories.notices import (
    CampaignFactory,
    DeliveryFactory,
    NoticeFactory,
    PolicyFactory,
    TelephoneTaskFactory,
    undelivered,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

ON = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 18, tzinfo=UTC)
WHY = "The policy changed"


@pytest.fixture
def old():
    return PolicyFactory(
        number="1.0", effective_on=date(2015, 1, 1), uses=["other-services", "agents"]
    )


@pytest.fixture
def new(old):
    return PolicyFactory(
        number="2.0",
        effective_on=date(2026, 11, 1),
        uses=["other-services", "agents", "affiliates"],
    )


def telling(version, **kwargs):
    return CampaignFactory(
        running=True,
        notice=NoticeFactory(kind="policy_change", policy_version=version),
        **kwargs,
    )


def under_earlier(version):
    return set(audience.under_earlier(version, on=ON))


def test_whoever_is_under_an_earlier_version_is_the_audience(new):
    told_none = CustomerFactory()
    CustomerFactory(active_since=date(2026, 11, 2))  # under the new one from the start
    moved = CustomerFactory()
    PolicyBinding.objects.create(customer=moved, policy_version=new, since=date(2026, 11, 10))
    CustomerFactory(status=Customer.Status.DISCONTINUED, discontinued_on=ON)
    assert under_earlier(new) == {told_none}


def test_whoever_moves_later_and_whoever_took_it_back_are_still_under_the_earlier_one(new, old):
    later, back = CustomerFactory(), CustomerFactory()
    PolicyBinding.objects.create(customer=later, policy_version=new, since=date(2026, 12, 1))
    PolicyBinding.objects.create(customer=back, policy_version=new, since=date(2026, 11, 5))
    PolicyBinding.objects.create(customer=back, policy_version=old, since=date(2026, 11, 6))
    assert under_earlier(new) == {later, back}


def test_whoever_was_told_or_refused_is_not_told_again_and_whoever_was_missed_is(new):
    campaign = telling(new)
    DeliveryFactory(campaign=campaign)
    DeliveryFactory(campaign=campaign, state="queued")
    missed = undelivered(CustomerFactory(), campaign=campaign)
    refused = undelivered(CustomerFactory(), campaign=campaign)
    TelephoneTaskFactory(
        customer=refused.customer,
        delivery=refused,
        state="done",
        answer="refused",
        answered_on=ON,
        closed_at="2026-11-23T18:00Z",
    )
    assert under_earlier(new) == {missed.customer}


def test_a_campaign_counts_its_audience_by_channel(new):
    CustomerFactory.create_batch(2)
    campaign = CampaignFactory(
        audience=Campaign.Audience.EARLIER_POLICY, notice=telling(new).notice
    )
    assert audience.explain(campaign, on=ON).by_channel == {"email": 0, "post": 2, "none": 0}


def test_only_those_for_whom_it_is_material_must_be_told(new):
    CustomerFactory()
    CustomerFactory(active_since=date(2026, 11, 2))
    third = PolicyFactory(
        number="2.1",
        status="draft",
        effective_on=date(2026, 12, 1),
        uses=["other-services", "agents", "affiliates"],
    )
    assert sum(audience.to_be_told(third, on=ON).values()) == 1
    assert len(under_earlier(third)) == 2


def test_notice_and_campaign_are_drafted_with_what_is_asked_and_whom(new):
    CarrierFactory()
    officer = UserFactory(may="notices.add_notice notices.add_campaign")
    campaign = policy_campaigns.draft(new, by=officer, because=WHY)
    notice = campaign.notice
    assert (campaign.status, campaign.audience) == ("draft", "earlier_policy")
    assert (notice.kind, notice.policy_version, notice.status) == ("policy_change", new, "draft")
    assert [u.code for u in notice.uses.all()] == ["affiliates"]
    assert notice.texts.count() == 2
    assert {campaign.author, notice.author} == {officer}
    with pytest.raises(Refused, match="tells of it already"):
        policy_campaigns.draft(new, by=officer, because=WHY)


def test_after_a_cancelled_campaign_another_is_drafted(new):
    first = policy_campaigns.draft(new, by=None, because=WHY)
    Campaign.objects.filter(pk=first.pk).update(status="cancelled")
    assert str(policy_campaigns.draft(new, by=None, because=WHY)) == "Change of policy to 2.0 (2)"


def test_of_a_use_of_the_carriers_own_the_standard_text_says_it_in_its_words(old):
    CarrierFactory()
    Use.objects.create(code="loyalty", purpose="A plan", recipient="own", mechanism="opt_out")
    version = PolicyFactory(
        effective_on=date(2026, 11, 1), uses=["other-services", "agents", "loyalty"]
    )
    notice = policy_campaigns.draft(version, by=None, because=WHY).notice
    assert [u.code for u in notice.uses.all()] == ["loyalty"]
    assert "a plan" in notice.texts.get(language="en").email_body.casefold()


def test_of_a_draft_and_of_a_version_in_which_nothing_is_new_nobody_is_told(old):
    draft = PolicyFactory(status="draft", effective_on=ON)
    with pytest.raises(Refused, match="is not published"):
        policy_campaigns.draft(draft, by=None, because=WHY)
    same = PolicyFactory(effective_on=date(2026, 11, 2), uses=["agents"])
    with pytest.raises(Refused, match="Nothing in it is new or wider"):
        policy_campaigns.draft(same, by=None, because=WHY)


def officer():
    return UserFactory(may="notices.approve_notice")


def test_a_notice_that_leaves_out_what_is_new_is_not_approved(new):
    notice = NoticeFactory(
        kind=Notice.Kind.POLICY_CHANGE,
        policy_version=new,
        finish__uses=["agents"],
        finish__draft=True,
    )
    with pytest.raises(Refused, match="adds “Share with communications affiliates"):
        publishing.approve_notice(notice, by=officer(), because="Read", at="2026-11-23T18:00Z")
    assert [u.code for u in policies.newly_asked(new)] == ["affiliates"]


@pytest.fixture
def coming(old):
    """A version of December, whose notice of the change is approved."""
    version = PolicyFactory(
        number="3.0",
        effective_on=date(2026, 12, 1),
        uses=["other-services", "agents", "affiliates"],
    )
    return NoticeFactory(
        kind="policy_change", policy_version=version, finish__uses=["affiliates"]
    ).policy_version


def publish_in_between(*uses):
    draft = PolicyFactory(number="2.0", status="draft", uses=uses)
    policies.publish(
        draft, effective_on=date(2026, 11, 20), today=date(2026, 11, 15), by=None, because=WHY
    )


def approved(version, notice=None):
    campaign = CampaignFactory(
        notice=notice or version.notices.get(), audience=Campaign.Audience.EARLIER_POLICY
    )
    campaigns.approve(campaign, by=UserFactory(may="notices.approve_campaign"), because="Read")
    return campaign


def start(campaign):
    campaigns.start(campaign.pk, by=None, because="Now", at=AT, message_domain="wasatch.example")


def test_a_notice_that_a_version_in_between_has_overtaken_goes_to_nobody(coming):
    CarrierFactory()
    CustomerFactory(active_since=date(2026, 11, 22))
    before = approved(coming)
    publish_in_between("affiliates")
    with pytest.raises(Refused, match=r"Policy 2\.0 was published since"):
        approved(coming)
    with pytest.raises(Refused, match=r"more is new in Policy 3\.0 than"):
        campaigns.schedule(before, at=AT, by=None, because="Soon")
    with pytest.raises(Refused, match="more is new"):
        start(before)
    anew = NoticeFactory(
        kind="policy_change",
        policy_version=coming,
        finish__uses=["other-services", "agents", "affiliates"],
    )
    start(approved(coming, anew))


def test_a_version_in_between_that_takes_nothing_away_leaves_the_notice_as_good_as_it_was(coming):
    CarrierFactory()
    customer = CustomerFactory(active_since=date(2026, 11, 22))
    campaign = approved(coming)
    publish_in_between("other-services", "agents")
    start(campaign)
    assert Delivery.objects.get(campaign=campaign).customer == customer
