"""The register, its lists, papers and findings in the admin: each role does its part."""

from datetime import UTC, date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import Look
from config import roles
from cpni import requested_disclosures
from cpni.assuming import assume_due
from cpni.models import CallingList, Disclosure, LateFinding, MarketingCampaign, RequestedDisclosure
from notices.models import Use
from tests.factories.accounts import CustomerFactory
from tests.factories.cpni import (
    CallingListFactory,
    DisclosureFactory,
    LateFindingFactory,
    LeftOutFactory,
    MarketingCampaignFactory,
    RecipientFactory,
    RequestedDisclosureFactory,
)
from tests.factories.notices import DeliveryFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
AT, TODAY = datetime(2026, 11, 23, 18, tzinfo=UTC), date(2026, 11, 23)
DRAFT = {
    "name": "Winter offer",
    "description": "We call those who have voice service only.",
    "channel": "call",
    "products": "Fiber 300",
    "uses_cpni": "on",
    "data_classes": ["amount", "type"],
    "items": "Minutes of the last three bills",
    "audience": "More than 300 minutes",
    "begins_on": "2026-11-20",
    "ends_on": "2026-12-31",
    "list_days": "7",
}


def post(client, page, *args, **data):
    return client.post(reverse(f"admin:{page}", args=args), data, follow=True)


def said(answer):
    assert answer.status_code == 200
    return answer.content.decode()


def test_marketing_drafts_a_supervisor_reviews_and_the_officer_hands_out_the_list(client_of):
    person = DeliveryFactory(mailed_on=date(2026, 10, 1)).customer
    assume_due(on=date(2026, 11, 23))
    marketing, supervisor = client_of(roles.MARKETING), client_of(roles.SUPERVISOR)
    use = Use.objects.get(code="other-services")
    without = {**DRAFT, "items": "", "use": use.pk}
    page = said(post(marketing, "cpni_marketingcampaign_add", **without))
    assert "Say which CPNI is used" in page
    said(post(marketing, "cpni_marketingcampaign_add", **DRAFT, use=use.pk))
    campaign = MarketingCampaign.objects.get()
    assert (campaign.status, campaign.data_classes) == ("draft", ["amount", "type"])
    home = said(supervisor.get(reverse("admin:index")))
    assert "Marketing campaigns to be reviewed" in home
    asks = said(supervisor.get(reverse("admin:cpni_marketingcampaign_review", args=[campaign.pk])))
    assert "1 of 1 customer" in asks
    given = {"because": "Read", "seen": campaign.fingerprint}
    no = said(post(supervisor, "cpni_marketingcampaign_review", campaign.pk, **given))
    assert "This field is required" in no
    page = said(
        post(
            supervisor,
            "cpni_marketingcampaign_review",
            campaign.pk,
            finds_competitors="no",
            **given,
        )
    )
    assert "It could reach 1 of 1 customer today" in page
    answer = post(
        client_of(roles.OFFICER), "cpni_marketingcampaign_hand_out", campaign.pk, because="Calls"
    )
    assert "use-until-2026-11-30.csv" in answer["Content-Disposition"]
    assert person.account_number in said(answer)
    look = Look.objects.filter(what="exported").get()
    handed = CallingList.objects.get()
    assert (look.customer_id, look.rows, look.record_id) == (person.pk, 1, handed.pk)
    assert "Calls" in look.detail
    assert Disclosure.objects.get().calling_list == handed
    assert said(marketing.get(reverse("admin:cpni_marketingcampaign_change", args=[campaign.pk])))


def test_who_is_under_contract_until_a_planned_day_is_chosen_for_campaigns_and_ended_earlier(
    client_of,
):
    RecipientFactory(name="Ended, Inc.", ended_on=date(2026, 11, 20))
    partner = RecipientFactory(name="Planned, Inc.", ended_on=date(2027, 12, 31))
    form = said(client_of(roles.MARKETING).get(reverse("admin:cpni_marketingcampaign_add")))
    assert "Planned, Inc." in form
    assert "Ended, Inc." not in form
    officer = client_of(roles.OFFICER)
    page = reverse("admin:cpni_recipient_change", args=[partner.pk])
    act = reverse("admin:cpni_recipient_end_contract", args=[partner.pk])
    assert act in said(officer.get(page))
    given = {"last_day": "2026-11-22", "because": "Breach of contract"}
    done = said(post(officer, "cpni_recipient_end_contract", partner.pk, **given))
    assert "Its last day is November 22, 2026" in done
    assert act not in said(officer.get(page))


def test_the_register_of_a_year_is_a_page_and_a_file(client_of):
    MarketingCampaignFactory(name="=Offer", reviewed=True)
    client = client_of(roles.AUDITOR)
    address = reverse("admin:cpni_marketingcampaign_register")
    page = said(client.get(address))
    assert "=Offer" in page
    assert "Minutes of long distance" in page
    assert "No campaign of 2019" in said(client.get(f"{address}?year=2019"))
    assert client.get(f"{address}?year=x").status_code == 404
    file = client.get(reverse("admin:cpni_marketingcampaign_register_file"))
    assert b"'=Offer" in file.getvalue()


