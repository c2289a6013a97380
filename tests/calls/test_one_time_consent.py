"""Consent for one call: it allows the use on this call and day, and changes nothing else."""

from datetime import timedelta
from uuid import uuid4

import pytest

from accounts import calls
from accounts.errors import Refused
from cpni import on_call, optouts, scripts
from cpni.decisions import decide
from cpni.models import Approval, Disclosure, ScriptReading
from cpni.one_time import decide_on_call
from notices.models import Use
from tests.calls.conftest import AT, ON
from tests.factories.accounts import CallFactory
from tests.factories.cpni import OptOutRequestFactory
from tests.factories.notices import PolicyFactory

LATER = AT + timedelta(minutes=1)
EVEN_LATER = AT + timedelta(minutes=2)


@pytest.fixture
def use(db):
    return Use.objects.get(code="other-services")


@pytest.fixture
def opted_out(call, authenticated):
    """A call of an authenticated customer who has opted out of everything."""
    on_call.opt_out(call, today=ON, at=AT, by=call.by)
    return authenticated(call)


def ask(call, use, answer="yes", **kwargs):
    return on_call.one_time(
        call,
        **{
            "script": scripts.current("one_time"),
            "language": "es",
            "uses": [use],
            "answer": answer,
            "token": uuid4(),
            "today": ON,
            "at": LATER,
            "by": call.by,
            **kwargs,
        },
    )


def test_whoever_opted_out_can_consent_for_the_call(opted_out, use):
    reading = ask(opted_out, use)
    decision = decide_on_call(opted_out, use, on=ON)
    assert (decision.allowed, decision.code) == (True, "one_time")
    assert decision.section == "64.2008(f); 47 USC 222(d)(3)"
    assert [(e.kind, e.id) for e in decision.evidence] == [("script read", reading.pk)]


def test_so_can_who_may_have_written_a_letter_that_waits_to_be_matched(call, authenticated, use):
    PolicyFactory()
    given = OptOutRequestFactory(opt_in=True)
    optouts.apply(given, customer=call.customer, on=ON, by=None, because="x")
    letter = OptOutRequestFactory(
        received_on=ON, stated=f"Account {call.customer.account_number}: stop"
    )
    optouts.keep_candidates(letter)
    authenticated(call)
    assert decide_on_call(call, use, on=ON).code == "open_request"
    ask(call, use)
    assert decide_on_call(call, use, on=ON).code == "one_time"


def test_it_changes_no_approval_and_no_standing(opted_out, use):
    before = list(Approval.objects.order_by("pk").values()), Approval.history.count()
    ask(opted_out, use)
    assert (list(Approval.objects.order_by("pk").values()), Approval.history.count()) == before
    assert decide(opted_out.customer, use, on=ON).code == "opted_out"


def test_it_ends_with_the_call(opted_out, use):
    ask(opted_out, use)
    calls.end(opted_out, outcome="done", by=opted_out.by, at=EVEN_LATER)
    assert decide_on_call(opted_out, use, on=ON).code == "opted_out"


def test_it_counts_on_no_other_call_and_no_other_day(opted_out, use, staff):
    ask(opted_out, use)
    other = CallFactory(customer=opted_out.customer)
    assert decide_on_call(other, use, on=ON).code == "opted_out"
    for days in (-1, 1):
        assert not decide_on_call(opted_out, use, on=ON + timedelta(days=days)).allowed


def test_a_later_no_or_opt_out_ends_it(opted_out, use):
    ask(opted_out, use)
    ask(opted_out, use, "no", at=EVEN_LATER)
    assert not decide_on_call(opted_out, use, on=ON).allowed
    ask(opted_out, use, at=EVEN_LATER)
    assert decide_on_call(opted_out, use, on=ON).allowed


def test_an_opt_out_on_the_same_call_ends_it(call, authenticated, use):
    ask(authenticated(call), use)
    assert decide_on_call(call, use, on=ON).code == "one_time"
    on_call.opt_out(call, today=ON, at=EVEN_LATER, by=call.by)
    assert decide_on_call(call, use, on=ON).code == "opted_out"


@pytest.mark.parametrize("answer", ["no", "unclear", "not_asked"])
def test_only_a_yes_counts(opted_out, use, answer):
    assert ask(opted_out, use, answer).answer == answer
    assert not decide_on_call(opted_out, use, on=ON).allowed
    assert not Disclosure.objects.exists()


def test_the_consent_of_a_stranger_is_none(call, use):
    with pytest.raises(Refused, match="would be nobody’s"):
        ask(call, use)
    assert not ScriptReading.objects.exists()


def test_an_authorised_user_who_may_ask_can_consent_for_the_call(rep, authenticated, use):
    call = authenticated(CallFactory(by=rep, authorised=True))
    ask(call, use)
    assert decide_on_call(call, use, on=ON).allowed


@pytest.mark.parametrize("code", ["agents", "contractors", "service", "track-competitors"])
def test_what_is_shared_or_needs_no_approval_is_not_asked_for_one_call(opted_out, code):
    with pytest.raises(Refused, match="cannot be asked for"):
        ask(opted_out, Use.objects.get(code=code))


def test_the_use_is_on_record_with_the_consent_that_allowed_it(opted_out, use):
    reading = ask(opted_out, use)
    used = Disclosure.objects.get()
    assert (used.reason, used.evidence) == ("one_time", [["script read", reading.pk]])
    assert used.recipient == f"Our representative on call {opted_out.pk}"


def test_such_a_use_is_none_that_an_objection_in_the_post_speaks_against(call, authenticated, use):
    ask(authenticated(call), use)
    letter = OptOutRequestFactory(received_on=ON)
    optouts.apply(letter, customer=call.customer, on=ON, by=None, because="Certain match")
    letter.refresh_from_db()
    assert not optouts.uses_in_between(letter).exists()


def test_the_same_form_twice_is_one_answer_and_one_use(opted_out, use):
    token = uuid4()
    assert ask(opted_out, use, token=token) == ask(opted_out, use, token=token)
    assert Disclosure.objects.count() == 1
