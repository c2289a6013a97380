"""Calls, what was proved in them, and authority that ended are kept their time, and no longer."""

from datetime import UTC, date, datetime

import pytest

from accounts.models import (
    AccountChange,
    AuthenticationTry,
    AuthorisedUser,
    Call,
    Credential,
    LockRelease,
)
from cpni import purging
from notices.models import Telling
from tests.factories.accounts import (
    AuthorisedUserFactory,
    CallFactory,
    CredentialFactory,
    CustomerFactory,
    UserFactory,
)
from tests.factories.cpni import LegalHoldFactory

pytestmark = [pytest.mark.django_db]
LONG_AGO, LATELY = datetime(2026, 11, 23, 18, tzinfo=UTC), datetime(2032, 3, 1, 18, tzinfo=UTC)


def call(at=LONG_AGO, **kwargs):
    made = CallFactory(started_at=at, ended_at=at, outcome="done", **kwargs)
    AuthenticationTry.objects.create(
        call=made, customer=made.customer, by=made.by, at=at, method="password", result="passed"
    )
    return made


def purge(today):
    purging.purge(as_of=today, today=today, by=None, because="Yearly")


def test_old_calls_go_with_their_tries_and_later_and_open_ones_stay(today):
    call()
    kept = {call(LATELY), CallFactory(started_at=LONG_AGO)}
    LockRelease.objects.create(
        customer=CustomerFactory(), by=UserFactory(), at=LONG_AGO, because=""
    )
    purge(today)
    assert set(Call.objects.all()) == kept
    assert AuthenticationTry.objects.count() == 1
    assert not LockRelease.objects.exists()


def test_a_call_stays_while_a_change_made_in_it_does(today):
    made = call()
    AccountChange.objects.create(
        customer=made.customer, kind="password", at=LATELY, on=LATELY.date(), route="call",
        call=made,
    )  # fmt: skip
    purge(today)
    assert Call.objects.get() == made


def test_that_somebody_told_a_customer_of_a_change_goes_with_the_change(today):
    told = []
    for at in (LONG_AGO, LATELY):
        change = AccountChange.objects.create(
            customer=CustomerFactory(), kind="password", at=at, on=at.date(), route="call"
        )
        telling = Telling(change=change, how="person", on=at.date(), by=UserFactory(), at=at)
        telling.save()
        told.append(telling)
    purge(today)
    assert Telling.objects.get() == told[1]


def test_what_is_held_stays(today):
    made = call()
    LegalHoldFactory(scope="customer", customer=made.customer)
    purge(today)
    assert AuthenticationTry.objects.get().call == made


def test_what_ended_goes_and_what_holds_has_no_age(today):
    CredentialFactory(until=LONG_AGO)
    password = CredentialFactory()
    AuthorisedUserFactory(until=date(2026, 11, 23))
    user = AuthorisedUserFactory()
    purge(today)
    assert Credential.objects.get() == password
    assert AuthorisedUser.objects.get() == user


def test_an_authorised_user_stays_while_a_call_of_theirs_does(today):
    user = AuthorisedUserFactory(until=date(2026, 11, 23))
    call(LATELY, customer=user.customer, caller="authorised", authorised_user=user)
    purge(today)
    assert AuthorisedUser.objects.get() == user
