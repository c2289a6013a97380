"""Marketing campaigns are reviewed by another, as they are, before they use anybody's CPNI."""

from datetime import UTC, date, datetime

import pytest

from accounts import contact_optouts
from accounts.errors import Changed, Refused
from accounts.models import Service
from cpni import campaign_register, marketing_campaigns, optouts
from cpni.asked_by_campaigns import RecordedApprovals
from cpni.assuming import assume_due
from cpni.models import LeftOut
from notices.models import Use
from tests.factories.accounts import CarrierFactory, CustomerFactory, UserFactory
from tests.factories.cpni import (
    MarketingCampaignFactory,
    OptOutRequestFactory,
    RecipientFactory,
)
from tests.factories.notices import (
    CampaignFactory,
    DeliveryFactory,
    NoticeFactory,
    PolicyFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]
AT, ON = datetime(2026, 11, 23, 18, tzinfo=UTC), date(2026, 11, 23)


def draft(recipients=(), by=None, **kwargs):
    campaign = MarketingCampaignFactory.build(author=None, **kwargs)
    return marketing_campaigns.draft(campaign, recipients=recipients, by=by, because="Autumn")


def reviewer():
    return UserFactory(may="cpni.review_marketingcampaign")


def review(campaign, *, by=None, finds_competitors=False, because="Read", seen=None):
    return marketing_campaigns.review(
        campaign, finds_competitors=finds_competitors, at=AT, on=ON, by=by or reviewer(),
        because=because, seen=seen,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "match"),
    [
        ({"data_classes": []}, "Say which CPNI is used"),
        ({"items": " "}, "Say which CPNI is used"),
        ({"uses_cpni": False, "use": None}, "CPNI is named below"),
        ({"use": None}, "Name the use exactly"),
        ({"ends_on": date(2026, 10, 1)}, "ends before it begins"),
        ({"list_days": 31}, "30"),
        ({"products": ""}, "blank"),
    ],
)
def test_the_register_takes_nothing_that_leaves_out_what_the_rule_asks(wrong, match):
    with pytest.raises(Refused, match=match):
        draft(**wrong)


def test_the_use_must_be_marketing_and_about_those_who_receive_it():
    with pytest.raises(Refused, match="no marketing"):
        draft(use=Use.objects.get(code="fraud"))
    partner = RecipientFactory(relationship="contractor")
    with pytest.raises(Refused, match="independent contractor"):
        draft([partner], use=Use.objects.get(code="agents"))
    with pytest.raises(Refused, match="none is named"):
        draft(use=Use.objects.get(code="agents"))
    assert draft([RecipientFactory()], use=Use.objects.get(code="agents")).recipients.count() == 1


def test_whether_it_stays_within_each_customers_services_follows_from_its_use():
    assert not draft(name="a").within_category
    within = Use.objects.get(code="same-category")
    assert draft(name="b", use=within, offered="local").within_category


def test_what_is_offered_within_services_reaches_those_who_have_such_a_service():
    within = Use.objects.get(code="same-category")
    with pytest.raises(Refused, match="Say of which category"):
        draft(use=within)
    with pytest.raises(Refused, match="Only marketing within a category"):
        draft(offered="local")
    PolicyFactory()
    customers = [CustomerFactory(service=False) for _ in range(2)]
    for customer, category in zip(customers, ("local", "wireless"), strict=True):
        Service.objects.create(customer=customer, category=category, started_on=date(2020, 1, 6))
    scrub = review(draft(use=within, offered="wireless", products="Wireless plans"))
    assert (scrub.allowed, scrub.reasons) == (1, {"no_service": 1})
    assert LeftOut.objects.get().customer == customers[0]


def test_an_e_mail_campaign_within_services_leaves_for_those_who_have_what_it_offers():
    within = Use.objects.get(code="same-category")
    PolicyFactory()
    notice = NoticeFactory(kind="marketing", policy_version=None, channels="email", finish__uses=[])
    email = CampaignFactory(notice=notice, cpni_use=within)
    MarketingCampaignFactory(
        use=within, offered="wireless", channel="email", email_campaign=email, reviewed=True
    )
    customers = [CustomerFactory(service=False) for _ in range(2)]
    for customer, category in zip(customers, ("local", "wireless"), strict=True):
        Service.objects.create(customer=customer, category=category, started_on=date(2020, 1, 6))
    allowed = RecordedApprovals().allowed([c.pk for c in customers], email, on=ON)
    assert list(allowed) == [customers[1].pk]


def test_somebody_else_reviews_it_with_a_reason_and_an_answer_about_competitors():
    author = UserFactory(may="cpni.add_marketingcampaign cpni.review_marketingcampaign")
    campaign = draft(by=author)
    with pytest.raises(Refused, match="You wrote or changed"):
        review(campaign, by=author)
    with pytest.raises(Refused, match="needs a reason"):
        review(campaign, because=" ")
    with pytest.raises(Refused, match="call competitors"):
        review(campaign, finds_competitors=True)
    assert campaign.status == "draft"
    scrub = review(campaign)
    assert (campaign.status, campaign.finds_competitors) == ("reviewed", False)
    assert scrub.moment == "review"
    assert review(campaign) is None
    assert campaign.history.first().history_change_reason == "Read"


def test_what_was_changed_after_it_was_read_is_not_reviewed():
    campaign = draft()
    seen = campaign.fingerprint
    campaign.products = "Something else"
    marketing_campaigns.change(campaign, recipients=(), by=None, because="Wording")
    with pytest.raises(Changed):
        review(campaign, seen=seen)


