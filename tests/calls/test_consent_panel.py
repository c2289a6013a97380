"""The panel of the call screen: the answer is read at a glance, and what is said is recorded."""

import re
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.contact_optouts import stopped_channels
from cpni import on_call
from cpni.decisions import decide
from cpni.models import Complaint, OptOutRequest, Script, ScriptReading
from notices.models import Use
from tests.calls.conftest import AT, ON
from tests.factories.notices import DeliveryFactory, PolicyFactory


@pytest.fixture
def desk(client, call):
    """``desk("opt-out", uses=…)`` posts that form of the call screen and shows what follows."""
    client.force_login(call.by)

    def post(name="", **data):
        if not name:
            return client.get(reverse("desk:call", args=[call.pk])).content.decode()
        data = {"token": uuid4(), **data}
        answer = client.post(reverse(f"desk:{name}", args=[call.pk]), data, follow=True)
        assert answer.status_code == 200
        return answer.content.decode()

    return post


def verdict(page):
    panel = page[page.index('id="panel-consent"') :]
    return re.search(r'desk-verdict-answer">([^<]*)<', panel)[1]


def test_the_answer_is_on_top(desk, call):
    assert verdict(desk()) == "No (gap)"
    DeliveryFactory(customer=call.customer, mailed_on=ON)
    page = desk()
    assert verdict(page) == "Not yet"
    assert "may still object until December 26, 2026" in page


def test_one_key_and_enter_opt_out_and_the_words_to_read_back_follow(desk, call):
    page = desk()
    button = re.search(r"<button[^>]*data-key=\"o\"[^>]*>", page)[0]
    assert "data-key-focuses" in button
    page = desk("opt-out")
    assert verdict(page) == "No"
    request = OptOutRequest.objects.get()
    assert (request.call, request.all_uses) == (call, True)
    assert f"Your reference is O-{request.pk:05}." in page


def test_a_double_click_is_one_opt_out(desk):
    token = uuid4()
    desk("opt-out", token=token)
    assert "recorded already" in desk("opt-out", token=token)
    desk("opt-out")
    assert OptOutRequest.objects.count() == 1


def test_for_some_uses_only(desk, call):
    agents = Use.objects.get(code="agents")
    desk("opt-out", uses=[agents.pk])
    assert list(OptOutRequest.objects.get().uses.all()) == [agents]
    assert decide(call.customer, agents, on=ON).code == "opted_out"


def test_the_three_switches(desk, call):
    page = desk("stop-using", channels=["email", "call"])
    assert "Stopped: marketing by e-mail; marketing by telephone call." in page
    assert stopped_channels(call.customer, on=ON) == ["email", "call"]
    assert not OptOutRequest.objects.exists()
    assert "Nothing is chosen" in desk("stop-using")


def test_the_script_for_this_call_is_there_once_the_caller_is_authenticated(
    desk, call, authenticated
):
    assert "Authenticate the caller first: consent is" in desk()
    authenticated(call)
    assert "May I use your information during this call?" in desk()


def ask(desk, kind, code, **data):
    return desk(
        "ask",
        script=Script.objects.current(kind).pk,
        language="en",
        uses=[Use.objects.get(code=code).pk],
        **data,
    )


def test_a_yes_for_this_call_turns_the_answer(desk, call, authenticated):
    on_call.opt_out(call, today=ON, at=AT.replace(hour=17), by=call.by)
    authenticated(call)
    assert verdict(desk()) == "No"
    page = ask(desk, "one_time", "other-services", answer="yes")
    assert verdict(page) == "Yes, on this call"


def test_opting_in_without_the_recording_is_refused_with_what_was_typed(desk, call, authenticated):
    PolicyFactory()
    authenticated(call)
    page = ask(desk, "opt_in", "contractors", recipients="Canyon Calls", answer="yes")
    assert "The recording is not named" in page
    assert 'value="Canyon Calls"' in page
    assert not ScriptReading.objects.exists()
    page = ask(
        desk, "opt_in", "contractors", recipients="Canyon Calls", recording="R-1", answer="yes"
    )
    assert "The approval is recorded" in page


def test_enter_in_a_field_is_no_yes(desk, call, authenticated):
    """The browser presses a form's first button, which here does nothing."""
    authenticated(call)
    page = desk()
    for form in re.findall(r"<form[^>]*/ask/.*?</form>", page, re.DOTALL):
        assert "disabled" in re.search(r"<button[^>]*>", form)[0]


def test_a_complaint_is_entered_in_two_fields(desk, call):
    page = desk("complaint", category="employees", said="Your clerk told my boss.")
    assert "The complaint is entered" in page
    complaint = Complaint.objects.get()
    assert (complaint.call, complaint.customer, complaint.route) == (call, call.customer, "call")
    assert complaint.said == "Your clerk told my boss."
    assert "Say what was said" in desk("complaint", category="employees", said="")
