"""Billing sends customers: checked as a file is, told of as on a call."""

from datetime import date

import pytest

from accounts import contacts
from accounts.models import AccountChange, ContactPoint, Customer, Service
from cpni import optouts
from cpni.models import Approval
from tests.factories.accounts import CustomerFactory
from tests.factories.api import AT
from tests.factories.cpni import OptOutRequestFactory

pytestmark = pytest.mark.django_db
SENT = {"account": "T-1", "name": "Ann Lee", "active_since": "2020-01-06"}
STREET = {"line1": "1 Elm St", "city": "Provo", "state": "ut", "postcode": "84601"}


def told(customer):
    """What a change notice rests on, without how the change came."""
    fields = ("kind", "on", "at_start", "postal_point", "email_point", "service")
    return list(AccountChange.objects.filter(customer=customer).values_list(*fields))


def test_a_customer_is_added_changed_and_left_alone(billing):
    services = [{"category": "local", "number": "801-555-0134", "started_on": "2020-01-06"}]
    first = billing.post("customers", {**SENT, "post": STREET, "services": services})
    assert first.json() == {"account": "T-1", "result": "created", "effects": []}
    again = billing.post("customers", {**SENT, "post": STREET})
    assert again.json()["result"] == "unchanged"
    renamed = billing.post("customers", {**SENT, "name": "Ann Poe", "email": {"address": "a@b.co"}})
    assert renamed.json() == {
        "account": "T-1",
        "result": "changed",
        "effects": ["new e-mail address"],
    }
    customer = Customer.objects.get(account_number="T-1")
    assert customer.name == "Ann Poe"
    assert Service.objects.get(customer=customer).telephone_number == "+18015550134"
    assert customer.history.first().actor == "Billing"


def test_a_text_that_a_spreadsheet_would_compute_stays_as_it_is(billing):
    billing.post("customers", {**SENT, "name": "'=1+1"})
    assert Customer.objects.get(account_number="T-1").name == "'=1+1"


def test_each_wrong_field_is_named_as_it_was_sent(billing):
    answer = billing.post(
        "customers", {**SENT, "active_since": "2027-01-01", "post": {**STREET, "state": "Mars"}}
    )
    assert answer.status_code == 422
    assert {e["field"] for e in answer.json()["errors"]} == {"active_since", "post.state"}
    assert not Customer.objects.exists()


def test_an_account_that_was_merged_is_refused(billing):
    other = CustomerFactory()
    merged = CustomerFactory(status="merged", merged_into=other, discontinued_on=date(2026, 1, 2))
    answer = billing.post("customers", {**SENT, "account": merged.account_number})
    assert answer.status_code == 422
    address = {"account": merged.account_number, "kind": "email", "value": "x@y.co"}
    moved = billing.post("contacts", address)
    assert other.account_number in moved.json()["remedy"]


@pytest.mark.parametrize("kind", ["post", "email"])
@pytest.mark.parametrize("by", ["customers", "contacts"])
def test_another_address_is_told_where_it_is_told_when_it_is_changed_on_a_call(billing, kind, by):
    called, sent = CustomerFactory(by_email=True), CustomerFactory(by_email=True)
    values = STREET if kind == "post" else {"value": "new@mail.example"}
    contacts.change_contact(
        called, kind=kind, at=AT, on=AT.date(), route="call", by=None, because="x", **values
    )
    whole = {
        **SENT,
        "account": sent.account_number,
        "name": sent.name,
        "post": STREET if kind == "post" else None,
        "email": {"address": "new@mail.example"} if kind == "email" else None,
    }
    change = {"account": sent.account_number, "kind": kind, **values}
    assert billing.post(by, whole if by == "customers" else change).status_code == 200
    points = {c.pk: dict(c.contact_points.values_list("kind", "pk")) for c in (called, sent)}
    assert [row[:3] for row in told(called)] == [row[:3] for row in told(sent)]
    (on_call,), (by_api,) = told(called), told(sent)
    assert on_call[3] is not None
    assert by_api[3] is not None
    assert points
    assert AccountChange.objects.get(customer=sent).route == "api"
    old = ContactPoint.objects.get(pk=by_api[3])
    assert old.customer_id == sent.pk
    assert old.since < AT.date()


def test_a_new_address_is_of_record_after_thirty_days_and_a_wrong_one_is_refused(billing):
    customer = CustomerFactory()
    change = {"account": customer.account_number, "kind": "email", "value": "new@mail.example"}
    answer = billing.post("contacts", change).json()
    assert (answer["since"], answer["of_record_from"]) == ("2026-11-23", "2026-12-23")
    wrong = billing.post("contacts", {**change, "value": "nonsense"})
    assert (wrong.status_code, wrong.json()["remedy"]) == (422, "Correct it.")


def test_an_opt_out_survives_what_billing_sends(billing):
    customer = CustomerFactory()
    request = OptOutRequestFactory()
    optouts.apply(request, customer=customer, on=AT.date(), by=None, because="x")
    before = list(Approval.objects.order_by("pk").values())
    assert before
    for status in ("discontinued", "active"):
        sent = {**SENT, "account": customer.account_number, "status": status}
        assert billing.post("customers", sent).json()["result"] == "changed"
    assert list(Approval.objects.order_by("pk").values()) == before
    asked = {"account": customer.account_number, "use": "other-services"}
    assert billing.post("decisions", asked).json()["reason"] == "opted_out"