def test_one_that_was_sent_back_is_changed_and_waits_again_and_a_refused_one_does_not():
    campaign = draft()
    marketing_campaigns.send_back(campaign, at=AT, by=reviewer(), because="Which bills?")
    with pytest.raises(Refused, match="waits for no review"):
        review(campaign)
    marketing_campaigns.change(campaign, recipients=(), by=None, because="Said which")
    assert campaign.status == "draft"
    marketing_campaigns.refuse(campaign, at=AT, by=reviewer(), because="Not now")
    with pytest.raises(Refused, match="has been reviewed"):
        marketing_campaigns.change(campaign, recipients=(), by=None, because="Again")


def noticed(**kwargs):
    return DeliveryFactory(mailed_on=date(2026, 10, 1), **kwargs).customer


def test_a_review_keeps_whom_it_could_reach_and_why_each_other_is_left_out():
    approves, objects, no_calls = (noticed() for _ in range(3))
    never = CustomerFactory()
    request = OptOutRequestFactory(received_on=date(2026, 10, 20))
    optouts.apply(request, customer=objects, on=ON, by=None, because="x")
    contact_optouts.stop(no_calls, channels=["call"], on=ON, by=None, because="x")
    assume_due(on=ON)
    scrub = review(draft())
    assert (scrub.asked, scrub.allowed) == (4, 1)
    assert scrub.reasons == {"opted_out": 1, "no_contact": 1, "never_noticed": 1}
    left = dict(LeftOut.objects.filter(scrub=scrub).values_list("customer", "reason"))
    assert left == {
        objects.pk: "opted_out", no_calls.pk: "no_contact", never.pk: "never_noticed"
    }  # fmt: skip
    assert approves.pk not in left


def test_without_cpni_only_the_switch_of_the_channel_is_asked():
    CustomerFactory()
    contact_optouts.stop(CustomerFactory(), channels=["call"], on=ON, by=None, because="x")
    plain = {"uses_cpni": False, "use": None, "data_classes": [], "items": ""}
    assert review(draft(**plain)).reasons == {"no_contact": 1}


def test_an_email_campaign_that_was_changed_after_the_review_needs_another():
    use = Use.objects.get(code="other-services")
    notice = NoticeFactory(kind="marketing", policy_version=None, channels="email", finish__uses=[])
    email = CampaignFactory(notice=notice, cpni_use=use)
    assert "not in the register" in str(marketing_campaigns.why_not_email(email, on=ON))
    with pytest.raises(Refused, match="goes by e-mail"):
        draft(email_campaign=email)
    campaign = draft(email_campaign=email, channel="email")
    assert "not been reviewed" in str(marketing_campaigns.why_not_email(email, on=ON))
    review(campaign)
    assert marketing_campaigns.why_not_email(email, on=ON) is None
    assert "runs from" in str(marketing_campaigns.why_not_email(email, on=date(2027, 1, 1)))
    email.in_state = "UT"
    email.save()
    assert "not what was reviewed" in str(marketing_campaigns.why_not_email(email, on=ON))


def test_the_register_and_its_email_campaign_name_the_same_use_when_entered_and_when_reviewed():
    use = Use.objects.get(code="other-services")
    notice = NoticeFactory(kind="marketing", policy_version=None, channels="email", finish__uses=[])
    email = CampaignFactory(notice=notice)
    with pytest.raises(Refused, match="names no use"):
        draft(email_campaign=email, channel="email")
    email.cpni_use = use
    email.save()
    campaign = draft(email_campaign=email, channel="email")
    email.cpni_use = None
    email.save()
    with pytest.raises(Refused, match="names no use"):
        review(campaign)
    campaign.refresh_from_db()
    assert campaign.status == "draft"


def test_it_can_be_ended_early_and_not_made_longer():
    CarrierFactory()
    campaign = MarketingCampaignFactory(reviewed=True)
    assert marketing_campaigns.end(campaign, on=ON, by=None, because="Sold out")
    assert not marketing_campaigns.end(campaign, on=date(2026, 12, 1), by=None, because="x")
    assert marketing_campaigns.why_not(campaign, on=ON) is None
    assert marketing_campaigns.why_not(campaign, on=date(2026, 11, 24))


def test_to_end_what_was_changed_after_the_review_makes_it_no_more_reviewed():
    notice = NoticeFactory(kind="marketing", policy_version=None, channels="email", finish__uses=[])
    email = CampaignFactory(notice=notice, cpni_use=Use.objects.get(code="other-services"))
    campaign = MarketingCampaignFactory(email_campaign=email, channel="email", reviewed=True)
    email.in_state = "UT"
    email.save()
    campaign.refresh_from_db()
    marketing_campaigns.end(campaign, on=date(2026, 12, 15), by=None, because="Sold out")
    assert campaign.ends_on == date(2026, 12, 15)
    assert "not what was reviewed" in str(marketing_campaigns.why_not_email(email, on=ON))


def test_the_register_of_a_year_names_what_the_rule_asks_for():
    partner = RecipientFactory(name="Partner, Inc.")
    use = Use.objects.get(code="agents")
    campaign = MarketingCampaignFactory(use=use, recipients=[partner], reviewed=True)
    MarketingCampaignFactory(begins_on=date(2024, 1, 1), ends_on=date(2024, 12, 31))
    (row,) = campaign_register.year(2026)
    cells = dict(zip(campaign_register.COLUMNS, map(str, row.cells()), strict=True))
    assert cells["Campaign"] == campaign.name
    assert cells["The specific CPNI used"] == campaign.items
    assert cells["Classes of CPNI"] == "Amount of use"
    assert cells["Affiliates and third parties"] == "Partner, Inc. (agent)"
    assert cells["Could identify people who call competitors"] == "No"
    assert len(list(campaign_register.file([row]))) == 2
