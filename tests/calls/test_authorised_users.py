"""Who may speak for an account: named by its holder, in a call or on paper."""

import pytest

from accounts import authorised_users
from accounts.errors import Refused
from accounts.models import AuthorisedUser
from accounts.permissions import NotAllowed
from config import roles
from tests.calls.conftest import AT, ON
from tests.factories.accounts import AuthorisedUserFactory, CallFactory, CredentialFactory


def add(customer, by, name="Nell Example", authority="ask"):
    return authorised_users.add(
        customer, name=name, authority=authority, on=ON, at=AT, by=by, because="The holder asked"
    )


def end(user, by):
    return authorised_users.end(user, on=ON, at=AT, by=by, because="Divorced")


@pytest.fixture
def authenticated(call, say):
    CredentialFactory(customer=call.customer)
    assert say(call) == "passed"
    return call


def speak_for(customer):
    return [user for user in AuthorisedUser.objects.filter(customer=customer) if user.current(ON)]


def test_the_holder_names_someone_and_takes_it_back(authenticated):
    customer, by = authenticated.customer, authenticated.by
    user = add(customer, by)
    assert speak_for(customer) == [user]
    assert add(customer, by, " nell  EXAMPLE ") == user
    assert end(user, by) is True
    assert end(user, by) is False
    assert speak_for(customer) == []
    assert user.history.first().history_change_reason == "Divorced"


def test_another_authority_takes_the_place_of_the_one_before(authenticated):
    customer, by = authenticated.customer, authenticated.by
    first = add(customer, by)
    second = add(customer, by, authority="billing")
    assert speak_for(customer) == [second]
    first.refresh_from_db()
    assert first.until == ON


def test_nobody_is_named_before_the_holder_is_authenticated(call):
    user = AuthorisedUserFactory(customer=call.customer)
    for act in (lambda: add(call.customer, call.by), lambda: end(user, call.by)):
        with pytest.raises(Refused, match="authenticate the caller first"):
            act()


def test_an_authorised_user_names_nobody_but_may_end_it(rep, say):
    user = AuthorisedUserFactory(authority="full")
    call = CallFactory(by=rep, customer=user.customer, caller="authorised", authorised_user=user)
    CredentialFactory(customer=call.customer)
    say(call)
    with pytest.raises(Refused, match="Only the account holder gives authority"):
        add(call.customer, rep)
    assert end(user, rep) is True


def test_without_a_call_only_the_officer_enters_what_was_signed(call, rep, staff):
    other = AuthorisedUserFactory().customer
    for by in (rep, staff(roles.SUPERVISOR)):
        with pytest.raises(NotAllowed):
            add(other, by)
    assert add(other, staff(roles.OFFICER))


@pytest.mark.parametrize("wrong", [{"name": " "}, {"name": "A\nB"}, {"authority": "king"}])
def test_what_is_no_authority_is_refused(authenticated, wrong):
    with pytest.raises(Refused):
        add(authenticated.customer, authenticated.by, **wrong)
