"""The gateway for texts: each answer has its meaning, and a lost one sends nothing twice."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from accounts import changes
from accounts.models import OneTimeCode
from notices import channels
from notices.models import Campaign, Delivery
from tests.factories.accounts import CarrierFactory, CustomerFactory
from tests.mailing import message_id

pytestmark = pytest.mark.django_db
ON, AT = date(2026, 11, 23), datetime(2026, 11, 23, 18, tzinfo=UTC)


@pytest.fixture
def clock():
    CarrierFactory()
    with time_machine.travel(AT, tick=False) as now:
        yield now


@pytest.fixture
def delivery(clock, gateway, tell):
    """``delivery(503)``: a text that the gateway answered so, as it is then."""

    def make(*answers):
        gateway.script = list(answers)
        customer = CustomerFactory(service="wireless")
        changes.note(customer, "password", at=AT, on=ON, route="call", by=None)
        tell()
        return Delivery.objects.get(channel="text")

    return make


@pytest.mark.parametrize("answer", [500, 503, 429, 408, "cut", "half", "slow"])
def test_what_may_pass_is_tried_again_with_the_same_key(
    delivery, gateway, tell, clock, answer, monkeypatch
):
    monkeypatch.setattr(channels, "READ", 0.5)
    waits = delivery(answer)
    doubtful = int(isinstance(answer, str))
    assert (waits.state, waits.attempts, waits.in_doubt) == ("queued", 1, doubtful)
    tell()
    assert len(gateway.taken) == 1
    clock.move_to(AT + timedelta(minutes=6))
    tell()
    waits.refresh_from_db()
    assert (waits.state, waits.server_answer) == ("sent", "202 SM-17")
    assert [t["key"] for t in gateway.taken] == [message_id(waits)] * 2
    assert gateway.taken[0]["secret"] == "Bearer secret"
    assert gateway.taken[0]["body"] == gateway.taken[1]["body"]


def test_it_waits_as_long_as_the_gateway_asks(delivery):
    waits = delivery((429, {"Retry-After": "1800"}))
    assert waits.try_after == AT + timedelta(minutes=30)


@pytest.mark.parametrize("answer", [401, 403, (302, {"Location": "http://127.0.0.1:1/"})])
def test_what_needs_a_person_pauses_and_blames_no_number(delivery, gateway, answer):
    assert delivery(answer).state == "queued"
    assert len(gateway.taken) == 1
    campaign = Campaign.objects.get(channel="text")
    assert campaign.status == "paused"
    assert str(answer if isinstance(answer, int) else 302) in campaign.paused_because


def test_a_gateway_that_is_not_there_costs_no_attempt(delivery, gateway, settings):
    gone = {**gateway.settings, "url": "http://127.0.0.1:1/"}
    settings.GATEWAYS = {"text": gone, "voice": None}
    waits = delivery()
    assert (waits.state, waits.attempts) == ("queued", 0)


def test_a_code_goes_out_once_and_one_that_has_lapsed_never(clock, gateway, tell):
    customer = CustomerFactory(service="wireless")
    for minutes in (10, -1):
        OneTimeCode.objects.create(
            customer=customer,
            code="482913",
            made_at=AT,
            expires_at=AT + timedelta(minutes=minutes),
            service=customer.services.get(),
        )
    tell()
    tell()
    assert len(gateway.taken) == 1
    assert "482913" in gateway.taken[0]["body"]


def test_words_that_look_like_a_name_of_the_body_stay_as_they_are(gateway):
    answer = channels.Gateway({**gateway.settings}).send(
        "<1@x>", "+18015550134", channels.content('{number} "quoted"\n', "en")
    )
    assert answer.words == "202 SM-17"
    assert '{number} \\"quoted\\"\\n' in gateway.taken[0]["body"]
