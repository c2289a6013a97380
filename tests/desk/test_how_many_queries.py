"""The pages of the desk cost a pinned number of queries, however much there is to show."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import contacts
from tests.desk.conftest import AT
from tests.factories.accounts import AuthorisedUserFactory, CallFactory, CustomerFactory

pytestmark = pytest.mark.django_db


def cost(ask):
    ask()  # sessions and content types: once for all
    with CaptureQueriesContext(connection) as queries:
        assert ask().status_code == 200
    return len(queries)


def test_what_is_found(desk):
    def ask():
        return desk.post(
            reverse("desk:results"), {"words": "Example"}, headers={"HX-Request": "true"}
        )

    CustomerFactory(name="Ann Example")
    CustomerFactory(name="Bob Example")
    few = cost(ask)
    CustomerFactory.create_batch(8, name="Cy Example")
    # Who finds few by the words themselves is also asked for names that sound alike.
    assert cost(ask) <= few <= 21


def test_the_find_page_with_my_calls(desk, rep):
    CallFactory.create_batch(2, by=rep, ended=True)
    few = cost(lambda: desk.get(reverse("desk:find")))
    CallFactory.create_batch(5, by=rep, ended=True)
    assert cost(lambda: desk.get(reverse("desk:find"))) == few
    assert few <= 15


def test_the_call_screen(desk, known, edit):
    address = reverse("desk:call", args=[known.pk])
    edit(known, "telephone", value="801 555 0101")
    few = cost(lambda: desk.get(address))
    AuthorisedUserFactory.create_batch(3, customer=known.customer)
    for number in range(3):
        edit(known, "telephone", value=f"801 555 020{number}")
    contacts.change_contact(
        known.customer, kind="telephone", value="801 555 0300", on=AT.date(), at=AT, route="admin",
        by=None, because="x",
    )  # fmt: skip
    assert cost(lambda: desk.get(address)) == few
    assert few <= 41
