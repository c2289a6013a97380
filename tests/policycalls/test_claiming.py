"""Taking the next customer: one representative at a time, at a sensible hour, at a known number."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from accounts import calls
from accounts.errors import Refused
from accounts.models import ContactPoint
from config import roles
from notices.models import TelephoneAttempt, TelephoneTask
from notices.telephone_tasks import LEASE, places, wrong_numbers
from tests.factories.accounts import CallFactory, CustomerFactory
from tests.factories.notices import TelephoneTaskFactory
from tests.policycalls.conftest import AT, ON

pytestmark = pytest.mark.django_db


def test_it_starts_an_outbound_call_and_the_task_is_theirs(task, rep, next_call):
    call = next_call()
    task.refresh_from_db()
    assert (call.customer, call.direction, call.by) == (task.customer, "outbound", rep)
    assert (task.claimed_by, task.claimed_until, task.call) == (rep, AT + LEASE, call)


def test_the_same_form_again_is_the_same_call(task, next_call):
    TelephoneTaskFactory()
    token = uuid4()
    assert next_call(token=token) == next_call(token=token)
    assert TelephoneTask.objects.filter(claimed_by=None).count() == 1


def test_two_representatives_get_different_customers_and_the_third_none(task, staff, next_call):
    other = TelephoneTaskFactory()
    got = [next_call(by=staff(roles.REPRESENTATIVE)) for _ in range(3)]
    assert [call and call.customer for call in got] == [task.customer, other.customer, None]


def test_who_is_in_a_call_takes_none(task, rep, next_call):
    CallFactory(by=rep)
    with pytest.raises(Refused, match="You are in a call"):
        next_call()
    task.refresh_from_db()
    assert task.claimed_by is None


@pytest.mark.parametrize(
    ("ends", "later"), [(True, timedelta(minutes=1)), (False, LEASE)], ids=["call", "lease"]
)
def test_it_is_free_again_when_the_call_has_ended_or_the_lease_has(
    task, rep, staff, next_call, ends, later
):
    call = next_call()
    other = staff(roles.REPRESENTATIVE)
    assert next_call(AT + timedelta(minutes=1), by=other) is None
    if ends:
        calls.end(call, outcome="dropped", by=rep, at=AT)
    assert next_call(AT + later, by=other).customer == task.customer


def test_nobody_is_called_at_night_or_where_it_is_night(task, next_call):
    assert next_call(AT + timedelta(hours=12)) is None
    TelephoneTask.objects.update(zones="Pacific/Honolulu America/Denver")
    ContactPoint.objects.update(state="HI")
    assert next_call() is None  # eight in the morning in Hawaii


def test_who_has_moved_since_is_called_when_it_is_day_there(task, next_call):
    ContactPoint.objects.update(state="HI")
    assert next_call() is None
    task.refresh_from_db()
    assert (task.zones, task.claimed_by) == ("America/Denver Pacific/Honolulu", None)
    assert task.next_try_at == datetime(2026, 11, 23, 19, tzinfo=UTC)  # nine there


def test_an_appointment_comes_first_and_holds_at_any_hour(task, next_call):
    night = AT + timedelta(hours=10)
    asked = TelephoneTaskFactory(by_appointment=True, next_try_at=night)
    assert next_call(night).customer == asked.customer


def test_a_number_of_record_comes_before_a_contact_number_and_a_wrong_one_never_again(
    task, customer, rep
):
    service = customer.services.get()
    contact = ContactPoint.objects.create(
        customer=customer, kind="telephone", value="+18015559999", since=date(2020, 1, 6)
    )
    assert places(customer, on=ON) == [service, contact]
    TelephoneAttempt.objects.create(
        task=task, customer=customer, call=CallFactory(ended=True, customer=customer), by=rep,
        at=AT, outcome="wrong_number", service=service,
    )  # fmt: skip
    assert wrong_numbers(customer) == {service.telephone_number}
    assert places(customer, on=ON, wrong=wrong_numbers(customer)) == [contact]


def test_whom_no_number_is_left_of_is_not_called(next_call):
    TelephoneTaskFactory(customer=CustomerFactory(service=False))
    assert next_call() is None
