"""The telephone list at the desk: the page, the next call, and what is said on it."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.fields import telephone_shown
from accounts.models import Call, Look
from config import roles
from cpni.models import ScriptReading
from notices.models import TelephoneAttempt, TelephoneTask
from tests.factories.accounts import CallFactory, CustomerFactory
from tests.factories.notices import DeliveryFactory, TelephoneTaskFactory
from tests.policycalls.conftest import AT, LIST, policy

pytestmark = pytest.mark.django_db


def parts_of(answer):
    return {title: rows for title, rows, _ in answer.context["parts"]}


def parts(answer):
    return {title: [t.customer for t in rows] for title, rows in parts_of(answer).items()}


def test_the_page_says_whom_to_call_now_who_waits_and_of_whom_no_number_is_left(task, desk):
    later = TelephoneTaskFactory(next_try_at=AT + timedelta(hours=3))
    none = TelephoneTaskFactory(customer=CustomerFactory(service=False))
    TelephoneTaskFactory(given_up=True)
    answer = desk.get(LIST)
    assert parts(answer) == {
        "Now": [task.customer],
        "Later": [later.customer],
        "Being called": [],
        "No number left": [none.customer],
    }
    assert answer.context["counts"]["given_up"] == 1
    assert "Notice: returned by the post" in answer.text
    assert "11:00 AM MST" in answer.text
    assert Look.objects.latest("pk").rows == 3


def test_at_night_whoever_is_due_is_to_be_called_in_the_morning(task, desk, clock):
    clock.move_to(AT.replace(hour=6), tick=False)  # eleven in the evening of Sunday
    type(task).objects.update(next_try_at=AT - timedelta(days=3))
    asked = TelephoneTaskFactory(by_appointment=True, next_try_at=AT.replace(hour=7))
    answer = desk.get(LIST)
    times = {t.pk: t.next_there.astimezone(UTC) for t in parts_of(answer)["Later"]}
    assert times == {
        task.pk: datetime(2026, 11, 23, 16, tzinfo=UTC),  # nine there
        asked.pk: AT.replace(hour=7),
    }


def test_only_who_may_read_the_list_in_the_admin_is_led_to_what_was_given_up(desk, client_of):
    assert desk.get(LIST).context["given_up"] == ""
    address = client_of(roles.OFFICER).get(LIST).context["given_up"]
    assert client_of(roles.OFFICER).get(address).status_code == 200


def test_it_costs_the_same_with_many(task, desk):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            desk.get(LIST)
        return len(queries)

    TelephoneTaskFactory()
    cost()
    few = cost()
    TelephoneTaskFactory.create_batch(8)
    assert cost() == few <= 26


def test_whom_no_notice_reaches_is_to_be_asked_for_an_address(desk):
    def unreachable(**kwargs):
        return DeliveryFactory(
            channel="none",
            contact_point=None,
            state="unreachable",
            reason="No deliverable postal address.",
            **kwargs,
        )

    page = desk.get(LIST).content.decode()
    assert "To be asked for an address" not in page
    first, known = unreachable(), unreachable()
    DeliveryFactory(customer=known.customer, mailed_on=date(2026, 11, 20))
    page = desk.get(LIST).content.decode()
    assert "To be asked for an address: 1" in page
    assert first.customer.name in page
    assert telephone_shown(first.customer.services.get().telephone_number) in page
    assert known.customer.name not in page


def test_call_next_opens_the_call_with_the_number_and_the_script(task, take, customer):
    TelephoneTask.objects.update(attempts=0)
    answer = take()
    panel = policy(answer)
    number = customer.services.get().telephone_number
    assert [shown[1][-4:] for shown in panel["places"]] == [number[-4:]]
    assert panel["aloud"][0][1].startswith("I am calling from Wasatch Telephone, Inc.")
    assert "offering you services of ours" in panel["aloud"][0][1]
    assert task.policy_version.number in panel["aloud"][0][1]


def test_the_number_is_not_there_on_another_call_of_theirs(task, rep, desk, customer):
    call = CallFactory(by=rep, customer=customer)
    answer = desk.get(reverse("desk:call", args=[call.pk]))
    assert policy(answer)["places"] == []
    number = customer.services.get().telephone_number
    assert number[-7:-4] + "-" + number[-4:] not in answer.text


def test_on_calls_of_others_there_is_no_such_panel(task, rep, desk):
    call = CallFactory(by=rep)
    assert policy(desk.get(reverse("desk:call", args=[call.pk]))) is None


def test_nobody_to_call_is_said(take):
    assert "Nobody can be called now" in take().text
    assert not Call.objects.exists()


def test_a_double_click_takes_one(task, take):
    TelephoneTaskFactory()
    token = uuid4()
    take(token)
    take(token)
    assert Call.objects.count() == 1


def test_nobody_there_records_it_ends_the_call_and_leads_back_to_the_list(task, take, say):
    take()
    call = Call.objects.get()
    answer = say(call, "no_answer")
    assert answer.redirect_chain[-1][0] == LIST
    call.refresh_from_db()
    assert call.outcome == "not_reached"
    attempt = TelephoneAttempt.objects.get()
    assert (attempt.outcome, attempt.service) == ("no_answer", task.customer.services.get())


def test_a_time_is_that_of_the_customer(task, take, say):
    take()
    say(Call.objects.get(), "later", again_at="2026-11-24T08:30")
    task.refresh_from_db()
    assert task.next_try_at.isoformat() == "2026-11-24T15:30:00+00:00"
    assert Call.objects.get().outcome == "follow_up"


def test_a_refusal_is_recorded_and_the_call_goes_on(task, take, say):
    take()
    call = Call.objects.get()
    say(call, "refused")
    task.refresh_from_db()
    assert (task.answer, ScriptReading.objects.get().answer) == ("refused", "no")
    assert TelephoneAttempt.objects.get().get_outcome_display() == "Told: refuses it"
    call.refresh_from_db()
    assert call.is_open


def test_a_yes_of_nobody_known_is_refused_with_what_was_typed(task, take, say):
    take()
    answer = say(Call.objects.get(), "accepted", recording="R-77")
    panel = policy(answer)
    assert "may not change this" in answer.text
    assert (panel["chosen"], panel["typed"]["recording"].value()) == ("accepted", "R-77")
    assert not ScriptReading.objects.exists()


def test_the_call_does_not_end_before_it_is_said_what_came_of_it(task, take, say, desk):
    take()
    call = Call.objects.get()
    address = reverse("desk:end", args=[call.pk])
    answer = desk.post(address, {"outcome": "done"}, follow=True)
    assert "Say what came of the policy call first" in answer.text
    say(call, "undecided")
    desk.post(address, {"outcome": "done"})
    call.refresh_from_db()
    assert call.outcome == "done"


def test_the_home_page_counts_whom_to_tell(task, desk):
    tiles = desk.get(reverse("admin:index")).context["desk_needed"]
    tile = next(t for t in tiles if t.title == "customers to be told by telephone")
    assert (tile.count, tile.address) == (1, LIST)
    assert "that nothing written reached" in tile.detail
