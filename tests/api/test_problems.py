"""Whatever goes wrong, another system is told it as problem+json."""

import pytest
from django.test import Client

from tests.factories.accounts import CustomerFactory

pytestmark = pytest.mark.django_db
SECRET = "Wilhelmina-Quux"


def problem(answer, status):
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    body = answer.json()
    assert body["status"] == status
    assert body["type"].startswith("urn:cpni-desk:problem:")
    assert body["title"]
    assert body["detail"]
    return body


def test_an_address_or_a_method_that_is_not_there(billing):
    problem(billing.get("nonsense"), 404)
    answer = billing.get("decisions")
    problem(answer, 405)
    assert answer["Allow"] == "POST"


def test_what_is_no_json(billing):
    answer = billing.client.post("/api/v1/decisions", "{", content_type="application/json")
    problem(answer, 400)


def test_what_does_not_fit_names_the_fields_and_does_not_repeat_what_was_sent(billing):
    answer = billing.post("decisions", {"use": 7, "account": "", SECRET: 1, "on": "tomorrow"})
    found = {error["field"]: error["message"] for error in problem(answer, 422)["errors"]}
    assert set(found) == {"use", "account", "on", SECRET}
    assert "2026-11-23" in found["on"]
    assert "tomorrow" not in answer.content.decode()


@pytest.mark.parametrize(
    ("path", "field", "asked"),
    [
        ("decisions", "known_at", {"known_at": "0001-01-01T00:00:00+14:00"}),
        ("decisions", "known_at", {"known_at": "9999-12-31T23:59:59-14:00"}),
        ("decisions", "on", {"on": "0001-01-01"}),
        ("opt-outs", "received_on", {"route": "letter", "received_on": "0001-05-01"}),
        ("opt-outs", "letter_date", {"route": "letter", "letter_date": "0001-04-01"}),
    ],
)
def test_a_day_at_the_calendars_ends_is_a_mistake(billing, path, field, asked):
    body = {"account": CustomerFactory().account_number, **asked}
    if path == "decisions":
        body["use"] = "agents"
    (error,) = problem(billing.post(path, body), 422)["errors"]
    assert (error["field"], "outside of 1900 to 2199" in error["message"]) == (field, True)


def test_what_is_known_at_an_instant_to_come_is_not_asked(billing):
    asked = {"account": CustomerFactory().account_number, "use": "agents"}
    answer = billing.post("decisions", {**asked, "known_at": "2026-11-24T00:00:00Z"})
    assert problem(answer, 422)["detail"] == "The instant is still to come."


def test_what_is_too_large(billing):
    body = b'{"use": "' + b"x" * 1_100_000 + b'"}'
    answer = billing.client.post("/api/v1/decisions", body, content_type="application/json")
    problem(answer, 413)


def test_what_nobody_foresaw(billing, monkeypatch, caplog):
    customer = CustomerFactory(name=SECRET)

    def fails(*args, **kwargs):
        raise ZeroDivisionError(SECRET)

    monkeypatch.setattr("cpni.api.decisions.judge", fails)
    asked = {"account": customer.account_number, "use": "other-services"}
    answer = billing.post("decisions", asked)
    problem(answer, 500)
    assert SECRET not in answer.content.decode()


def test_who_has_no_key_and_asks_too_often(clock, settings):
    settings.REQUESTS_PER_MINUTE_SIGNED_OUT = 1
    client = Client()
    assert client.get("/api/v1/openapi.json").status_code == 200
    answer = client.get("/api/v1/openapi.json")
    problem(answer, 429)
    assert answer["Retry-After"]


def test_the_page_for_people_lists_every_operation_without_any_script(clock):
    page = Client().get("/api/v1/")
    text = page.content.decode()
    for path in Client().get("/api/v1/openapi.json").json()["paths"]:
        assert path in text
    assert "Answer 201" in text
    assert "<script" not in text
    assert "style=" not in text
    assert page["Content-Security-Policy"]
