"""Before the caller has proved who they are, no contact of the customer is anywhere in the page."""

import pytest
from django.urls import reverse

from accounts import contacts
from accounts.models import Look
from tests.desk.conftest import AT
from tests.factories.accounts import AuthorisedUserFactory, CallFactory, CredentialFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def values(customer):
    """Everything by which this customer can be reached, in every form in which it is written."""
    contacts.change_contact(
        customer, kind="telephone", value="801-555-7788", on=AT.date(), at=AT, route="admin",
        by=None, because="x",
    )  # fmt: skip
    service, post = customer.services.get(), customer.contact_points.get(kind="post")
    numbers = [service.telephone_number, "+18015557788"]
    shapes = []
    for number in numbers:
        shapes += [number, number[2:], number[5:], f"{number[5:8]}-{number[8:]}"]
    return [*shapes, post.line1, "Cottonwood", post.postcode, "ann@mail.example", "mail.example"]


def leaks(body, values):
    return [value for value in values if value in body]


def test_the_call_screen_shows_none(desk, call, values):
    body = desk.get(reverse("desk:call", args=[call.pk])).content.decode()
    assert "Ann Example" in body
    assert leaks(body, values) == []
    assert f"…{call.customer.services.get().telephone_number[-4:]}" in body


def test_no_form_can_be_opened_by_its_address(desk, call, values):
    for what in ("name", "post", "email", "telephone", "users", "password", "backup"):
        answer = desk.get(reverse("desk:edit", args=[call.pk, what]), follow=True)
        assert answer.redirect_chain == [(reverse("desk:call", args=[call.pk]), 302)]
        assert leaks(answer.content.decode(), values) == []


def test_no_change_is_taken(call, values, post):
    filled = {"line1": "1 New Road", "city": "Sandy", "state": "UT", "postcode": "84070"}
    post(call, "edit", "post", step="save", because="x", seen="", **filled)
    assert "Cottonwood" in call.customer.contact_points.current().get(kind="post").line1


def test_a_wrong_try_and_the_places_for_codes_show_none(call, post, values):
    CredentialFactory(customer=call.customer, kind="backup")
    for said in ("wrong", "wrong again"):
        body = post(call, "say", "password", said=said).content.decode()
        assert leaks(body, values) == []


def test_find_and_start_show_none(desk, customer, values):
    for answer in (
        desk.post(reverse("desk:results"), {"words": "Example"}),
        desk.get(reverse("desk:start", args=[customer.pk])),
        desk.get(reverse("desk:find")),
    ):
        assert leaks(answer.content.decode(), values) == []


def test_someone_else_sees_none_and_opts_for_nothing(desk, rep, customer, values):
    call = CallFactory(by=rep, customer=customer, caller="other")
    body = desk.get(reverse("desk:call", args=[call.pk])).content.decode()
    assert leaks(body, values) == []


def test_the_number_to_call_back_is_shown_when_asked_for_and_that_is_on_record(call, post, desk):
    service = call.customer.services.get()
    body = post(call, "call-back", service=service.pk).content.decode()
    assert "They answered there" in body
    assert service.telephone_number[-4:] in body
    look = Look.objects.latest("id")
    assert (look.customer_id, look.detail) == (
        call.customer_id,
        "number of record, to call it back",
    )
    again = desk.get(reverse("desk:call", args=[call.pk])).content.decode()
    assert "They answered there" not in again


def test_after_the_password_everything_is_shown_and_the_look_names_the_call(desk, known, values):
    body = desk.get(reverse("desk:call", args=[known.pk])).content.decode()
    assert "ann@mail.example" in body
    assert "Cottonwood Lane" in body
    look = Look.objects.latest("id")
    assert (look.call, look.customer_id, look.detail) == (
        str(known.pk),
        known.customer_id,
        "unmasked",
    )


def test_when_the_call_has_ended_nothing_is_shown_any_more(desk, known, post, values):
    post(known, "end", outcome="done")
    body = desk.get(reverse("desk:call", args=[known.pk])).content.decode()
    assert "The call ended at 11:00 AM: done." in body
    assert leaks(body, values) == []


def test_who_may_ask_sees_and_changes_nothing(desk, rep, customer, post):
    user = AuthorisedUserFactory(customer=customer, authority="ask")
    call = CallFactory(by=rep, customer=customer, caller="authorised", authorised_user=user)
    body = post(call, "say", "password", said="blue kite 42").content.decode()
    assert "ann@mail.example" in body
    assert reverse("desk:edit", args=[call.pk, "name"]) not in body
    post(call, "edit", "name", step="save", name="Bob", because="x", seen="")
    customer.refresh_from_db()
    assert customer.name == "Ann Example"
