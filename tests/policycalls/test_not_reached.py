"""A call that told the customer nothing: when they are called again, and when it is given up."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from accounts import calls
from accounts.errors import Refused
from config import roles
from notices import telephone_tasks
from notices.models import PolicyBinding, TelephoneAttempt
from tests.policycalls.conftest import AT

pytestmark = pytest.mark.django_db
UTAH = ZoneInfo("America/Denver")


@pytest.fixture
def say(task, rep, next_call):
    """``say("no_answer")`` takes the task, records that, ends the call; the task as it is then."""

    def record(outcome, *, at=AT, place=None, **kwargs):
        call = next_call(at)
        telephone_tasks.not_reached(
            task, call=call, outcome=outcome, place=place or task.customer.services.get(),
            at=at, on=at.date(), by=rep, **kwargs,
        )  # fmt: skip
        calls.end(call, outcome="not_reached", by=rep, at=at)
        task.refresh_from_db()
        return task

    return record


@pytest.mark.parametrize("outcome", ["no_answer", "no_message"])
def test_nobody_there_is_called_again_at_another_time_of_day(say, outcome):
    task = say(outcome)
    assert task.next_try_at == datetime(2026, 11, 23, 17, 30, tzinfo=UTAH)
    assert (task.state, task.attempts, task.claimed_by) == ("open", 1, None)


def test_a_line_that_was_cut_off_is_called_again_soon(say):
    assert say("cut_off").next_try_at == AT + timedelta(minutes=10)


def test_a_time_that_they_asked_for_is_kept(say):
    night = datetime(2026, 11, 29, 21, tzinfo=UTAH)  # a Sunday
    task = say("later", again_at=night)
    assert (task.next_try_at, task.by_appointment) == (night, True)
    assert TelephoneAttempt.objects.get().again_at == night


@pytest.mark.parametrize("again_at", [None, AT, AT + timedelta(days=61)])
def test_a_time_that_is_none_is_refused_and_nothing_recorded(say, task, again_at):
    with pytest.raises(Refused, match="when to call again"):
        say("later", again_at=again_at)
    task.refresh_from_db()
    assert (task.attempts, TelephoneAttempt.objects.count()) == (0, 0)


def test_after_a_wrong_number_nobody_calls_it_again(say, next_call):
    task = say("wrong_number")
    assert task.state == "open"
    assert next_call(AT + timedelta(hours=1)) is None


def test_after_six_tries_it_is_given_up_and_the_customer_stays_where_they_are(say, next_call):
    at = AT
    for _ in range(6):
        task = say("no_answer", at=at)
        at = task.next_try_at
    assert (task.state, task.answer, task.attempts) == ("given_up", "", 6)
    assert not PolicyBinding.objects.exists()
    assert next_call(at + timedelta(days=1)) is None


def test_who_names_a_time_is_not_given_up(say):
    at = AT
    for _ in range(5):
        at = say("no_answer", at=at).next_try_at
    assert say("later", at=at, again_at=at + timedelta(days=1)).state == "open"


def test_a_call_that_is_not_for_it_any_more_changes_nothing(task, rep, staff, next_call):
    old = next_call()
    late = AT + telephone_tasks.LEASE
    next_call(late, by=staff(roles.REPRESENTATIVE))
    with pytest.raises(Refused, match="not for it any more"):
        telephone_tasks.not_reached(
            task, call=old, outcome="no_answer", place=None, at=late, on=late.date(), by=rep
        )
