"""May I discuss call detail with this caller now; if not, what may I do instead? (64.2010)"""

from datetime import date, timedelta

import pytest

from accounts import authenticating, calls
from accounts.errors import Refused
from accounts.models import AuthenticationTry
from cpni.merging import merge
from tests.calls.conftest import AT, ON
from tests.factories.accounts import (
    AuthorisedUserFactory,
    CallFactory,
    CredentialFactory,
    CustomerFactory,
)


def answers(found):
    return (found.account, found.call_detail, found.may_change)


def test_before_the_caller_is_authenticated_nothing_is_discussed_and_offers_are_masked(
    call, standing
):
    found = standing(call)
    number = call.customer.services.get().telephone_number
    assert answers(found) == (False, False, False)
    assert found.sentence == ("Discuss nothing of this account yet: authenticate the caller first.")
    assert found.section == "64.2010(b)"
    assert found.instead == (
        "If the caller names a call and its details unaided, discuss just that call.",
        f"Hang up and call back the number of record, …{number[-4:]}.",
        "Send what they ask for, or a code, to the postal address, Midvale, UT.",
        "They may visit a store with a valid photo ID.",
        "No password is set. Set one up once they are authenticated.",
        "An opt-out and general information need no authentication.",
    )


def test_the_holder_who_says_the_password_discusses_and_changes_everything(call, say, standing):
    CredentialFactory(customer=call.customer)
    say(call)
    found = standing(call)
    assert answers(found) == (True, True, True)
    assert found.section == "64.2010(b)"
    assert found.passed == AuthenticationTry.objects.get()
    assert found.instead == ()


@pytest.mark.parametrize(
    ("authority", "may", "words"),
    [
        ("full", (True, True, True), "change the account"),
        ("ask", (True, True, False), "They may change nothing"),
        ("billing", (True, False, False), "No call detail, and no changes"),
    ],
)
def test_an_authorised_user_gets_what_their_authority_gives(
    rep, say, standing, authority, may, words
):
    user = AuthorisedUserFactory(authority=authority)
    call = CallFactory(by=rep, customer=user.customer, caller="authorised", authorised_user=user)
    assert answers(standing(call)) == (False, False, False)
    CredentialFactory(customer=call.customer)
    say(call)
    assert answers(standing(call)) == may
    assert words in standing(call).sentence


@pytest.mark.parametrize(
    ("until", "passes"), [(None, True), (date(2026, 11, 24), True), (ON, False)]
)
def test_on_the_day_on_which_authority_ended_it_holds_no_more(rep, say, standing, until, passes):
    user = AuthorisedUserFactory(until=until)
    call = CallFactory(by=rep, customer=user.customer, caller="authorised", authorised_user=user)
    CredentialFactory(customer=call.customer)
    if passes:
        assert say(call) == "passed"
        return
    with pytest.raises(Refused, match="authority does not hold today"):
        say(call)
    assert "authority does not hold today" in standing(call).sentence


def test_authority_that_ends_in_the_call_ends_what_may_be_discussed(rep, say, standing):
    user = AuthorisedUserFactory()
    call = CallFactory(by=rep, customer=user.customer, caller="authorised", authorised_user=user)
    CredentialFactory(customer=call.customer)
    say(call)
    user.until = ON
    user.save()
    assert answers(standing(call)) == (False, False, False)


def test_someone_else_hears_nothing_whatever_they_know(rep, say, standing):
    call = CallFactory(by=rep, caller="other")
    CredentialFactory(customer=call.customer)
    with pytest.raises(Refused, match="neither the account holder nor an authorised user"):
        say(call)
    found = standing(call)
    assert answers(found) == (False, False, False)
    assert found.section == "64.2010(a)"
    assert found.instead[-1] == "An opt-out and general information need no authentication."


def test_in_a_store_photo_id_is_asked_for(standing):
    found = standing(CallFactory(store=True))
    assert found.section == "64.2010(d)"
    assert found.instead[0].startswith("Look at a valid photo ID")
    assert not any("code" in offer or "call back" in offer for offer in found.instead)


def test_what_was_passed_in_one_call_does_not_count_in_the_next(call, say, standing):
    CredentialFactory(customer=call.customer)
    say(call)
    calls.end(call, outcome="done", by=call.by, at=AT)
    assert standing(call).sentence == "The call has ended: discuss nothing more."
    following = CallFactory(by=call.by, customer=call.customer)
    assert answers(standing(following)) == (False, False, False)


def test_a_call_that_was_left_open_is_authenticated_anew(call, say, standing):
    CredentialFactory(customer=call.customer)
    say(call)
    assert standing(call, at=AT + timedelta(hours=3, minutes=59)).account
    found = standing(call, at=AT + timedelta(hours=4))
    assert answers(found) == (False, False, False)
    assert "authenticated over 4 hours ago" in found.sentence


def test_an_account_that_is_merged_during_the_call_is_discussed_no_more(call, say, standing):
    survivor = CustomerFactory()
    CredentialFactory(customer=call.customer)
    say(call)
    merge(call.customer, survivor, on=ON, at=AT, by=None, because="Same person")
    found = standing(call)
    assert answers(found) == (False, False, False)
    assert found.instead[0] == f"Use account {survivor.account_number}."


def test_the_password_of_a_merged_account_opens_the_other_one_no_more_than_before(call, say):
    """Passwords and authority stay with the account for which they were given."""
    duplicate = CustomerFactory()
    CredentialFactory(customer=duplicate)
    merge(duplicate, call.customer, on=ON, at=AT, by=None, because="Same person")
    assert say(call) == "not_set"


def test_whoever_passes_one_way_and_fails_another_is_authenticated(call, standing):
    service = call.customer.services.get()
    CredentialFactory(customer=call.customer)
    authenticating.called_back(call, service=service, answered=True, by=call.by, at=AT)
    authenticating.try_password(call, said="wrong", by=call.by, at=AT)
    assert answers(standing(call)) == (True, True, True)
    assert standing(call).tries_left == 4
