"""A request that is sent twice with one Idempotency-Key is done once."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from cpni import api_answers
from cpni.models import ApiAnswer, OptOutRequest
from cpni.tasks import discard_of_the_api
from tests.factories.accounts import CustomerFactory
from tests.factories.api import AT

pytestmark = pytest.mark.django_db
KEY = "a-key-of-theirs"


@pytest.fixture
def asked(reference_data, clock):
    return {"account": CustomerFactory(name="Quux").account_number, "route": "telephone"}


def send(system, asked, key=KEY):
    return system.post("opt-outs", asked, idempotency_key=key)


def test_it_is_done_once_and_answered_twice(billing, asked):
    first, second = send(billing, asked), send(billing, asked)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert [a.get("Idempotent-Replayed") for a in (first, second)] == [None, "true"]
    assert OptOutRequest.objects.count() == 1


def test_another_request_with_the_same_key_is_refused(billing, asked):
    send(billing, asked)
    other = send(billing, {**asked, "route": "web"})
    assert other.status_code == 422
    assert "another request" in other.json()["detail"]
    assert OptOutRequest.objects.count() == 1


def test_each_system_has_keys_of_its_own(billing, system_with, asked):
    send(billing, asked)
    send(system_with(system="Dialler"), asked)
    assert OptOutRequest.objects.count() == 2


def test_the_same_request_at_the_same_moment_is_told_to_come_back(billing, asked, monkeypatch):
    during = []
    real = api_answers.transaction.atomic

    def meanwhile(*args, **kwargs):
        if not during and ApiAnswer.objects.filter(status=None).exists():
            during.append(None)
            during[0] = send(billing, asked)
        return real(*args, **kwargs)

    monkeypatch.setattr("cpni.api.repeats.transaction.atomic", meanwhile)
    assert send(billing, asked).status_code == 201
    assert during[0].status_code == 409
    assert during[0]["Retry-After"]
    assert OptOutRequest.objects.count() == 1


def test_what_a_process_left_that_died_is_taken_up_when_its_time_is_over(billing, asked, clock):
    send(billing, asked)
    OptOutRequest.objects.all().update(status="rejected")
    ApiAnswer.objects.update(status=None, answer="", claim=uuid4())
    assert send(billing, asked).status_code == 409
    clock.shift(timedelta(seconds=91))
    assert send(billing, asked).status_code == 201
    assert OptOutRequest.objects.count() == 2


def test_what_was_refused_can_be_sent_again_in_another_form(billing, asked):
    wrong = send(billing, {**asked, "account": "nobody"})
    assert wrong.status_code == 404
    assert send(billing, asked).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "two words", "ü"])
def test_a_key_that_is_none_is_refused(billing, asked, key):
    answer = send(billing, asked, key)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "Idempotency-Key")


def test_an_answer_is_kept_for_two_days_and_not_in_plain(billing, asked, clock):
    send(billing, asked)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM cpni_apianswer")
        kept = repr([bytes(v) if isinstance(v, memoryview) else v for v in cursor.fetchone()])
    assert asked["account"] not in kept
    assert KEY not in kept
    clock.move_to(AT + timedelta(hours=47))
    discard_of_the_api()
    assert send(billing, asked)["Idempotent-Replayed"] == "true"
    clock.move_to(AT + timedelta(hours=49))
    discard_of_the_api()
    assert not ApiAnswer.objects.exists()