def test_a_written_request_is_entered_from_the_customers_page_by_whoever_gets_it(client_of):
    customer, rep = CustomerFactory(), client_of(roles.REPRESENTATIVE)
    page = said(rep.get(reverse("admin:accounts_customer_change", args=[customer.pk])))
    assert f"?customer={customer.pk}" in page
    add = reverse("admin:cpni_requesteddisclosure_add")
    form = said(rep.get(f"{add}?customer={customer.pk}"))
    assert customer.account_number in form
    assert "Compelled" not in form
    paper = {
        "kind": "customer",
        "account": customer.account_number,
        "received_on": "2026-11-20",
        "goes_to": "Doe & Roe, attorneys",
        "scope": "All bills of 2026",
    }
    scan = SimpleUploadedFile("x.pdf", b"%PDF-1.4 x %%EOF", "application/pdf")
    said(rep.post(add, {**paper, "scan": scan}, follow=True))
    made = RequestedDisclosure.objects.get()
    RequestedDisclosureFactory()
    listed = said(rep.get(reverse("admin:cpni_requesteddisclosure_changelist")))
    assert "Doe &amp; Roe" in listed
    assert "Third District Court" not in listed
    page = said(
        post(
            client_of(roles.OFFICER),
            "cpni_requesteddisclosure_disclose",
            made.pk,
            on="2026-11-23",
            disclosed="Twelve bills, by registered mail",
            because="Signature compared",
        )
    )
    assert "The disclosure is recorded" in page
    assert Disclosure.objects.get().recipient == "Doe & Roe, attorneys"


@pytest.mark.parametrize(
    ("role", "shown"), [(roles.REPRESENTATIVE, False), (roles.SUPERVISOR, True)]
)
def test_what_the_law_compelled_is_as_secret_once_it_is_disclosed(client_of, role, shown):
    paper = RequestedDisclosureFactory(goes_to="FBI, Salt Lake City")
    made = requested_disclosures.disclose(
        paper, disclosed="Calls of October", on=TODAY, today=TODAY, at=AT, by=None, because="Order"
    )
    ours = DisclosureFactory(customer=paper.customer, recipient="Canyon Sales Partners")
    client = client_of(role)
    pages = [
        reverse("admin:cpni_disclosure_changelist"),
        reverse("admin:accounts_customer_timeline", args=[paper.customer_id]),
    ]
    for page in (said(client.get(page)) for page in pages):
        assert "Canyon Sales Partners" in page
        assert ("FBI" in page) is shown
    for page in ("change", "history"):
        address = reverse(f"admin:cpni_disclosure_{page}", args=[made.pk])
        assert (client.get(address).status_code == 200) is shown
        address = reverse(f"admin:cpni_disclosure_{page}", args=[ours.pk])
        assert client.get(address).status_code == 200


def test_what_waits_for_the_officer_stands_on_the_home_page(client_of):
    LateFindingFactory()
    CallingListFactory()
    RequestedDisclosureFactory()
    officer = client_of(roles.OFFICER)
    home = said(officer.get(reverse("admin:index")))
    for words in (
        "Uses of CPNI that should not have been made",
        "Lists of numbers have expired",
        "Disclosures asked for, to be decided",
    ):
        assert words in home
    finding, handed = LateFinding.objects.get(), CallingList.objects.get()
    assert "Settle" in said(
        officer.get(reverse("admin:cpni_latefinding_change", args=[finding.pk]))
    )
    page = said(
        post(officer, "cpni_latefinding_settle", finding.pk, note="Told them", because="Done")
    )
    assert "It is settled" in page
    page = said(
        post(
            officer,
            "cpni_callinglist_destroyed",
            handed.pk,
            on="2026-11-20",
            proof="E-mail of J. Doe",
            because="Expired",
        )
    )
    assert "The list is destroyed" in page


def test_whom_a_campaign_left_out_is_listed_by_reason(client_of):
    left, other = LeftOutFactory(), LeftOutFactory(reason="no_contact")
    client = client_of(roles.SUPERVISOR)
    page = said(
        client.get(
            reverse("admin:cpni_leftout_changelist"),
            {"of": left.scrub_id, "why": "opted_out"},
        )
    )
    assert left.customer.account_number in page
    assert other.customer.account_number not in page


@pytest.mark.parametrize(("on", "found"), [(date(2026, 11, 2), True), (date(2026, 11, 20), False)])
def test_marketing_before_the_window_closed_can_be_asked_for(client_of, on, found):
    person = DeliveryFactory(mailed_on=date(2026, 10, 1)).customer
    Disclosure.objects.create(
        customer=person, use=Use.objects.get(code="other-services"), used_on=on,
        recipient="Us", what="Services", reason="assumed", recorded_at="2026-11-20T18:00Z",
    )  # fmt: skip
    page = said(
        client_of(roles.AUDITOR).get(
            reverse("admin:cpni_disclosure_changelist"), {"window": "open"}
        )
    )
    assert (person.account_number in page) is found
