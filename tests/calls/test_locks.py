"""Wrong tries are limited, per customer and per representative, and lock what the caller knows."""

from datetime import timedelta

import pytest

from accounts import authenticating
from accounts.errors import Refused
from accounts.models import AuthenticationTry, LockRelease
from accounts.permissions import NotAllowed
from config import roles
from tests.calls.conftest import AT
from tests.factories.accounts import CallFactory, CredentialFactory, CustomerFactory

HOUR = timedelta(hours=1)


@pytest.fixture
def wrong(staff):
    """``wrong(customer, 3)``: so many wrong tries, recorded as they would be."""

    def fill(customer, number, *, call=None, by=None, at=AT, method="password"):
        call = call or CallFactory(customer=customer, by=by or staff(roles.REPRESENTATIVE))
        for _ in range(number):
            AuthenticationTry.objects.create(
                call=call, customer=customer, by=call.by, at=at, method=method, result="failed"
            )
        return call

    return fill


def test_the_fifth_wrong_try_locks_and_the_right_password_is_not_compared(call, say, standing):
    CredentialFactory(customer=call.customer)
    left = []
    for _ in range(5):
        left.append(standing(call).tries_left)
        assert say(call, "wrong") == "failed"
    assert left == [5, 4, 3, 2, 1]
    assert say(call) == "locked"
    assert standing(call).tries_left == 0
    assert standing(call).locked_until == AT + 24 * HOUR


def test_all_that_a_caller_knows_counts_together(call, wrong, say):
    for method, number in (("password", 2), ("backup", 2), ("code", 1)):
        wrong(call.customer, number, method=method)
    assert say(call) == "locked"
    assert authenticating.try_backup(call, said="x", by=call.by, at=AT).result == "locked"
    assert authenticating.try_code(call, said="1", by=call.by, at=AT).result == "locked"
    with pytest.raises(Refused, match="no code is taken until 11:00 AM"):
        authenticating.send_code(
            call, service=call.customer.services.get(), by=call.by, at=AT, on=AT.date()
        )


def test_a_lock_of_the_customer_holds_for_every_representative(call, wrong, say, staff):
    CredentialFactory(customer=call.customer)
    wrong(call.customer, 5)
    assert say(CallFactory(customer=call.customer, by=staff(roles.SUPERVISOR))) == "locked"


def test_the_lock_ends_a_day_after_the_last_wrong_try(call, wrong, say):
    CredentialFactory(customer=call.customer)
    wrong(call.customer, 5)
    assert say(call, at=AT + 24 * HOUR - timedelta(seconds=1)) == "locked"
    assert say(call, at=AT + 24 * HOUR) == "passed"


def test_tries_while_it_is_locked_do_not_make_it_longer(call, wrong, say):
    CredentialFactory(customer=call.customer)
    wrong(call.customer, 5)
    assert say(call, "wrong", at=AT + 23 * HOUR) == "locked"
    assert say(call, at=AT + 24 * HOUR) == "passed"


def test_wrong_tries_of_days_apart_do_not_lock(call, wrong, say):
    CredentialFactory(customer=call.customer)
    wrong(call.customer, 4, at=AT - 24 * HOUR)
    wrong(call.customer, 4)
    assert say(call) == "passed"


def test_call_back_remains_while_it_is_locked(call, wrong, standing):
    wrong(call.customer, 5)
    service = call.customer.services.get()
    authenticating.called_back(call, service=service, answered=True, by=call.by, at=AT)
    assert standing(call).may_change


def test_the_right_answer_makes_good_the_wrong_ones_of_that_call_only(call, wrong, say, standing):
    CredentialFactory(customer=call.customer)
    wrong(call.customer, 2)
    for _ in range(2):
        say(call, "wrong")
    assert standing(call).tries_left == 1
    say(call)
    assert standing(call).tries_left == 3


def test_what_a_representative_vouches_for_makes_nothing_good(call, say, standing):
    CredentialFactory(customer=call.customer)
    say(call, "wrong")
    service = call.customer.services.get()
    authenticating.called_back(call, service=service, answered=True, by=call.by, at=AT)
    assert standing(call).tries_left == 4


def test_ten_wrong_tries_over_many_customers_lock_the_representative_for_an_hour(
    call, wrong, say, rep, staff
):
    CredentialFactory(customer=call.customer)
    for _ in range(10):
        customer = CustomerFactory()
        wrong(customer, 1, call=CallFactory(customer=customer, by=rep, ended=True))
    assert say(call) == "locked"
    assert say(CallFactory(customer=call.customer, by=staff(roles.SUPERVISOR))) == "passed"
    assert say(call, at=AT + HOUR) == "passed"


def test_a_right_answer_does_not_clear_the_representative(call, wrong, say, rep):
    CredentialFactory(customer=call.customer)
    for _ in range(9):
        customer = CustomerFactory()
        wrong(customer, 1, call=CallFactory(customer=customer, by=rep, ended=True))
    assert say(call) == "passed"
    assert say(call, "wrong") == "failed"
    assert say(call) == "locked"


# --- A supervisor lets tries go on ---------------------------------------------------------------


def release(by, because="Called from the hospital", **whose):
    return authenticating.release(**whose, by=by, at=AT + HOUR / 2, because=because)


def test_a_supervisor_releases_a_lock_with_a_reason_and_authenticates_nobody(
    call, wrong, say, staff, standing
):
    CredentialFactory(customer=call.customer)
    wrong(call.customer, 5)
    supervisor = staff(roles.SUPERVISOR)
    assert release(supervisor, customer=call.customer) is True
    assert release(supervisor, customer=call.customer) is False
    row = LockRelease.objects.get()
    assert (row.by, row.because) == (supervisor, "Called from the hospital")
    assert not standing(call, at=AT + HOUR).account
    assert standing(call, at=AT + HOUR).tries_left == 5
    assert say(call, at=AT + HOUR) == "passed"


def test_the_lock_of_a_representative_is_released_by_another(wrong, staff):
    first, second = staff(roles.SUPERVISOR), staff(roles.SUPERVISOR)
    customer = CustomerFactory()
    wrong(customer, 10, by=first)
    with pytest.raises(Refused, match="Ask another supervisor"):
        release(first, representative=first)
    with pytest.raises(Refused, match="Ask another supervisor"):
        release(first, customer=customer)
    assert release(second, representative=first) is True


def test_a_release_needs_a_reason_and_the_role(call, wrong, staff, rep):
    wrong(call.customer, 5)
    with pytest.raises(Refused, match="needs a reason"):
        release(staff(roles.SUPERVISOR), because=" ", customer=call.customer)
    for by in (rep, staff(roles.OFFICER), staff(roles.AUDITOR)):
        with pytest.raises(NotAllowed):
            release(by, customer=call.customer)
