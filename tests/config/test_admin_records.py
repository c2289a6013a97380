"""Editing a record: who and why are kept, nothing is kept when nothing changed."""

from datetime import date

import pytest

from accounts.finding import find
from accounts.models import Customer, User
from config import roles
from tests.factories.accounts import CustomerFactory, UserFactory

pytestmark = pytest.mark.usefixtures("today")
FORM = {
    "name": "Ann Example",
    "kind": "residential",
    "language": "en",
    **{
        f"{prefix}-{field}": "0"
        for prefix in ("contact_points", "services")
        for field in ("TOTAL_FORMS", "INITIAL_FORMS")
    },
}


@pytest.fixture
def customer(db):
    return CustomerFactory(name="Anne Example")


def test_a_change_needs_a_reason(client_of, address, customer):
    answer = client_of(roles.OFFICER).post(
        address("accounts_customer", "change", customer.pk), FORM
    )
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors["because"]
    assert Customer.objects.get().name == "Anne Example"


def test_a_change_is_kept_with_who_and_why(staff, client, address, customer):
    user = staff(roles.OFFICER, first_name="Robin", last_name="Hale")
    client.force_login(user)
    form = {**FORM, "because": "She spelled it"}
    client.post(address("accounts_customer", "change", customer.pk), form)
    row = customer.history.first()
    kept = (row.name, row.history_user, row.actor, row.history_change_reason)
    assert kept == ("Ann Example", user, "Robin Hale", "She spelled it")


def test_a_customer_is_found_by_the_name_that_a_form_gave(client_of, address, customer):
    form = {**FORM, "name": "Ann Married", "because": "Married"}
    client_of(roles.OFFICER).post(address("accounts_customer", "change", customer.pk), form)
    found = [
        one.why for words in ("married", "example") for one in find(words, on=date(2026, 11, 23))
    ]
    assert found == ["name"]


def test_saving_what_is_there_already_records_nothing(client_of, address, customer, said):
    rows = customer.history.count()
    form = {**FORM, "name": "Anne Example", "because": "Checked"}
    answer = client_of(roles.OFFICER).post(
        address("accounts_customer", "change", customer.pk), form, follow=True
    )
    assert said(answer) == ["Nothing was changed, so nothing was recorded."]
    assert customer.history.count() == rows


def test_a_name_cannot_break_a_line(client_of, address, customer):
    form = {**FORM, "name": "Ann\r\nBcc: all@mail.example", "because": "x"}
    answer = client_of(roles.OFFICER).post(
        address("accounts_customer", "change", customer.pk), form
    )
    assert "line break" in str(answer.context["adminform"].form.errors["name"])


def test_the_history_says_what_changed_in_words_and_shows_the_record_as_it_was(
    client_of, address, customer
):
    client = client_of(roles.OFFICER)
    form = {**FORM, "kind": "business", "because": "Now a firm"}
    client.post(address("accounts_customer", "change", customer.pk), form)
    page = client.get(address("accounts_customer", "history", customer.pk)).content.decode()
    assert "Residential → Business" in page
    assert "Now a firm" in page
    first = customer.history.last()
    was = client.get(
        address("accounts_customer", "simple_history", customer.pk, first.history_id)
    ).content.decode()
    assert "Anne Example" in was
    assert "Residential" in was


def test_signing_in_is_no_change_of_a_member_of_staff(client, address):
    user = UserFactory(username="ann", is_superuser=True)
    user.set_password("thirty-three-days")
    user.save()
    rows = user.history.count()
    form = {"login": "ann", "password": "thirty-three-days"}
    assert client.post("/account/sign-in/", form).status_code == 302
    assert User.objects.get().last_login is not None
    assert user.history.count() == rows
