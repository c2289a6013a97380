"""A change is refused when the caller may not make it any more, however late that is found out."""

import pytest

from accounts import authenticating, authorised_users, calls
from accounts.caller_standing import HOLDS
from tests.desk.conftest import AT
from tests.factories.accounts import AuthorisedUserFactory, CallFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def theirs(rep, customer):
    """A call of an authorised user who may change everything, and has said the password."""
    user = AuthorisedUserFactory(customer=customer, authority="full")
    call = CallFactory(by=rep, customer=customer, caller="authorised", authorised_user=user)
    authenticating.try_password(call, said="blue kite 42", by=rep, at=AT)
    return call


def test_they_may_change_the_name(theirs, edit, customer):
    edit(theirs, "name", name="Anne Example")
    customer.refresh_from_db()
    assert customer.name == "Anne Example"


def test_not_when_their_authority_ends_between_the_question_and_the_lock(
    theirs, edit, customer, monkeypatch
):
    lock = calls.lock

    def ended_first(call, *, by):
        """Somebody else ends it and commits, just before this form gets the lock."""
        user = call.authorised_user
        authorised_users.end(user, on=AT.date(), at=AT, by=None, because="Asked for by the holder")
        return lock(call, by=by)

    monkeypatch.setattr(calls, "lock", ended_first)
    answer = edit(theirs, "name", name="Anne Example")
    customer.refresh_from_db()
    assert customer.name == "Ann Example"
    assert "authority does not hold today" in answer.content.decode()


def test_not_in_the_fifth_hour_after_they_were_authenticated(theirs, edit, customer, clock):
    clock.shift(HOLDS)
    edit(theirs, "name", seen="", name="Anne Example")
    customer.refresh_from_db()
    assert customer.name == "Ann Example"
