"""Passwords and back-ups are set with the customer, told to them, and never seen again."""

from datetime import timedelta

import pytest

from accounts import credentials
from accounts.errors import Refused
from accounts.models import AccountChange, Credential
from accounts.permissions import NotAllowed
from config import roles
from tests.calls.conftest import AT, ON
from tests.factories.accounts import (
    AuthorisedUserFactory,
    CallFactory,
    CredentialFactory,
    CustomerFactory,
    UserFactory,
)

QUESTION = "What was your first pet called?"


def set_password(customer, by, new="violet tractor", at=AT):
    return credentials.set_password(
        customer, new=new, by=by, at=at, on=ON, route="call", because="Asked for it"
    )


def set_backup(customer, by, question=QUESTION, answer="Señor Whiskers"):
    return credentials.set_backup(
        customer, question=question, answer=answer, by=by, at=AT, on=ON, route="call",
        because="Asked for it",
    )  # fmt: skip


@pytest.fixture
def authenticated(call, say):
    """A call in which the holder has said the password."""
    CredentialFactory(customer=call.customer)
    assert say(call) == "passed"
    return call


def test_a_new_password_ends_the_old_one_and_only_it_is_right_then(authenticated, say):
    new = set_password(authenticated.customer, authenticated.by)
    assert say(authenticated, "violet tractor") == "passed"
    assert say(authenticated, "blue kite 42") == "failed"
    old = Credential.objects.exclude(pk=new.pk).get()
    assert (old.until, new.since, new.until) == (AT, AT, None)
    assert new.history.get().history_change_reason == "Asked for it"


def test_the_customer_is_told_of_it_where_they_were(authenticated):
    set_password(authenticated.customer, authenticated.by)
    set_backup(authenticated.customer, authenticated.by)
    found = AccountChange.objects.order_by("pk")
    assert [change.kind for change in found] == ["password", "backup"]
    assert {change.by for change in found} == {authenticated.by}


def test_the_same_password_again_changes_nothing(authenticated):
    first = set_password(authenticated.customer, authenticated.by)
    later = AT + timedelta(minutes=1)
    assert set_password(authenticated.customer, authenticated.by, "Violet Tractor", later) == first
    assert AccountChange.objects.count() == 1


def test_a_back_up_is_a_question_of_their_own(authenticated):
    backup = set_backup(authenticated.customer, authenticated.by, f"  {QUESTION} ")
    assert Credential.objects.get(pk=backup.pk).question == QUESTION
    assert credentials.matches(authenticated.customer, "backup", "senor whiskers") is True
    assert credentials.current(authenticated.customer, "backup") == backup


def test_only_a_hash_is_kept_and_it_is_sealed(authenticated):
    password = set_password(authenticated.customer, authenticated.by)
    stored = Credential.objects.filter(pk=password.pk).values_list("hash", flat=True).get()
    assert b"argon2" not in bytes(stored)
    assert Credential.objects.get(pk=password.pk).hash.startswith("argon2")
    assert not {"hash", "question"} & {f.name for f in Credential.history.model._meta.fields}


def test_nobody_sets_one_without_a_call_in_which_the_caller_may_change_the_account(
    call, rep, staff
):
    for by in (staff(roles.OFFICER), staff(roles.SUPERVISOR), UserFactory(is_superuser=True), None):
        with pytest.raises(Refused, match="only in a call with the customer"):
            set_password(call.customer, by)
    with pytest.raises(Refused, match="authenticate the caller first"):
        set_password(call.customer, rep)
    with pytest.raises(Refused, match="only in a call with the customer"):
        set_password(CustomerFactory(), rep)
    assert not Credential.objects.exists()


def test_who_may_only_ask_sets_none(rep, say):
    user = AuthorisedUserFactory(authority="ask")
    call = CallFactory(by=rep, customer=user.customer, caller="authorised", authorised_user=user)
    CredentialFactory(customer=call.customer)
    say(call)
    with pytest.raises(Refused, match="They may change nothing"):
        set_password(call.customer, rep)


def test_at_the_start_of_service_the_first_is_set_without_a_call_but_no_second(staff, rep):
    customer = CustomerFactory(active_since=ON)
    with pytest.raises(NotAllowed):
        set_password(customer, staff(roles.AUDITOR))
    set_password(customer, rep)
    assert AccountChange.objects.get().at_start
    with pytest.raises(Refused, match="only in a call with the customer"):
        set_password(customer, rep, "another thing")


def test_what_is_refused_changes_nothing_and_says_nothing_of_it(authenticated):
    with pytest.raises(Refused) as refused:
        set_password(authenticated.customer, authenticated.by, "password1")
    assert "password1" not in str(refused.value)
    assert Credential.objects.get().until is None
    assert not AccountChange.objects.exists()
