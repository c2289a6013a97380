"""A caller says the account's password; each try leaves its result and nothing of what was said."""

import uuid

import pytest
from django.db import connection

from accounts import authenticating, credentials
from accounts.errors import Refused
from accounts.models import AuthenticationTry, Credential
from config import roles
from tests.calls.conftest import AT
from tests.factories.accounts import CallFactory, CredentialFactory


@pytest.mark.parametrize("said", ["blue kite 42", "Blue-Kite 42", "BLUEKITE42", " blúe  kite, 42"])
def test_a_password_is_right_as_it_is_spoken(call, say, said):
    CredentialFactory(customer=call.customer)
    assert say(call, said) == "passed"


@pytest.mark.parametrize("said", ["blue kite 43", "", "blue kite", "x" * 100_000])
def test_another_is_wrong(call, say, said):
    CredentialFactory(customer=call.customer)
    assert say(call, said) == "failed"


def test_where_none_is_set_the_caller_is_not_told_wrong_from_right(call, say):
    assert say(call) == "not_set"


def test_the_password_of_another_account_or_an_earlier_one_is_wrong(call, say):
    CredentialFactory()
    CredentialFactory(customer=call.customer, said="green boat 7", until=AT)
    CredentialFactory(customer=call.customer, said="red barn 11")
    assert say(call) == "failed"
    assert say(call, "green boat 7") == "failed"
    assert say(call, "red barn 11") == "passed"


def test_unset_takes_as_long_as_wrong(call, say, monkeypatch):
    """One Argon2 either way."""
    hashed = []
    monkeypatch.setattr(credentials, "make_password", lambda text: hashed.append(text))
    monkeypatch.setattr(credentials, "check_password", lambda text, _: hashed.append(text))
    say(call)
    CredentialFactory(customer=call.customer)
    say(call)
    assert hashed == ["bluekite42"] * 2


def test_the_answer_to_the_back_up_question_is_compared_like_it(call):
    CredentialFactory(customer=call.customer, kind="backup", said="Señor Whiskers")
    for said, result in (("senor whiskers", "passed"), ("rex", "failed")):
        assert authenticating.try_backup(call, said=said, by=call.by, at=AT).result == result


def test_the_form_that_is_sent_twice_is_one_try(call, say):
    CredentialFactory(customer=call.customer)
    token = uuid.uuid4()
    assert [say(call, "wrong", token=token) for _ in range(3)] == ["failed"] * 3
    assert AuthenticationTry.objects.count() == 1


def test_a_try_says_who_when_and_for_whom_and_not_what_was_said(call, say):
    CredentialFactory(customer=call.customer, said="zebra crossing 8")
    say(call, "zebra crossing 9")
    attempt = AuthenticationTry.objects.get()
    assert (attempt.call, attempt.customer) == (call, call.customer)
    assert (attempt.by, attempt.at, attempt.method) == (call.by, AT, "password")
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608
            assert b"zebra" not in b"".join(
                bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode()
                for row in cursor.fetchall()
                for v in row
            ), table
    assert "zebra" not in f"{attempt!r} {Credential.objects.get()!r}"


def test_only_the_call_s_own_representative_tries_and_only_while_it_lasts(call, say, staff):
    other = staff(roles.SUPERVISOR)
    with pytest.raises(Refused, match="another representative’s call"):
        authenticating.try_password(call, said="x", by=other, at=AT)
    with pytest.raises(Refused, match="The call has ended"):
        say(CallFactory(ended=True))
    assert not AuthenticationTry.objects.exists()


def test_in_a_store_the_rule_asks_for_photo_id(say):
    with pytest.raises(Refused, match=r"photo ID \(64.2010\(d\)\)"):
        say(CallFactory(store=True))


def test_that_a_caller_declined_is_recorded(call, standing):
    attempt = authenticating.declined(call, method="password", by=call.by, at=AT)
    assert str(attempt) == "Password: the caller declined"
    assert standing(call).tries_left == 5
