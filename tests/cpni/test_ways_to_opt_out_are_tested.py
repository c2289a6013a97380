"""Each way to opt out is tested: what does not arrive is an exception that a person sees."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.errors import Refused
from accounts.models import Run
from config import roles
from cpni import probing
from cpni.models import Incident, OptOutRequest, Probe
from cpni.tasks import probe_routes
from tests.factories.accounts import CarrierFactory, UserFactory
from tests.factories.cpni import ProbeFactory
from tests.factories.notices import DeliveryFactory

AT = datetime(2026, 11, 23, 18, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def served(live_server, settings, reference_data):
    """The public pages are really served, as customers reach them."""
    CarrierFactory()
    settings.PUBLIC_URL = live_server.url
    return live_server


@pytest.fixture
def nobody_answers(settings, reference_data):
    CarrierFactory()
    settings.PUBLIC_URL = "http://127.0.0.1:9"  # the port of "discard": nothing listens


def found(route="web"):
    return Probe.objects.filter(route=route).first()


@pytest.mark.django_db(transaction=True)
def test_the_public_form_is_filled_in_as_by_a_customer_and_makes_no_request(served):
    DeliveryFactory(mailed_on=date(2026, 10, 1))
    probe_routes()
    assert (found().state, found().words) == ("worked", "")
    assert not OptOutRequest.objects.exists()
    run = Run.objects.get(name="test the ways to opt out")
    assert run.counts == {"sent": 1, "failed": 0}


@pytest.mark.django_db(transaction=True)
def test_a_form_that_loses_what_is_sent_is_found(served, monkeypatch):
    monkeypatch.setattr(probing, "NAME", "x" * 2_000)  # longer than the form takes
    probing.run(at=AT)
    assert found().state == "failed"
    assert found().words == "The form was sent, and nothing arrived (answer 422)."


@pytest.mark.django_db(transaction=True)
def test_a_link_in_notices_that_leads_nowhere_is_found(served, monkeypatch):
    DeliveryFactory(mailed_on=date(2026, 10, 1))
    monkeypatch.setattr(probing.links, "delivery_of", lambda token: None)
    probing.run(at=AT)
    assert found().words == "The page of the newest notice did not open (answer 404)."


def test_a_page_that_nobody_serves_is_found_and_tried_again_each_hour(nobody_answers):
    assert probing.run(at=AT) == {"sent": 1, "failed": 1}
    assert found().words == "The page could not be reached (ConnectionError)."
    assert probing.run(at=AT + HOUR / 2) == {"sent": 0, "failed": 0}
    assert probing.run(at=AT + HOUR) == {"sent": 1, "failed": 1}


def test_what_worked_is_tested_again_after_a_day(nobody_answers):
    ProbeFactory(route="web", sent_at=AT)
    assert probing.run(at=AT + DAY - HOUR)["sent"] == 0
    assert probing.run(at=AT + DAY)["sent"] == 1


def test_what_does_not_arrive_in_time_failed_and_what_arrives_late_is_noted(nobody_answers):
    ProbeFactory(route="web", sent_at=AT)
    waiting = ProbeFactory(route="email", state="waiting", sent_at=AT, answered_at=None, words="")
    probing.run(at=AT + 4 * HOUR)
    assert found("email").state == "waiting"
    assert probing.run(at=AT + 5 * HOUR)["failed"] == 1
    assert found("email").words == "Nothing arrived."
    assert probing.came_back(waiting.token, at=AT + 9 * HOUR) == waiting
    assert (found("email").state, found("email").answered_at) == ("worked", AT + 9 * HOUR)
    assert waiting.history.count() == 3


def test_what_nobody_sent_is_no_test_of_ours(db):
    assert probing.came_back(uuid4(), at=AT) is None


def test_a_customers_form_with_any_token_is_a_request(reference_data):
    CarrierFactory()
    form = {"name": "Ann", "account": "A77", "address": "1 Elm St", "token": str(uuid4())}
    Client().post(reverse("choices:without-link"), form)
    assert OptOutRequest.objects.get().status == "received"


def test_a_way_without_a_test_lately_or_with_a_failed_one_is_a_problem(db):
    for route in ("web", "email"):
        ProbeFactory(route=route, sent_at=AT - DAY)
    ProbeFactory(route="telephone", sent_at=AT - 8 * DAY)
    ProbeFactory(route="letter", sent_at=AT - DAY)
    ProbeFactory(route="letter", sent_at=AT, failed=True)
    assert {one.route.value: one.words for one in probing.problems(at=AT)} == {
        "telephone": "its test is overdue",
        "letter": "the last test failed: Busy tone.",
    }
    assert len(probing.problems(at=AT + 40 * DAY)) == 4


def test_nothing_need_be_tested_before_anybody_was_told_of_it(reference_data):
    assert probing.problems(at=AT) == []
    DeliveryFactory(mailed_on=date(2026, 10, 1))
    assert {one.words for one in probing.problems(at=AT)} == {"it has not been tested"}


def test_a_test_by_hand_says_what_was_done_and_needs_the_permission(db):
    with pytest.raises(Refused, match="what was done"):
        probing.record("telephone", worked=True, words=" ", at=AT, by=None)
    with pytest.raises(Refused):
        probing.record("telephone", worked=True, words="Called", at=AT, by=UserFactory())


def test_an_incident_counts_from_the_day_it_was_last_seen_to_work(db):
    CarrierFactory()
    ProbeFactory(route="telephone", sent_at=AT - 8 * DAY)
    failed = ProbeFactory(route="telephone", failed=True, sent_at=AT)
    incident = probing.open_incident(failed, by=None, because="Busy at night")
    assert (incident.route, incident.started_on) == ("telephone", date(2026, 11, 15))
    assert probing.open_incident(failed, by=None, because="Twice") == incident
    assert Incident.objects.count() == 1
    with pytest.raises(Refused, match="did not fail"):
        probing.open_incident(ProbeFactory(), by=None, because="x")


def test_people_record_what_they_tried_and_the_officer_opens_the_incident(
    client_of, reference_data
):
    CarrierFactory()
    add = reverse("admin:cpni_probe_add")
    form = {"route": "telephone", "worked": "no", "words": "Rang for ten minutes", "_save": "1"}
    with time_machine.travel(AT, tick=False):
        supervisor, officer = client_of(roles.SUPERVISOR), client_of(roles.OFFICER)
        assert "Say what" not in supervisor.post(add, form, follow=True).content.decode()
        home = officer.get(reverse("admin:index")).content.decode()
        assert "24-hour telephone line: the last test failed: Rang for ten minutes" in home
        probe = found("telephone")
        assert probe.by.groups.get().name == roles.SUPERVISOR
        page = reverse("admin:cpni_probe_change", args=[probe.pk])
        assert "Open an incident" not in supervisor.get(page).content.decode()
        act = reverse("admin:cpni_probe_open_incident", args=[probe.pk])
        assert act in officer.get(page).content.decode()
        done = officer.post(act, {"because": "Busy all night"}, follow=True).content.decode()
        assert "The incident is open" in done
    assert Incident.objects.get().description.endswith("Rang for ten minutes")
