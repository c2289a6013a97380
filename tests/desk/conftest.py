"""At the call desk's pages: a frozen clock, a representative who is signed in, a call of theirs."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts import authenticating
from tests.calling import AT, clock  # noqa: F401  (a fixture)
from tests.factories.accounts import CallFactory, CredentialFactory, CustomerFactory


@pytest.fixture
def desk(rep):
    """The representative's browser."""
    client = Client()
    client.force_login(rep)
    return client


@pytest.fixture
def customer():
    """Somebody with an address, an e-mail address, a number and a password."""
    customer = CustomerFactory(
        name="Ann Example", account_number="A77", email="ann@mail.example", by_email=True
    )
    CredentialFactory(customer=customer)
    return customer


@pytest.fixture
def call(rep, customer):
    """An open call of the account holder; nobody is authenticated yet."""
    return CallFactory(by=rep, customer=customer)


@pytest.fixture
def known(call, rep):
    """The same call after the password was right."""
    authenticating.try_password(call, said="blue kite 42", by=rep, at=AT)
    return call


@pytest.fixture
def post(desk):
    """``post(call, "edit", "name", name="…")`` sends a form as its page does, and follows."""

    def send(call, address, /, *args, token=None, **data):
        address = reverse(f"desk:{address}", args=[call.pk, *args])
        return desk.post(address, {"token": token or uuid4(), **data}, follow=True)

    return send


@pytest.fixture
def edit(desk, post):
    """``edit(call, "name", name="…")`` opens the form, fills it in and saves it."""

    def change(call, what, /, *, seen=None, **data):
        opened = desk.get(reverse("desk:edit", args=[call.pk, what]))
        if seen is None:
            seen = panel(opened, "details")["seen"]
        filled = {"step": "save", "because": "The caller asked for it", "seen": seen, **data}
        return post(call, "edit", what, **filled)

    return change


def panel(answer, name):
    """What a panel of the call screen shows."""
    context = answer.context
    return next(p for about, p in [*context["main"], *context["aside"]] if about.name == name)
