"""Whose training is overdue reads and signs it first; nobody is stopped within a call."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import training
from accounts.errors import Changed, Refused
from accounts.models import Acknowledgement, Carrier
from config import roles
from tests.factories.accounts import AcknowledgementFactory, CallFactory, TrainingTextFactory

pytestmark = pytest.mark.usefixtures("today", "reference_data")
LONG_HERE = datetime(2020, 1, 6, 18, tzinfo=UTC)
DAY = date(2026, 11, 23)


@pytest.fixture
def text():
    """The one course there is, since January."""
    return TrainingTextFactory(course="CPNI for everyone")


@pytest.fixture
def member(staff):
    """``member(roles.AUDITOR, day, text)``: a person who signed it then, and their browser."""

    def make(role, signed=None, text=None, **kwargs):
        person = staff(role, **{"date_joined": LONG_HERE, **kwargs})
        if signed:
            AcknowledgementFactory(person=person, training=text, on=signed)
        client = Client()
        client.force_login(person)
        return person, client

    return make


def opened(client, name="admin:index"):
    return client.get(reverse(name))


def test_without_a_published_course_nobody_is_asked_for_anything(member, said):
    TrainingTextFactory(status="draft")
    _, client = member(roles.REPRESENTATIVE)
    answer = opened(client)
    assert (answer.status_code, said(answer)) == (200, [])


@pytest.mark.parametrize(
    ("signed", "status", "words"),
    [
        (date(2025, 12, 24), 200, []),  # due in 31 days
        (date(2025, 12, 23), 200, ["is due by December 23"]),
        (date(2025, 11, 23), 200, ["is due by November 23"]),  # its last day
        (date(2025, 11, 22), 302, []),
    ],
)
def test_it_warns_for_thirty_days_and_stops_the_day_after(
    member, text, said, signed, status, words
):
    _, client = member(roles.REPRESENTATIVE, signed, text)
    answer = opened(client)
    assert answer.status_code == status
    if status == 302:
        assert answer["Location"] == reverse("training-text", args=[text.pk])
        assert opened(client, "desk:find")["Location"] == answer["Location"]
    else:
        found = said(answer)
        assert len(found) == len(words) and all(map(str.__contains__, found, words))


def test_whoever_is_stopped_signs_and_goes_on_at_once(member, text):
    person, client = member(roles.REPRESENTATIVE, date(2025, 1, 6), text)
    page = reverse("training-text", args=[text.pk])
    shown = client.get(page).content.decode()
    assert "What you may do" in shown and "then the desk opens again" in shown
    client.post(page, {"seen": text.digest})
    assert opened(client).status_code == 200
    signed = Acknowledgement.objects.get(person=person, on=DAY)
    assert (signed.how, signed.digest, signed.by) == ("here", text.digest, person)
    client.post(page, {"seen": text.digest})
    assert Acknowledgement.objects.filter(person=person, on=DAY).count() == 1


def test_what_was_not_read_is_not_signed(member, text, said):
    person, client = member(roles.REPRESENTATIVE)
    page = reverse("training-text", args=[text.pk])
    answer = client.post(page, {"seen": "0" * 64}, follow=True)
    assert "changed after this page was opened" in said(answer)[0]
    with pytest.raises(Changed):
        training.sign(text, by=person, seen="", on=DAY, at=LONG_HERE)
    assert not Acknowledgement.objects.exists()


def test_nobody_is_stopped_within_a_call(member, text):
    rep, client = member(roles.REPRESENTATIVE)
    call = CallFactory(by=rep)
    assert client.get(reverse("desk:call", args=[call.pk])).status_code == 200
    call.ended_at, call.outcome = datetime(2026, 11, 23, 18, 5, tzinfo=UTC), "done"
    call.save()
    assert opened(client, "desk:find").status_code == 302


def test_the_officer_is_never_stopped_or_nobody_could_record_what_lets_in(member, text, said):
    _, client = member(roles.OFFICER)
    answer = opened(client)
    assert answer.status_code == 200 and "was due on" in said(answer)[0]
    assert b"raining of yours to be signed" in answer.content


def test_new_staff_have_the_days_that_the_carrier_gives(member, text):
    Carrier.objects.update(training_grace_days=5)
    joined = datetime(2026, 11, 18, 18, tzinfo=UTC)
    _, client = member(roles.REPRESENTATIVE, date_joined=joined)
    assert opened(client).status_code == 200  # the fifth day
    with time_machine.travel("2026-11-24T18:00Z", tick=False):
        assert opened(client).status_code == 302


def test_what_the_officer_records_opens_the_desk_at_once(member, text, staff):
    rep, client = member(roles.REPRESENTATIVE)
    assert opened(client).status_code == 302
    training.record_elsewhere(
        rep,
        text,
        on=date(2026, 11, 20),
        proof="Binder 4",
        today=DAY,
        at=LONG_HERE,
        by=staff(roles.OFFICER),
    )
    assert opened(client).status_code == 200


def test_a_newer_version_is_signed_when_the_year_of_the_older_is_over(member, text, staff):
    rep, client = member(roles.REPRESENTATIVE, date(2026, 5, 4), text)
    officer = staff(roles.OFFICER)
    newer = training.new_version(text, by=officer, because="Longer")
    assert training.publish(newer, by=officer, because="Read", at=LONG_HERE)
    (due,) = training.dues_of(rep)
    assert (due.training, due.due_on) == (newer, date(2027, 5, 4))
    assert opened(client).status_code == 200
    with pytest.raises(Refused, match="withdrawn"):
        training.publish(text, by=officer, because="Back", at=LONG_HERE)


def test_a_page_costs_no_query_for_it_once_the_session_knows(member, text):
    _, client = member(roles.REPRESENTATIVE, date(2026, 11, 2), text)
    opened(client, "own-training")
    opened(client, "desk:find")
    with CaptureQueriesContext(connection) as queries:
        opened(client, "desk:find")
    assert not [q for q in queries.captured_queries if "training" in q["sql"].split("FROM")[-1]]


def test_everyone_sees_their_own_record_and_no_draft(member, text):
    draft = TrainingTextFactory(status="draft")
    _, client = member(roles.MARKETING, date(2026, 5, 4), text)
    page = opened(client, "own-training").content.decode()
    assert "In order until May 4, 2027" in page and str(text) in page
    assert client.get(reverse("training-text", args=[draft.pk])).status_code == 404
