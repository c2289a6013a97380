"""Incidents and breaches in the admin, from the form to the closing."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.models import CustomerList, CustomerListEntry
from config import roles
from cpni.models import Breach, Incident, IncidentLetter
from tests.factories.accounts import CustomerFactory
from tests.factories.cpni import BreachFactory, IncidentFactory
from tests.factories.notices import DeliveryFactory

pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture
def officer(client_of):
    return client_of(roles.OFFICER)


def post(client, page, /, *args, **data):
    answer = client.post(reverse(f"admin:cpni_{page}", args=args), data, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def tile(client, words):
    context = client.get("/admin/").context
    found = (*context["desk_needed"], *context["desk_quiet"])
    return next(one for one in found if words in one.title)


def test_from_a_failure_to_the_letter_that_was_filed(officer, client_of):
    DeliveryFactory()
    post(
        officer,
        "incident_add",
        route="telephone",
        started_on="2026-11-02",
        discovered_on="2026-11-20",
        description="A busy tone.",
    )
    incident = Incident.objects.get()
    assert (
        "due by November 30, 2026 (64.2009(f)). 4 business days"
        in tile(officer, "incidents open").detail
    )
    page = officer.get(reverse("admin:cpni_incident_change", args=[incident.pk])).content.decode()
    assert "Business day 5: <strong>the last day</strong>" in page
    assert "No: Thanksgiving Day" in page
    post(officer, "incident_draft_letter", incident.pk, because="Due")
    letter = IncidentLetter.objects.get()
    refused = post(officer, "incidentletter_finish", letter.pk, because="Ready")
    assert "The letter lacks: Remedy proposed" in refused
    filled = {name: getattr(letter, name) or "Told." for name in (
        "carrier_name", "mechanisms", "problem", "remedy", "remedy_when", "states",
        "customer_notice", "contact",
    )}  # fmt: skip
    post(officer, "incidentletter_change", letter.pk, because="Filled in", **filled)
    assert "The letter is final" in post(officer, "incidentletter_finish", letter.pk, because="OK")
    filing = {"on": "2026-11-23", "proof": "Confirmation 4711", "because": "Filed"}
    assert "The filing is recorded." in post(
        officer, "incidentletter_file_letter", letter.pk, **filing
    )
    assert "Approvals are held" in tile(officer, "incidents open").detail
    auditor = client_of(roles.AUDITOR)
    page = auditor.get(reverse("admin:cpni_incidentletter_change", args=[letter.pk]))
    assert "November 30, 2026 (in time)" in page.content.decode()
    pdf = auditor.get(reverse("admin:cpni_incidentletter_open_pdf", args=[letter.pk]))
    assert pdf.content.startswith(b"%PDF")


def test_an_incident_of_tomorrow_is_refused_with_a_sentence(officer):
    page = post(
        officer,
        "incident_add",
        route="web",
        started_on="2026-11-24",
        description="To come",
    )
    assert "An incident has no day in the future." in page
    assert not Incident.objects.exists()


def test_customers_affected_are_a_list_for_whoever_may_view_the_incident(client_of):
    delivery, _ = DeliveryFactory(), CustomerFactory()
    incident = IncidentFactory()
    address = reverse("admin:accounts_customer_changelist") + f"?incident={incident.pk}"
    listed = client_of(roles.AUDITOR).get(address).context["cl"]
    assert [customer.pk for customer in listed.result_list] == [delivery.customer_id]
    # A representative sees customers and no incidents, and is told nothing of them.
    listed = client_of(roles.REPRESENTATIVE).get(address).context["cl"]
    assert listed.result_count == 2
    unknown = reverse("admin:accounts_customer_changelist") + "?incident=999999"
    assert client_of(roles.AUDITOR).get(unknown).context["cl"].result_count == 0


def test_from_a_breach_to_its_closing(officer):
    one, two = CustomerFactory(), CustomerFactory()
    saved = CustomerList.objects.create(name="Store 12")
    CustomerListEntry.objects.create(customer_list=saved, customer=two)
    post(
        officer,
        "breach_add",
        name="Call records sold",
        discovered_at_0="2026-11-16",
        discovered_at_1="10:00",
        determined_on="2026-11-16",
        intent="yes",
        has_cpni="on",
        data="Calls of one month",
        circumstances="A former agent",
        harm="likely",
    )
    breach = Breach.objects.get()
    assert (breach.opened_on, breach.has_pii) == (date(2026, 11, 23), False)
    assert "Secret Service and the FBI" in tile(officer, "breaches open").detail
    name = {"because": "Named by the store"}
    page = post(officer, "breach_name_customers", breach.pk, **name)
    assert "Give a list, account numbers, or a person: one of these." in page
    page = post(officer, "breach_name_customers", breach.pk, accounts="NO-1", **name)
    assert "No customer has these account numbers: NO-1 (line 1)." in page
    post(officer, "breach_name_customers", breach.pk, accounts=one.account_number, **name)
    page = post(officer, "breach_name_customers", breach.pk, customer_list=saved.pk, **name)
    assert "Customers affected: 2." in page
    listed = reverse("admin:accounts_customer_changelist") + f"?breach={breach.pk}"
    assert officer.get(listed).context["cl"].result_count == 2
    step = {"code": "customers", "on": "2026-11-23", "words": "By letter"}
    assert "are told first" in post(officer, "breach_record_step", breach.pk, **step)
    step["code"] = "agencies"
    assert "Recorded: " in post(officer, "breach_record_step", breach.pk, **step)
    page = post(officer, "breach_close_breach", breach.pk, because="Over")
    assert "Still to be done: Tell the customers" in page
    step |= {"code": "customers", "too_early": "on"}
    post(officer, "breach_record_step", breach.pk, **step)
    assert "The breach is closed." in post(
        officer, "breach_close_breach", breach.pk, because="Over"
    )
    page = officer.get(reverse("admin:cpni_breach_change", args=[breach.pk])).content.decode()
    assert "Until November 23, 2031 at least." in page


def test_the_rules_stand_side_by_side_with_what_would_change(client_of):
    breach = BreachFactory()
    address = reverse("admin:cpni_breach_compare_rules", args=[breach.pk])
    page = client_of(roles.AUDITOR).get(address).content.decode()
    assert "If FCC 23-111 took effect tomorrow" in page
    assert "To be done as well: tell the FCC, by November 25, 2026." in page
    assert "by December 16, 2026, instead of not before December 8, 2026" in page
    assert "No: Thanksgiving Day" in page


def test_a_breach_whose_days_cannot_be_is_refused_in_the_form(officer):
    breach = BreachFactory()
    page = post(
        officer,
        "breach_change",
        breach.pk,
        name=breach.name,
        discovered_at_0="2026-11-16",
        discovered_at_1="10:00",
        determined_on="2026-11-10",
        intent="yes",
        has_cpni="on",
        data="x",
        circumstances="x",
        harm="unknown",
        because="Corrected",
    )
    assert "It was determined before it was discovered." in page
    breach.refresh_from_db()
    assert breach.determined_on == date(2026, 11, 16)
