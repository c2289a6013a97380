"""Who has no notice at hand: the request waits in the queue, and the page tells them nothing."""

import re
import threading
from contextlib import suppress
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse

from cpni import optouts
from cpni.models import OptOutRequest
from tests.factories.accounts import CarrierFactory, CustomerFactory

pytestmark = pytest.mark.django_db
FORM = "/choices/"


@pytest.fixture(autouse=True)
def november(reference_data):
    CarrierFactory()
    with time_machine.travel(datetime(2026, 11, 23, 18, tzinfo=UTC), tick=False):
        yield


def filled(**more):
    return {"name": "Ann Example", "account": "801-555-0134", "address": "7 Elm St\nProvo", **more}


def test_what_is_sent_waits_to_be_matched_as_it_was_written(client_of):
    answer = Client().post(FORM, filled(only="Only your agents"))
    request = OptOutRequest.objects.get()
    assert (request.status, request.route, request.received_on) == (
        "received",
        "web",
        date(2026, 11, 23),
    )
    assert request.wish == "opt_out"
    for written in ("Ann Example", "801-555-0134", "7 Elm St", "Only your agents"):
        assert written in request.stated
    assert f"O-{request.pk:05}" in Client().get(answer["Location"]).content.decode()
    assert request.entered_by is None


def test_the_answer_is_the_same_for_who_is_a_customer_and_who_is_not():
    known = CustomerFactory(name="Ann Example")
    answers = [
        Client().post(FORM, filled(account=number), follow=True).content.decode()
        for number in (known.account_number, "nobody-1")
    ]
    plain = [re.sub(r"O-\d+", "", answer) for answer in answers]
    assert plain[0] == plain[1]
    assert not OptOutRequest.objects.exclude(status="received").exists()


@pytest.mark.django_db(transaction=True)
def test_of_a_double_click_both_get_the_same_reference(reference_data, monkeypatch):
    both = threading.Barrier(2)
    receive = optouts.receive

    def meet(*args, **kwargs):
        with suppress(threading.BrokenBarrierError):  # where the other waits for this one
            both.wait(1)
        return receive(*args, **kwargs)

    monkeypatch.setattr(optouts, "receive", meet)
    data = filled(token=str(uuid4()))
    answers = []

    def click():
        answers.append(Client().post(FORM, data))
        connection.close()

    clicks = [threading.Thread(target=click) for _ in range(2)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    assert answers[0]["Location"] == answers[1]["Location"]
    assert OptOutRequest.objects.count() == 1


def test_sent_twice_it_is_one_request():
    client = Client()
    token = re.search(r'name="token" value="([^"]+)"', client.get(FORM).content.decode())[1]
    first = client.post(FORM, filled(token=token))
    assert client.post(FORM, filled(token=token))["Location"] == first["Location"]
    assert OptOutRequest.objects.count() == 1
    client.post(FORM, filled(token=""))
    assert OptOutRequest.objects.count() == 2


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "Please fill this in"),
        ({"account": " "}, "Please fill this in"),
        ({"address": "x" * 501}, "too long"),
        ({"name": "Ann\x9b31m"}, "cannot be read"),
        ({"name": "Ann\x00"}, "cannot be read"),
    ],
)
def test_what_is_missing_or_cannot_be_read_is_said_at_its_field(wrong, said):
    answer = Client().post(FORM, filled(**wrong))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not OptOutRequest.objects.exists()


def test_it_speaks_spanish_when_asked_or_when_the_browser_prefers_it():
    for answer in (
        Client().get(FORM + "?language=es"),
        Client().get(FORM, headers={"accept-language": "es-MX,es;q=0.9"}),
    ):
        assert '<html lang="es">' in answer.content.decode()
    assert '<html lang="en">' in Client().get(FORM + "?language=xx").content.decode()


def test_every_field_has_its_label():
    page = Client().get(FORM).content.decode()
    fields = re.findall(r'<(?:input|textarea)[^>]* id="(id_[^"]+)"', page)
    labelled = set(re.findall(r'<label for="([^"]+)"', page))
    assert {f for f in fields if f != "id_token"} <= labelled
    assert len(labelled) == 4


def test_a_reference_of_the_page_tells_nothing_of_whether_there_is_such_a_request():
    for reference, status in (("O-99999", 200), ("O-00001", 200), ("X-1", 404)):
        assert Client().get(reverse("choices:received", args=[reference])).status_code == status


def test_what_is_huge_is_refused_before_it_is_read_and_speaks_of_no_desk():
    answer = Client().post(FORM, filled(only="x" * 100_000))
    assert answer.status_code == 413
    text = answer.content.decode()
    assert "Write less, or call us." in text
    assert "CPNI Desk" not in text
    assert "Back to the desk" not in text
    assert not OptOutRequest.objects.exists()
