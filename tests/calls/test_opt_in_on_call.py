"""An express yes on the line: by a caller who may, to a script that was read, on record."""

from datetime import timedelta
from uuid import uuid4

import pytest

from accounts.errors import Refused
from accounts.permissions import NotAllowed
from cpni import on_call, scripts
from cpni.decisions import decide
from cpni.models import Approval, OptOutRequest, ScriptReading
from notices.models import Use
from tests.calls.conftest import AT, ON
from tests.factories.accounts import CallFactory, UserFactory
from tests.factories.cpni import ScriptFactory
from tests.factories.notices import PolicyFactory

LATER = AT + timedelta(minutes=1)


def use(code):
    return Use.objects.get(code=code)


def ask(call, answer="yes", codes=("contractors",), kind="opt_in", **kwargs):
    return on_call.opt_in(
        call,
        **{
            "script": scripts.current(kind),
            "language": "en",
            "uses": [use(code) for code in codes],
            "answer": answer,
            "recipients": "Canyon Calls LLC",
            "recording": "R-4711",
            "token": uuid4(),
            "today": ON,
            "at": LATER,
            "by": call.by,
            **kwargs,
        },
    )


@pytest.fixture
def ready(call, authenticated):
    """A call whose caller may change things, under a policy that declares every use."""
    PolicyFactory()
    return authenticated(call)


def test_a_yes_becomes_an_express_approval_with_its_proof(ready):
    reading = ask(ready)
    request = reading.request
    assert (request.wish, request.status, request.call) == ("opt_in", "applied", ready)
    assert request.script == reading.script
    for part in (
        "R-4711",
        "Express opt-in",
        "version 1",
        "Canyon Calls LLC",
        request.script.digest,
    ):
        assert part in request.proof
    decision = decide(ready.customer, use("contractors"), on=ON)
    assert (decision.allowed, decision.code) == (True, "express")
    assert not decide(ready.customer, use("joint-ventures"), on=ON).allowed


@pytest.mark.parametrize("answer", ["no", "unclear", "not_asked"])
def test_no_other_answer_opts_anybody_in(ready, answer):
    reading = ask(ready, answer, recording="")
    assert (reading.answer, reading.request) == (answer, None)
    assert not OptOutRequest.objects.exists()
    assert not Approval.objects.exists()


@pytest.mark.parametrize(
    ("without", "match"),
    [
        ({"recording": " "}, "recording is not named"),
        ({"recipients": ""}, "not said who would receive"),
        ({"codes": ()}, "No use is chosen"),
        ({"codes": ("service",)}, "cannot be asked for"),
        ({"codes": ("track-competitors",)}, "cannot be asked for"),
        ({"kind": "read_back"}, "no approved script"),
        ({"answer": "maybe"}, "not one of those there are"),
    ],
)
def test_nothing_of_it_may_be_missing(ready, without, match):
    with pytest.raises(Refused, match=match):
        ask(ready, **without)
    assert not ScriptReading.objects.exists()
    assert not OptOutRequest.objects.exists()


def test_a_caller_who_is_not_authenticated_cannot_say_yes(call):
    with pytest.raises(Refused, match="may not change this"):
        ask(call)
    assert ask(call, "no").answer == "no"


def test_an_authorised_user_who_may_only_ask_cannot_say_yes(rep, authenticated):
    call = authenticated(CallFactory(by=rep, authorised=True))
    with pytest.raises(Refused, match="may not change this"):
        ask(call)


def test_a_draft_is_no_script_to_say_yes_to(ready):
    with pytest.raises(Refused, match="no approved script"):
        ask(ready, script=ScriptFactory(kind="opt_in"))


def test_a_script_that_was_replaced_before_the_call_is_not_read_any_more(ready):
    old = scripts.current("opt_in")
    new = ScriptFactory(kind="opt_in")
    scripts.approve(new, by=UserFactory(may="cpni.approve_script"), because="Read", at=AT)
    with pytest.raises(Refused, match="newer script"):
        ask(ready, script=old)
    assert ask(ready).script == new


def test_nothing_is_agreed_to_after_the_call_or_on_somebody_elses(ready, staff):
    with pytest.raises(Refused, match="somebody else"):
        ask(ready, by=staff("Support representative"))
    ready.ended_at, ready.outcome = AT, "done"
    ready.save()
    with pytest.raises(Refused, match="call has ended"):
        ask(ready)


def test_the_same_form_twice_is_one_answer(ready):
    token = uuid4()
    assert ask(ready, token=token) == ask(ready, "no", token=token)
    assert OptOutRequest.objects.count() == 1


def test_whoever_opted_out_opts_back_in_and_out_again(ready):
    on_call.opt_out(ready, today=ON, at=AT, by=ready.by)
    ask(ready, kind="opt_back", codes=("other-services", "agents"))
    assert decide(ready.customer, use("agents"), on=ON).code == "express"
    assert decide(ready.customer, use("affiliates"), on=ON).code == "opted_out"
    on_call.opt_out(ready, today=ON, at=LATER, by=ready.by)
    assert decide(ready.customer, use("agents"), on=ON).code == "opted_out"


def test_without_the_permission_for_it_nobody_records_a_yes(ready):
    with pytest.raises(NotAllowed):
        ask(ready, by=UserFactory(may="cpni.add_scriptreading"))
