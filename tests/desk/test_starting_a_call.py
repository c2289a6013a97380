"""A call begins once, with who calls whom, and one at a time."""

from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.models import Call
from tests.factories.accounts import AuthorisedUserFactory, CallFactory, CustomerFactory

pytestmark = pytest.mark.django_db


def start(desk, customer, **data):
    filled = {"direction": "inbound", "caller": "holder", "token": uuid4(), **data}
    return desk.post(reverse("desk:start", args=[customer.pk]), filled, follow=True)


def test_the_account_holder_calls(desk, rep, customer):
    answer = start(desk, customer)
    call = Call.objects.get()
    assert (call.by, call.customer, call.direction, call.caller) == (
        rep,
        customer,
        "inbound",
        "holder",
    )
    assert answer.redirect_chain == [(reverse("desk:call", args=[call.pk]), 302)]


def test_an_authorised_user_calls_with_their_authority(desk, customer):
    user = AuthorisedUserFactory(customer=customer, name="Uma Friend", authority="billing")
    page = desk.get(reverse("desk:start", args=[customer.pk])).content.decode()
    assert "Uma Friend (may ask about bills and pay)" in page
    start(desk, customer, caller=f"authorised-{user.pk}")
    assert Call.objects.get().authorised_user == user


def test_an_authorised_user_of_somebody_else_is_no_choice(desk, customer):
    stranger = AuthorisedUserFactory(customer=CustomerFactory())
    start(desk, customer, caller=f"authorised-{stranger.pk}")
    assert not Call.objects.exists()


def test_the_same_form_twice_starts_one_call(desk, customer):
    token = uuid4()
    first, second = start(desk, customer, token=token), start(desk, customer, token=token)
    assert Call.objects.count() == 1
    assert first.redirect_chain == second.redirect_chain


def test_another_tab_leads_to_the_call_that_is_open(desk, customer, call):
    answer = start(desk, CustomerFactory())
    assert Call.objects.get() == call
    assert answer.redirect_chain == [(reverse("desk:call", args=[call.pk]), 302)]
    assert "You are in a call about account A77." in answer.content.decode()


def test_every_page_of_the_desk_names_the_open_call(desk, call):
    for name, args in (("desk:find", []), ("desk:start", [CustomerFactory().pk])):
        body = desk.get(reverse(name, args=args)).content.decode()
        assert f"You are in call {call.pk} with Ann Example" in body
        assert reverse("desk:end", args=[call.pk]) in body


def test_somebody_elses_call_is_not_there(desk, customer):
    other = CallFactory(customer=customer)
    assert desk.get(reverse("desk:call", args=[other.pk])).status_code == 404
    assert desk.post(reverse("desk:end", args=[other.pk]), {"outcome": "done"}).status_code == 404
    other.refresh_from_db()
    assert other.is_open


def test_an_account_that_was_merged_leads_to_the_one_that_remains(desk, customer):
    merged = CustomerFactory(
        status="merged", merged_into=customer, discontinued_on=customer.active_since
    )
    body = desk.get(reverse("desk:start", args=[merged.pk])).content.decode()
    assert reverse("desk:start", args=[customer.pk]) in body
    assert "Start the call" not in body
