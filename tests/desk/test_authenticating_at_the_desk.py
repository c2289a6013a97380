"""“Who is this?”: each way, what it lets one do, and that no form counts twice."""

from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.models import AuthenticationTry, OneTimeCode
from notices.tasks import tell_changes
from tests.desk.conftest import panel
from tests.factories.accounts import (
    BusinessExemptionFactory,
    CallFactory,
    CredentialFactory,
    CustomerFactory,
)

pytestmark = pytest.mark.django_db


def results():
    return list(AuthenticationTry.objects.order_by("pk").values_list("method", "result"))


def test_the_right_password_opens_the_account(call, post):
    body = post(call, "say", "password", said="blue kite 42").content.decode()
    assert "You may discuss everything, call detail too, and change the account." in body
    assert results() == [("password", "passed")]


def test_a_wrong_password_says_how_many_tries_are_left(call, post):
    body = post(call, "say", "password", said="red kite 42").content.decode()
    assert "Password: failed. 4 tries left." in body
    assert "Discuss nothing of this account yet" in body
    assert "red kite" not in body


def test_a_double_click_is_one_try(call, post):
    token = uuid4()
    for _ in range(3):
        post(call, "say", "password", said="wrong", token=token)
    assert results() == [("password", "failed")]


def test_after_five_wrong_tries_no_password_is_asked_any_more(call, post):
    for _ in range(5):
        body = post(call, "say", "password", said="wrong").content.decode()
    assert "Locked after wrong tries until Nov 24, 11:00 AM." in body
    assert reverse("desk:say", args=[call.pk, "password"]) not in body
    assert reverse("desk:call-back", args=[call.pk]) in body


def test_the_back_up_question_is_asked_and_compared(call, post, desk):
    CredentialFactory(customer=call.customer, kind="backup", said="Mister Whiskers")
    body = desk.get(reverse("desk:call", args=[call.pk])).content.decode()
    assert "What was your first pet called?" in body
    post(call, "say", "backup", said="mister whiskers")
    assert results() == [("backup", "passed")]


def test_a_code_goes_out_and_is_read_back(call, post):
    point = call.customer.contact_points.get(kind="email")
    body = post(call, "send-code", place=f"point-{point.pk}").content.decode()
    assert "A code goes to a…@m…." in body
    code = OneTimeCode.objects.get()
    assert code.code not in body
    post(call, "say", "code", said=code.code)
    assert results() == [("code", "passed")]


def test_a_code_leaves_at_once_for_somebody_waits_on_the_line(
    call, post, monkeypatch, django_capture_on_commit_callbacks
):
    begun = []
    monkeypatch.setattr(
        "celery.app.task.Task.apply_async", lambda task, *_, **__: begun.append(task)
    )
    point = call.customer.contact_points.get(kind="email")
    with django_capture_on_commit_callbacks(execute=True):
        post(call, "send-code", place=f"point-{point.pk}")
    assert begun == [tell_changes]


def test_sending_a_code_twice_by_a_double_click_makes_one(call, post):
    point, token = call.customer.contact_points.get(kind="email"), uuid4()
    for _ in range(2):
        post(call, "send-code", place=f"point-{point.pk}", token=token)
    assert OneTimeCode.objects.count() == 1


def test_no_code_goes_to_a_place_of_another_account(call, post):
    stranger = CustomerFactory().contact_points.get()
    assert post(call, "send-code", place=f"point-{stranger.pk}").status_code == 404
    assert not OneTimeCode.objects.exists()


def test_called_back_and_answered(call, post):
    service = call.customer.services.get()
    post(call, "call-back", service=service.pk, answered="yes")
    assert results() == [("call_back", "passed")]


def test_in_a_store_a_photo_id_is_recorded(rep, customer, post):
    call = CallFactory(by=rep, customer=customer, store=True)
    filled = {"document": "passport", "expires_on": "2030-01-01", "matches": "on"}
    post(call, "photo", **filled)
    assert results() == [("photo_id", "passed")]


def test_an_expired_photo_id_is_none(rep, customer, post):
    call = CallFactory(by=rep, customer=customer, store=True)
    post(call, "photo", document="passport", expires_on="2026-11-22", matches="on")
    assert results() == [("photo_id", "failed")]


def test_a_business_is_authenticated_as_its_contract_says(rep, post, desk):
    contract = BusinessExemptionFactory()
    call = CallFactory(by=rep, customer=contract.customer)
    body = desk.get(reverse("desk:call", args=[call.pk])).content.decode()
    assert "account representative Sam Key" in body
    post(call, "exempt", contract=contract.pk, followed="yes")
    assert results() == [("exemption", "passed")]


def test_the_caller_declines(call, post):
    post(call, "declined", method="password")
    assert results() == [("password", "declined")]


def test_someone_else_cannot_be_authenticated_and_the_screen_says_what_to_offer(
    rep, customer, desk, post
):
    call = CallFactory(by=rep, customer=customer, caller="other")
    answer = desk.get(reverse("desk:call", args=[call.pk]))
    assert "neither the account holder nor an authorised user" in answer.content.decode().replace(
        "\n", " "
    )
    assert panel(answer, "who")["standing"].instead
    post(call, "say", "password", said="blue kite 42")
    assert results() == []
