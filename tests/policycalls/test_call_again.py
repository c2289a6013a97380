"""Who was given up is put back on the telephone list by hand, and keeps what was tried."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts import calls
from config import roles
from notices import telephone_tasks
from notices.models import TelephoneAttempt, TelephoneTask
from tests.factories.accounts import CallFactory, CustomerFactory
from tests.factories.notices import TelephoneTaskFactory
from tests.policycalls.conftest import AT

pytestmark = pytest.mark.django_db


@pytest.fixture
def given_up(customer, rep):
    """Six calls reached nobody."""
    task = TelephoneTaskFactory(customer=customer, given_up=True)
    for _ in range(6):
        TelephoneAttempt(
            task=task, customer=customer, call=CallFactory(customer=customer), at=AT, by=rep,
            outcome="no_answer",
        ).save()  # fmt: skip
    return task


def again(client, task, **data):
    address = reverse("admin:notices_telephonetask_call_again", args=[task.pk])
    return client.post(address, {"because": "They wrote that they are home", **data}, follow=True)


def page_of(client, task):
    return client.get(reverse("admin:notices_telephonetask_change", args=[task.pk])).text


@pytest.mark.parametrize("role", [roles.OFFICER, roles.SUPERVISOR])
def test_they_are_called_next_and_their_tries_and_history_are_kept(
    given_up, client_of, role, next_call
):
    client = client_of(role)
    assert next_call() is None
    assert "Call again…" in page_of(client, given_up)
    assert "They are on the telephone list again." in again(client, given_up).text
    given_up.refresh_from_db()
    assert (given_up.state, given_up.closed_at, given_up.attempts) == ("open", None, 6)
    assert given_up.next_try_at == AT
    row = given_up.history.first()
    assert (row.state, row.history_change_reason) == ("open", "They wrote that they are home")
    assert row.history_user.groups.get().name == role
    assert len(telephone_tasks.tried(given_up)) == 6
    assert "Call again…" not in page_of(client, given_up)
    assert next_call().customer == given_up.customer


def test_they_get_as_many_tries_again(given_up, client_of, rep, next_call):
    again(client_of(roles.OFFICER), given_up)
    at, states = AT, []
    for _ in range(6):
        call = next_call(at)
        telephone_tasks.not_reached(
            given_up, call=call, outcome="no_answer", place=None, at=at, on=at.date(), by=rep
        )
        calls.end(call, outcome="not_reached", by=rep, at=at)
        given_up.refresh_from_db()
        states.append(given_up.state)
        at = given_up.next_try_at
    assert states == ["open"] * 5 + ["given_up"]
    assert TelephoneAttempt.objects.count() == 12


def test_the_next_sensible_hour_is_taken(given_up, client_of, clock):
    clock.move_to(AT + timedelta(hours=12))  # eleven at night in Utah
    again(client_of(roles.OFFICER), given_up)
    given_up.refresh_from_db()
    assert given_up.next_try_at == AT + timedelta(hours=22)  # nine the next morning


def test_twice_is_once(given_up, client_of):
    client = client_of(roles.OFFICER)
    again(client, given_up)
    assert "They are on the list already." in again(client, given_up).text
    assert given_up.history.filter(history_type="~").count() == 1


def test_it_asks_for_a_reason_and_for_the_role(given_up, client_of):
    assert "This field is required." in again(client_of(roles.OFFICER), given_up, because="").text
    for role in (roles.REPRESENTATIVE, roles.AUDITOR):
        assert again(client_of(role), given_up).status_code == 403
    assert TelephoneTask.objects.get().state == "given_up"


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"state": "done", "answer": "refused", "answered_on": AT.date()}, "They were told."),
        ({"state": "not_needed"}, "They were taken off the list."),
    ],
)
def test_about_nothing_nobody_is_called(given_up, client_of, values, why):
    TelephoneTask.objects.update(**values)
    assert why in again(client_of(roles.OFFICER), given_up).text
    given_up.refresh_from_db()
    assert given_up.state == values["state"]


def test_without_a_number_nobody_is_called(client_of):
    task = TelephoneTaskFactory(customer=CustomerFactory(service=False), given_up=True)
    assert "No number is left to call." in again(client_of(roles.OFFICER), task).text
    task.refresh_from_db()
    assert task.state == "given_up"
