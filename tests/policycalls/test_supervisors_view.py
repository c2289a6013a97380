"""The supervisor's view: how calls went, by representative, and the lists behind the numbers."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from accounts import looks
from accounts.models import Look, UnusualLook
from config import roles
from tests.factories.accounts import AuthenticationTryFactory, CallFactory, CustomerFactory
from tests.factories.cpni import ComplaintFactory, OptOutRequestFactory
from tests.policycalls.conftest import AT, ON

pytestmark = pytest.mark.django_db
VIEW = "/desk/supervisor/"


@pytest.fixture
def supervisor(client_of):
    """A supervisor's browser."""
    return client_of(roles.SUPERVISOR)


def figures(answer):
    """By person: what is not nothing, by its heading."""
    context = answer.context
    headings = [column.heading for column in (*context["columns"], *context["closer"])]
    return {
        one.user: {h: figure for h, figure in zip(headings, (*calls, *closer), strict=True)
                   if figure[0]}
        for one, calls, closer, _ in context["people"]
    }  # fmt: skip


@pytest.fixture
def busy(rep):
    """A day of a representative: one of everything."""
    ended = CallFactory(
        by=rep, started_at=AT, ended_at=AT + timedelta(minutes=4, seconds=30), outcome="follow_up"
    )
    AuthenticationTryFactory(call=CallFactory(by=rep, started_at=AT))
    AuthenticationTryFactory(call=ended, result="locked")
    looks.record(by=rep, at=AT, what=Look.What.OPENED, screen="x", customers=[CustomerFactory().pk])
    UnusualLook.objects.create(person=rep, day=ON, rule="many", count=9, limit=1, says="9")
    OptOutRequestFactory(entered_by=rep, received_on=ON)
    OptOutRequestFactory(entered_by=rep, received_on=ON, opt_in=True)
    ComplaintFactory(entered_by=rep, received_on=ON)
    return rep


def test_it_counts_calls_tries_looks_and_choices_of_each_representative(busy, supervisor):
    found = {h: figure[0] for h, figure in figures(supervisor.get(VIEW))[busy].items()}
    assert found == {
        "Calls": 2, "Open now": 1, "To be followed up": 1, "Wrong tries": 1, "Locked": 1,
        "Customers opened without a call": 1, "Unusual looks": 1, "Opt-outs": 1, "Opt-ins": 1,
        "Complaints": 1,
    }  # fmt: skip
    assert supervisor.get(VIEW).context["people"][0][0].minutes == "4:30"


def test_every_number_opens_a_list_with_as_many_rows(busy, supervisor):
    CallFactory(started_at=AT)
    OptOutRequestFactory(received_on=ON)
    for heading, (number, address) in figures(supervisor.get(VIEW))[busy].items():
        answer = supervisor.get(address, follow=True)
        assert (heading, answer.context["cl"].result_count) == (heading, number)


def test_of_a_day_or_of_seven(busy, client_of, clock):
    clock.move_to(AT + timedelta(days=6))
    supervisor = client_of(roles.SUPERVISOR)
    assert figures(supervisor.get(VIEW)) == {}
    assert busy in figures(supervisor.get(VIEW, {"days": "7"}))
    assert busy in figures(supervisor.get(VIEW, {"day": "2026-11-23"}))
    assert figures(supervisor.get(VIEW, {"day": "nonsense"})) == {}


def test_a_lock_leads_to_its_release_for_whoever_may(busy, supervisor, client_of):
    answer = supervisor.get(VIEW)
    (_, _, _, release), *_ = answer.context["people"]
    assert supervisor.get(release).status_code == 200
    locked = [row for row in answer.context["tried"] if row["locked"][0]]
    assert supervisor.get(locked[0]["release"]).status_code == 200
    assert "Release the lock" not in client_of(roles.AUDITOR).get(VIEW).text


def test_customers_with_wrong_tries_lead_to_the_tries(busy, supervisor):
    for row in supervisor.get(VIEW).context["tried"]:
        for number, address in (row["failed"], row["locked"]):
            assert supervisor.get(address).context["cl"].result_count == number
            assert escape(row["customer"].name) in supervisor.get(VIEW).text


def test_a_supervisor_sees_representatives_and_the_officer_everyone(busy, staff, client_of):
    other = staff(roles.SUPERVISOR)
    CallFactory(by=other, started_at=AT)
    assert other not in figures(client_of(roles.SUPERVISOR).get(VIEW))
    assert other in figures(client_of(roles.OFFICER).get(VIEW))


def test_it_costs_the_same_with_many_people(busy, supervisor, staff):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            supervisor.get(VIEW)
        return len(queries)

    cost()
    few = cost()
    for _ in range(4):
        AuthenticationTryFactory(call=CallFactory(by=staff(roles.REPRESENTATIVE), started_at=AT))
    assert cost() == few <= 26
