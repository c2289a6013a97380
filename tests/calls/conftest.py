"""At the call desk: a frozen clock, a representative, and calls of theirs."""

import pytest

from accounts import authenticating
from tests.calling import AT, ON, clock  # noqa: F401  (a fixture)
from tests.factories.accounts import CallFactory, CredentialFactory


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
