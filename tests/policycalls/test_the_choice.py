"""What the customer answers: only a proved yes of theirs moves them to the new version."""

from uuid import uuid4

import pytest

from accounts import authenticating
from accounts.errors import Refused
from cpni import policy_calls, scripts
from cpni.assuming import assume_due
from cpni.models import Script, ScriptReading
from notices import policies
from notices.models import PolicyBinding
from tests.factories.accounts import CallFactory
from tests.factories.notices import DeliveryFactory, PolicyFactory
from tests.policycalls.conftest import AT, ON

pytestmark = pytest.mark.django_db


@pytest.fixture
def answer(task, rep, next_call):
    """``answer("accepted")`` says that on the call for the task, or on another."""

    def record(said, *, call=None, known=True, **kwargs):
        call = call or next_call()
        if known:
            number = call.customer.services.get()
            authenticating.called_back(call, service=number, answered=True, by=rep, at=AT)
        kwargs = {"recording": "R-77", "token": uuid4(), **kwargs}
        reading = policy_calls.record(
            call, task, script=scripts.current(Script.Kind.POLICY_CHANGE), language="es",
            answer=said, today=ON, at=AT, by=rep, **kwargs,
        )  # fmt: skip
        task.refresh_from_db()
        return reading

    return record


def test_a_yes_moves_them_with_the_call_the_script_and_the_recording_as_proof(answer, task):
    old = PolicyFactory(number="0.1")
    assert policies.governing(task.customer, ON) == old
    reading = answer("accepted")
    binding = PolicyBinding.objects.get()
    assert policies.governing(task.customer, ON) == task.policy_version
    assert (binding.call, binding.delivery) == (reading.call, task.delivery)
    assert (reading.answer, reading.language, reading.recording) == ("yes", "es", "R-77")
    assert "recording R-77" in binding.history.get().history_change_reason
    assert (task.state, task.answer, task.answered_on) == ("done", "accepted", ON)


@pytest.mark.parametrize(("said", "kept"), [("refused", "no"), ("undecided", "unclear")])
def test_any_other_answer_is_recorded_and_moves_nobody(answer, task, said, kept):
    assert answer(said, known=False, recording="").answer == kept
    assert (task.state, task.answer) == ("done", said)
    assert not PolicyBinding.objects.exists()


@pytest.mark.parametrize(
    ("how", "why"), [({"known": False}, "may not change"), ({"recording": " "}, "recording")]
)
def test_a_yes_of_nobody_known_or_without_its_recording_is_refused(answer, task, how, why):
    with pytest.raises(Refused, match=why):
        answer("accepted", **how)
    task.refresh_from_db()
    assert task.state == "open"
    assert not ScriptReading.objects.exists()


def test_the_same_form_again_is_the_same_answer(answer, task, next_call):
    call, token = next_call(), uuid4()
    first = answer("refused", call=call, token=token)
    assert answer("refused", call=call, token=token) == first
    assert task.attempts == 1


def test_who_refused_may_accept_later_when_they_call_and_not_twice(answer, task, rep, next_call):
    call = next_call()
    answer("refused", call=call, known=False)
    answer("accepted", call=call)
    assert task.answer == "accepted"
    with pytest.raises(Refused, match="accepted the change already"):
        answer("accepted", call=call)


def test_silence_after_a_later_letter_does_not_undo_a_refusal(answer, task):
    letter = DeliveryFactory(
        campaign=task.delivery.campaign, customer=task.customer, round=2, mailed_on=ON
    )
    answer("refused", known=False)
    assert assume_due(on=letter.assume_from).moved_to_policy == 0
    assert not PolicyBinding.objects.exists()


def test_another_account_is_not_decided_about(answer, task, rep):
    with pytest.raises(Refused, match="another account"):
        answer("refused", call=CallFactory(by=rep), known=False)
