"""At the call desk: a frozen clock, a representative, and calls of theirs."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from accounts import authenticating
from config import roles
from tests.factories.accounts import CallFactory, CarrierFactory, CredentialFactory

AT, ON = datetime(2026, 11, 23, 18, tzinfo=UTC), date(2026, 11, 23)


@pytest.fixture(autouse=True)
def clock(reference_data):
    """November 23, 2026, eleven in the morning for the carrier."""
    CarrierFactory()
    with time_machine.travel(AT, tick=False) as traveller:
        yield traveller


@pytest.fixture
def rep(staff):
    """A support representative."""
    return staff(roles.REPRESENTATIVE)


@pytest.fixture
def call(rep):
    """An open call of theirs with an account holder."""
    return CallFactory(by=rep)


@pytest.fixture
def standing():
    """``standing(call)``: what may be discussed in it now, or at another instant."""

    def ask(call, at=AT, on=ON):
        return authenticating.standing(call, at=at, on=on)

    return ask


@pytest.fixture
def say():
    """``say(call, "…")``: the result when the caller says that as the password."""

    def attempt(call, said="blue kite 42", at=AT, **kwargs):
        return authenticating.try_password(call, said=said, by=call.by, at=at, **kwargs).result

    return attempt


@pytest.fixture
def authenticated():
    """``authenticated(call)``: the caller has said the password of the account."""

    def make(call, at=AT):
        CredentialFactory(customer=call.customer)
        result = authenticating.try_password(call, said="blue kite 42", by=call.by, at=at).result
        assert result == "passed"
        return call

    return make
