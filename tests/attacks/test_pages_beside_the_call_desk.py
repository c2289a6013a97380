"""With a caller on the line who has proved nothing, no other page changes their account either."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts import authenticating
from accounts.models import AccountChange, ContactPoint, Customer
from config import roles
from cpni.models import OptOutRequest
from notices.models import Use
from tests.desk.conftest import AT
from tests.factories.accounts import CallFactory, CustomerFactory
from tests.factories.cpni import OptOutRequestFactory

pytestmark = pytest.mark.django_db
EMAIL = {"kind": "email", "value": "new@mail.example", "because": "x"}
CHOICE = {"route": "telephone", "stated": "Caller", "proof": "R-9", "because": "x"}


@pytest.fixture
def act(desk):
    """``act(customer, "change_contact", …)`` sends the form of the customer's page."""

    def send(customer, name, **data):
        address = reverse(f"admin:accounts_customer_{name}", args=[customer.pk])
        return desk.post(address, data, follow=True)

    return send


def email(customer):
    return ContactPoint.objects.current().get(customer=customer, kind="email").value


def test_no_address_no_consent_and_no_end_of_service(call, customer, act):
    body = act(customer, "change_contact", **EMAIL).content.decode()
    assert "You are in a call about this account" in body
    act(customer, "discontinue", on="2026-11-23", because="x")
    Customer.objects.filter(pk=customer.pk).update(email_notices_since=None, email_notices_proof="")
    act(customer, "record_consent", on="2026-11-23", proof="R-9", because="x")
    after = Customer.objects.get(pk=customer.pk)
    assert (email(customer), after.status, after.email_notices_since) == (
        "ann@mail.example",
        "active",
        None,
    )


def test_no_name_in_the_record_itself(call, customer, desk):
    inlines = ("contact_points", "services")
    form = {f"{name}-{n}_FORMS": "0" for name in inlines for n in ("TOTAL", "INITIAL")}
    form |= {"name": "Eve Else", "kind": "residential", "language": "en", "because": "x"}
    address = reverse("admin:accounts_customer_change", args=[customer.pk])
    assert "You are in a call about this account" in desk.post(address, form).content.decode()
    customer.refresh_from_db()
    assert customer.name == "Ann Example"


def test_nobody_opts_in_and_everybody_opts_out(call, customer, act):
    uses = [Use.objects.get(code="contractors").pk]
    act(customer, "record_choice", wish="opt_in", uses=uses, **CHOICE)
    assert not OptOutRequest.objects.exists()
    act(customer, "record_choice", wish="opt_out", **CHOICE)
    assert OptOutRequest.objects.get().wish == "opt_out"


def test_no_online_account(call, customer, act):
    body = act(customer, "online_account_changed", because="x").content.decode()
    assert "You are in a call about this account" in body
    assert not AccountChange.objects.exists()


def test_no_merging_in_either_direction(staff, customer):
    officer, other = staff(roles.OFFICER), CustomerFactory()
    CallFactory(by=officer, customer=customer)
    client = Client()
    client.force_login(officer)
    for duplicate, survivor in ((customer, other), (other, customer)):
        address = reverse("admin:accounts_customer_merge", args=[duplicate.pk])
        form = {"survivor": survivor.account_number, "because": "x"}
        body = client.post(address, form, follow=True).content.decode()
        assert "You are in a call about this account" in body
    assert not Customer.objects.filter(status=Customer.Status.MERGED).exists()


def test_no_opting_in_that_waits_in_the_list(call, customer, desk):
    wished = OptOutRequestFactory(opt_in=True)
    address = reverse("admin:cpni_optoutrequest_match", args=[wished.pk])
    form = {"account": customer.account_number, "because": "x"}
    body = desk.post(address, form, follow=True).content.decode()
    assert "You are in a call about this account" in body
    wished.refresh_from_db()
    assert wished.status == OptOutRequest.Status.RECEIVED


def test_after_the_password_and_for_others_the_pages_are_there_as_always(call, customer, act):
    other = CustomerFactory(email="bo@mail.example")
    act(other, "change_contact", **EMAIL)
    assert email(other) == "new@mail.example"
    authenticating.try_password(call, said="blue kite 42", by=call.by, at=AT)
    act(customer, "change_contact", **EMAIL)
    assert email(customer) == "new@mail.example"
