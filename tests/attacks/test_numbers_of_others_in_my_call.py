"""A form of my call that names records of another customer does nothing, and shows nothing."""

import pytest
from django.urls import reverse

from accounts.models import AuthenticationTry, AuthorisedUser, Call, ContactPoint, OneTimeCode
from tests.desk.conftest import AT
from tests.factories.accounts import (
    AuthorisedUserFactory,
    BusinessExemptionFactory,
    CallFactory,
    CustomerFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def other():
    """Another customer of the carrier."""
    return CustomerFactory(name="Bo Other", email="bo@elsewhere.example")


def test_their_number_is_neither_shown_nor_called_back(call, post, other):
    service = other.services.get()
    for answered in ({}, {"answered": "yes"}):
        answer = post(call, "call-back", service=service.pk, **answered)
        assert answer.status_code == 404
        assert service.telephone_number[2:] not in answer.content.decode()
    assert not AuthenticationTry.objects.exists()


def test_no_code_goes_to_their_address_or_number(call, post, other):
    places = [f"service-{other.services.get().pk}"]
    places += [f"contact-{point.pk}" for point in other.contact_points.all()]
    for place in places:
        assert post(call, "send-code", place=place).status_code == 404
    assert not OneTimeCode.objects.exists()


def test_their_contract_authenticates_nobody(call, post, other):
    contract = BusinessExemptionFactory(customer=other)
    assert post(call, "exempt", contract=contract.pk, followed="yes").status_code == 404
    assert not AuthenticationTry.objects.exists()


def test_their_contact_number_is_not_removed(known, edit, other):
    mine, theirs = (
        ContactPoint.objects.create(
            customer=whose, kind="telephone", value=f"+1801555778{n}", since=AT.date()
        )
        for n, whose in enumerate((known.customer, other))
    )
    edit(known, "telephone", value="", gone=[theirs.pk])
    theirs.refresh_from_db()
    mine.refresh_from_db()
    assert (theirs.until, mine.until) == (None, None)


def test_their_authorised_user_stays_and_speaks_for_nobody_else(desk, known, edit, other):
    AuthorisedUserFactory(customer=known.customer)
    theirs = AuthorisedUserFactory(customer=other)
    edit(known, "users", name="", authority="ask", ended=[theirs.pk])
    assert AuthorisedUser.objects.get(pk=theirs.pk).until is None
    Call.objects.filter(pk=known.pk).update(ended_at=AT, outcome="done")
    start = {"direction": "inbound", "caller": f"authorised-{theirs.pk}", "caller_name": ""}
    token = "0" * 32
    desk.post(reverse("desk:start", args=[known.customer_id]), {**start, "token": token})
    assert not Call.objects.filter(ended_at=None).exists()


def test_nothing_is_done_in_a_call_of_somebody_else(desk, post, customer):
    theirs = CallFactory(customer=customer)
    for address, args in [
        ("say", ["password"]),
        ("call-back", []),
        ("send-code", []),
        ("photo", []),
        ("exempt", []),
        ("declined", []),
        ("edit", ["name"]),
        ("opt-out", []),
        ("stop-using", []),
        ("allow-marketing", []),
        ("ask", []),
        ("complaint", []),
        ("end", []),
    ]:
        answer = post(theirs, address, *args, said="blue kite 42", outcome="done", cpni="on")
        assert answer.status_code == 404, address
        assert "Ann Example" not in answer.content.decode()
    theirs.refresh_from_db()
    assert theirs.is_open
    assert not AuthenticationTry.objects.exists()
