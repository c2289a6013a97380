"""Other systems tell what customers chose, and which uses were made."""

from datetime import timedelta

import pytest

from accounts.models import AccountChange, Look
from cpni.assuming import assume_due
from cpni.models import Approval, Disclosure, OptOutRequest
from tests.factories.accounts import CustomerFactory
from tests.factories.api import AT
from tests.factories.notices import DeliveryFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def approved(reference_data, clock):
    """A customer who was noticed and said nothing."""
    delivery = DeliveryFactory(customer=CustomerFactory(by_email=True))
    assume_due(on=AT.date())
    return delivery.customer


def test_an_opt_out_is_honoured_at_once_and_confirmed_where_a_web_page_would(billing, approved):
    answer = billing.post(
        "opt-outs",
        {"account": approved.account_number, "route": "web", "received_on": "2026-10-20"},
    )
    assert answer.status_code == 201
    taken = answer.json()
    assert (taken["effective_on"], taken["approvals_changed"] > 0) == ("2026-10-20", True)
    request = OptOutRequest.objects.get()
    assert (request.status, request.reference) == ("applied", taken["reference"])
    assert request.entered_by.first_name == "Billing"
    assert set(Approval.objects.values_list("state", flat=True)) == {"denied"}
    assert AccountChange.objects.get(kind="choice").route == "web"


def test_an_opt_in_needs_its_proof_and_names_its_uses(billing, approved):
    asked = {"account": approved.account_number, "route": "telephone", "uses": ["joint-ventures"]}
    assert billing.post("opt-ins", asked).status_code == 422
    answer = billing.post("opt-ins", {**asked, "proof": "Recording 17, script 3"})
    assert answer.status_code == 201
    assert OptOutRequest.objects.get().proof == "Recording 17, script 3"


def test_who_may_record_opt_outs_may_not_record_opt_ins(system_with, approved):
    asked = {"account": approved.account_number, "route": "telephone", "proof": "x"}
    assert system_with("opt_outs").post("opt-ins", asked).status_code == 403
    assert not OptOutRequest.objects.exists()


def test_nothing_is_received_that_cannot_be_applied(billing, approved):
    for wrong in ({"received_on": "2026-12-24"}, {"uses": ["nonsense"]}):
        asked = {"account": approved.account_number, "route": "letter", **wrong}
        assert billing.post("opt-outs", asked).status_code == 422
    assert not OptOutRequest.objects.exists()


@pytest.mark.parametrize("use", ["same-category", "fraud", "track-competitors"])
def test_of_a_use_that_no_approval_decides_about_no_choice_is_taken(billing, approved, use):
    asked = {"account": approved.account_number, "route": "telephone", "uses": ["agents", use]}
    for path, more in (("opt-outs", {}), ("opt-ins", {"proof": "Recording 17, script 3"})):
        answer = billing.post(path, {**asked, **more})
        assert answer.status_code == 422
        assert "No approval decides" in answer.json()["detail"]
    assert not OptOutRequest.objects.exists()


def test_a_use_is_recorded_with_its_decision_and_refused_when_that_refuses(billing, approved):
    asked = {
        "account": approved.account_number,
        "use": "other-services",
        "what": "Calling plan, to offer internet",
    }
    answer = billing.post("disclosures", asked)
    assert (answer.status_code, answer.json()["reason"]) == (201, "assumed")
    assert Disclosure.objects.get().by.first_name == "Billing"
    billing.post("opt-outs", {"account": approved.account_number, "route": "telephone"})
    refused = billing.post("disclosures", asked)
    assert refused.status_code == 422
    assert "not allowed" in refused.json()["detail"]
    assert Disclosure.objects.count() == 1


def test_a_use_of_a_day_that_has_not_come_is_not_recorded(approved, billing):
    asked = {
        "account": approved.account_number,
        "use": "other-services",
        "what": "Calling plan, to offer internet",
    }
    refused = billing.post("disclosures", {**asked, "used_on": str(AT.date() + timedelta(days=1))})
    assert refused.status_code == 422
    assert "in the future" in refused.json()["detail"]
    assert not Disclosure.objects.exists()


def test_a_refusal_that_says_how_a_customer_stands_is_a_look(billing, approved):
    billing.post("opt-outs", {"account": approved.account_number, "route": "telephone"})
    asked = {"account": approved.account_number, "use": "other-services", "what": "Calling plan"}
    for headers in ({}, {"idempotency_key": "k1"}):
        before = Look.objects.count()
        assert billing.post("disclosures", asked, **headers).status_code == 422
        assert Look.objects.count() == before + 1
        look = Look.objects.latest("pk")
        assert (look.customer_id, look.screen) == (approved.pk, "api:disclose")
    assert billing.post("disclosures", {**asked, "account": "nobody"}).status_code == 404
    assert Look.objects.latest("pk").what == "missing"
