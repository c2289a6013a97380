"""Other systems ask whether a use is allowed, and each answer is on record as a look."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import ContactOptOut, Look, LookShown
from cpni import optouts
from cpni.assuming import assume_due
from notices.models import PolicyBinding
from tests.factories.accounts import CustomerFactory
from tests.factories.api import AT
from tests.factories.cpni import OptOutRequestFactory, RecipientFactory
from tests.factories.notices import DeliveryFactory, PolicyFactory

pytestmark = pytest.mark.django_db
USE = "other-services"


@pytest.fixture
def approved(reference_data, clock):
    """A customer who was noticed on 1 October and said nothing."""
    delivery = DeliveryFactory()
    assume_due(on=AT.date())
    return delivery.customer


def opt_out(customer):
    request = OptOutRequestFactory()
    optouts.apply(request, customer=customer, on=AT.date(), by=None, because="x")


def test_the_answer_says_why_by_which_rule_and_by_which_records(billing, approved):
    answer = billing.post("decisions", {"account": approved.account_number, "use": USE}).json()
    assert answer["allowed"] is True
    assert (answer["reason"], answer["on"], answer["until"]) == (
        "assumed",
        "2026-11-23",
        "2028-10-01",
    )
    assert "64.2008(d)(1)" in answer["section"]
    assert [proof["kind"] for proof in answer["evidence"]] == [
        "delivery",
        "notice text",
        "approval",
    ]


def test_an_objection_counts_with_the_next_question_and_an_earlier_day_has_its_own_answer(
    billing, approved
):
    asked = {"account": approved.account_number, "use": USE}
    opt_out(approved)
    assert billing.post("decisions", asked).json()["reason"] == "opted_out"
    early = billing.post("decisions", {**asked, "on": "2026-10-05"}).json()
    assert (early["reason"], early["until"]) == ("window_open", "2026-11-03")


def test_a_day_to_come_an_unknown_use_and_an_unknown_account_are_told_apart(billing, approved):
    asked = {"account": approved.account_number, "use": USE}
    coming = billing.post("decisions", {**asked, "on": "2026-11-24"})
    assert (coming.status_code, coming.json()["detail"]) == (422, "The day is still to come.")
    use = billing.post("decisions", {**asked, "use": "nonsense"})
    assert (use.status_code, use.json()["errors"][0]["field"]) == (422, "use")
    account = billing.post("decisions", {**asked, "account": "nobody"})
    assert account.status_code == 404
    assert Look.objects.latest("id").what == Look.What.MISSING


def test_many_are_answered_in_the_order_of_asking_and_who_is_not_known_is_not_allowed(
    billing, approved
):
    other = CustomerFactory()
    numbers = [other.account_number, "nobody", approved.account_number, other.account_number]
    answer = billing.post("decisions/many", {"accounts": numbers, "use": USE}).json()
    assert [(one["account"], one["allowed"], one["reason"]) for one in answer["results"]] == [
        (other.account_number, False, "never_noticed"),
        ("nobody", False, "unknown_account"),
        (approved.account_number, True, "assumed"),
        (other.account_number, False, "never_noticed"),
    ]


def test_more_than_ten_thousand_are_refused(billing):
    asked = {"accounts": [str(n) for n in range(10_001)], "use": USE}
    assert billing.post("decisions/many", asked).status_code == 422
    assert billing.post("decisions/many", {**asked, "accounts": []}).status_code == 422


def test_ten_times_as_many_customers_cost_no_more_queries(billing, approved):
    def queries(customers):
        asked = {"accounts": [c.account_number for c in customers], "use": USE}
        with CaptureQueriesContext(connection) as caught:
            assert billing.post("decisions/many", asked).status_code == 200
        return len(caught)

    some = [approved, DeliveryFactory().customer]
    more = [*some, *(DeliveryFactory().customer for _ in range(20))]
    queries(some)  # the key's first use is noted
    assert queries(some) == queries(more)


def test_each_answer_is_a_look_by_that_key(billing, approved):
    other = CustomerFactory()
    billing.post("decisions", {"account": approved.account_number, "use": USE})
    look = Look.objects.latest("id")
    prefix = billing.prefix
    assert (look.actor, look.screen, look.customer_id) == ("Billing", "api:decide", approved.pk)
    assert look.detail == f"key {prefix}"
    numbers = [approved.account_number, other.account_number]
    billing.post("decisions/many", {"accounts": numbers, "use": USE})
    shown = LookShown.objects.filter(look_id=Look.objects.latest("id").pk)
    assert set(shown.values_list("customer_id", flat=True)) == {approved.pk, other.pk}


def test_the_uses_are_listed_for_any_key(system_with):
    uses = system_with("changes").get("uses").json()["uses"]
    assert USE in {use["code"] for use in uses}


def test_who_receives_it_and_of_which_data_are_asked_of_the_register_and_the_policy(
    billing, approved
):
    asked = {"account": approved.account_number, "use": USE}
    RecipientFactory(name="Dial Partners", relationship="contractor")
    differs = billing.post("decisions", {**asked, "recipient": "dial  PARTNERS"}).json()
    assert (differs["allowed"], differs["reason"]) == (False, "recipient_differs")
    unknown = billing.post("decisions", {**asked, "recipient": "Nobody Inc."})
    assert unknown.status_code == 422
    assert unknown.json()["errors"][0]["field"] == "recipient"

    version = PolicyFactory(status="draft")
    version.declared.update(data_classes=["type"])
    version.status = "published"
    version.save()
    PolicyBinding.objects.create(customer=approved, policy_version=version, since=date(2026, 11, 3))
    allowed = billing.post("decisions", {**asked, "data_classes": ["type"]}).json()
    refused = billing.post("decisions", {**asked, "data_classes": ["type", "bills"]}).json()
    assert (allowed["allowed"], refused["reason"]) == (True, "data_not_declared")


def test_what_is_offered_within_services_must_be_of_a_category_that_they_have(billing, approved):
    asked = {"account": approved.account_number, "use": "same-category"}
    several = {"accounts": [approved.account_number], "use": "same-category"}
    have = approved.services.get().category
    (other,) = {"local", "wireless"} - {have}
    for offered, reason in ((have, "within_services"), (other, "no_service")):
        answer = billing.post("decisions", {**asked, "offered": offered}).json()
        assert answer["reason"] == reason
        many = billing.post("decisions/many", {**several, "offered": offered}).json()
        assert many["results"][0]["reason"] == reason
        used = {**asked, "what": "Minutes", "offered": offered}
        expected = 201 if reason == "within_services" else 422
        assert billing.post("disclosures", used).status_code == expected
    assert billing.post("decisions", {**asked, "offered": "cable"}).status_code == 422


def test_what_was_known_at_an_instant_is_answered_as_it_was_then(billing, approved):
    before = timezone.now()
    with time_machine.travel(before + timedelta(hours=1), tick=False):
        opt_out(approved)
    asked = {"account": approved.account_number, "use": USE}
    assert billing.post("decisions", asked).json()["reason"] == "opted_out"
    known = {**asked, "known_at": before.isoformat()}
    assert billing.post("decisions", known).json()["reason"] == "assumed"
    assert billing.post("decisions", {**asked, "known_at": "2026-11-23T10:00"}).status_code == 422


def test_whether_they_may_be_contacted_is_an_answer_of_its_own(billing, approved):
    ContactOptOut.objects.create(customer=approved, channel="call", since=date(2026, 11, 1))
    number = approved.account_number
    for channel, may in (("call", False), ("email", True)):
        one = {"account": number, "use": USE, "channel": channel}
        many = {"accounts": [number], "use": USE, "channel": channel}
        answer = billing.post("decisions", one).json()
        assert (answer["allowed"], answer["may_contact"]) == (True, may)
        assert billing.post("decisions/many", many).json()["results"][0]["may_contact"] is may
