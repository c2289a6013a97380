"""Who accepted a changed policy on a call may take it back on a later one, and accept it again."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts import authenticating, calls
from cpni import decisions, optouts
from cpni.assuming import assume_due
from cpni.models import ScriptReading
from cpni.standings import gather_many
from notices import policies
from notices.models import PolicyBinding, TelephoneAttempt, TelephoneTask, Use
from tests.factories.accounts import CallFactory
from tests.factories.cpni import OptOutRequestFactory
from tests.factories.notices import (
    CampaignFactory,
    DeliveryFactory,
    PolicyFactory,
    TelephoneTaskFactory,
    undelivered,
)
from tests.policycalls.conftest import AT, ON, policy

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(days=7)


@pytest.fixture
def old():
    """The version under which the information was collected. It says nothing of offers."""
    return PolicyFactory(number="0.1", uses=["agents"])


@pytest.fixture
def ring(rep, customer):
    """``ring()``: the customer calls; ``known`` when they prove who they are."""

    def call(at=AT, *, known=True):
        if there := calls.open_call(rep):
            calls.end(there, outcome="done", by=rep, at=at)
        call = CallFactory(by=rep, customer=customer, started_at=at)
        if known:
            authenticating.called_back(
                call, service=customer.services.get(), answered=True, by=rep, at=at
            )
        return call

    return call


@pytest.fixture
def accepted(old, task, ring, say):
    """They accepted the new version on a call of theirs."""
    say(ring(), "accepted", recording="R-77")
    assert policies.governing(task.customer, ON) == task.policy_version
    return task


@pytest.fixture
def a_week_later(accepted, clock, desk, rep):
    """Seven days have passed, and the representative has signed in again."""
    clock.move_to(LATER)
    desk.force_login(rep)


def governing(task, day):
    """What governs on ``day``, asked of one customer and of many."""
    one = policies.governing(task.customer, day)
    assert gather_many([task.customer], day)[task.customer_id].governing == one
    return one


def shown(desk, call):
    return policy(desk.get(reverse("desk:call", args=[call.pk])))


def offer(customer, day):
    """May we offer within the services that they have? Only the new version says so."""
    return decisions.decide(customer, Use.objects.get(code="same-category"), on=day).allowed


def test_they_take_it_back_from_that_day_and_what_was_done_before_stays_lawful(
    accepted, a_week_later, ring, say, desk, old
):
    call = ring(LATER, known=False)
    panel = shown(desk, call)
    assert [value for value, _ in panel["told"]] == ["refused"]
    answer = say(call, "refused")
    assert "From November 30, 2026 their information is under Policy 0.1 again." in answer.text
    customer, day = accepted.customer, LATER.date()
    before = day - timedelta(days=1)
    assert [governing(accepted, d) for d in (ON, before)] == [accepted.policy_version] * 2
    assert governing(accepted, day) == old
    assert [offer(customer, d) for d in (ON, before, day)] == [True, True, False]


def test_it_is_a_choice_of_its_own_with_its_call(accepted, a_week_later, ring, say, old):
    call = ring(LATER, known=False)
    say(call, "refused")
    first, second = PolicyBinding.objects.order_by("pk")
    assert (first.policy_version, first.since) == (accepted.policy_version, ON)
    assert (second.policy_version, second.since, second.call) == (old, LATER.date(), call)
    assert second.history.get().history_change_reason.startswith(f"Taken back on call {call.pk}")
    assert list(ScriptReading.objects.values_list("answer", flat=True)) == ["no", "yes"]
    assert list(TelephoneAttempt.objects.values_list("outcome", "call")) == [
        ("refused", call.pk), ("accepted", first.call_id),
    ]  # fmt: skip
    accepted.refresh_from_db()
    assert (accepted.answer, accepted.answered_on) == ("refused", LATER.date())
    assert [row.answer for row in accepted.history.all()][:2] == ["refused", "accepted"]


def test_they_accept_again_with_a_new_proof(accepted, a_week_later, ring, say, desk, old):
    call = ring(LATER, known=False)
    say(call, "refused")
    assert [value for value, _ in shown(desk, call)["told"]] == [
        "accepted", "refused", "undecided",
    ]  # fmt: skip
    assert "may not change this" in say(call, "accepted", recording="R-78").text
    assert governing(accepted, LATER.date()) == old
    say(ring(LATER), "accepted", recording="R-78")
    assert governing(accepted, LATER.date()) == accepted.policy_version
    assert PolicyBinding.objects.count() == 3


def test_sent_twice_it_is_taken_back_once(accepted, ring, say):
    call = ring()
    token = "7d3a1c1e-34a8-4f0e-9f5c-0f1f5a3b9b11"
    say(call, "refused", token=token)
    say(call, "refused", token=token)
    assert PolicyBinding.objects.count() == 2
    assert TelephoneAttempt.objects.filter(outcome="refused").count() == 1


@pytest.mark.parametrize("said", ["accepted", "undecided"])
def test_a_yes_stands_until_they_say_no(accepted, ring, say, said):
    assert "accepted the change already" in say(ring(), said, recording="R-78").text
    assert TelephoneTask.objects.get().answer == "accepted"


def test_before_the_version_takes_effect_it_never_governs(old, customer, ring, say):
    version = PolicyFactory(effective_on=ON + timedelta(days=20))
    campaign = CampaignFactory(
        running=True, notice__kind="policy_change", notice__policy_version=version
    )
    task = TelephoneTaskFactory(
        customer=customer, delivery=undelivered(customer, campaign=campaign)
    )
    say(ring(), "accepted", recording="R-77")
    assert governing(task, version.effective_on) == version
    say(ring(), "refused")
    days = (ON, version.effective_on, version.effective_on + timedelta(days=400))
    assert {governing(task, day) for day in days} == {old}


def test_silence_after_a_later_letter_does_not_bring_it_back(accepted, ring, say, old):
    say(ring(), "refused")
    letter = DeliveryFactory(
        campaign=accepted.delivery.campaign, customer=accepted.customer, round=2, mailed_on=ON
    )
    assert assume_due(on=letter.assume_from).moved_to_policy == 0
    assert governing(accepted, letter.assume_from) == old


def test_who_has_moved_on_to_a_later_version_is_not_asked_about_the_older_one(accepted, ring, desk):
    later = PolicyFactory(effective_on=ON + timedelta(days=1))
    PolicyBinding.objects.create(customer=accepted.customer, policy_version=later, since=ON)
    assert shown(desk, ring()) is None


def test_an_opt_out_denies_uses_and_leaves_the_version(accepted):
    request = OptOutRequestFactory(received_on=ON)
    optouts.apply(request, customer=accepted.customer, on=ON, by=None, because="Matches")
    assert governing(accepted, ON) == accepted.policy_version
    assert offer(accepted.customer, ON)
