"""Whoever may see a list asks it only what its filters ask; nothing is guessed letter by letter."""

import pytest
from django.urls import reverse

from config import roles
from tests.factories.accounts import CustomerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def answer(client_of, reference_data):
    """The status of a list that the officer asks in its address, and how many it found."""
    CustomerFactory(name="Ann Example")
    officer = client_of(roles.OFFICER)

    def ask(record, query):
        found = officer.get(f"{reverse(f'admin:{record}_changelist')}?{query}")
        # Refused: a bad request, or the list again with what is wrong with it.
        refused = found.status_code == 400 or found.get("Location", "").endswith("?e=1")
        return "refused" if refused else found.context["cl"].result_count

    return ask


@pytest.mark.parametrize(
    ("record", "query"),
    [
        ("accounts_user", "password__startswith=argon2"),
        ("accounts_user", "username__gte=a"),
        ("accounts_call", "by__password__startswith=argon2"),
        ("accounts_call", "note__contains=a"),
        ("accounts_customer", "name__startswith=A"),
        ("accounts_customer", "contact_points__value__contains=801"),
        ("accounts_customer", "contact_points__index__gt=0"),
        ("accounts_customer", "kind__regex=(.*)*(.*)*x"),
        ("accounts_customer", "kind__iregex=(.*)*(.*)*x"),
        ("accounts_customer", "kind__startswith=r"),
        ("accounts_customer", "_to_field=name&_popup=1"),
        ("cpni_optoutrequest", "customer__name__startswith=A"),
    ],
)
def test_no_other_question_is_answered(answer, record, query):
    assert answer(record, query) == "refused"


def test_those_of_the_list_are(answer):
    assert answer("accounts_customer", "kind__exact=residential") == 1
    assert answer("accounts_customer", "kind__exact=business") == 0
