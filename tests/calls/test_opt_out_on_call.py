"""An opt-out on the line: heard from whoever calls, once, at once, for everything."""

from datetime import timedelta

import pytest

from accounts.errors import Refused
from cpni import on_call
from cpni.decisions import decide
from cpni.merging import merge
from cpni.models import Approval, OptOutRequest
from cpni.scripts import aloud, current
from notices.models import Use
from tests.calls.conftest import AT, ON
from tests.factories.accounts import CallFactory, CustomerFactory


def opt_out(call, **kwargs):
    return on_call.opt_out(call, today=ON, at=AT, by=call.by, **kwargs)


def test_it_is_applied_to_the_account_of_the_call_for_every_use(call):
    request = opt_out(call)
    assert (request.route, request.status, request.customer) == (
        "telephone",
        "applied",
        call.customer,
    )
    assert (request.received_on, request.effective_on, request.call) == (ON, ON, call)
    denied = Approval.objects.filter(customer=call.customer, state="denied")
    needing = Use.objects.filter(mechanism__in=Use.NEED_APPROVAL)
    assert denied.count() == needing.count()


def test_nobody_has_to_prove_who_they_are(rep, standing):
    call = CallFactory(by=rep, caller="other", caller_name="Uncle Bob")
    assert not standing(call).account
    assert "Uncle Bob" in opt_out(call).stated
    use = Use.objects.get(code="other-services")
    assert decide(call.customer, use, on=ON).code == "opted_out"


def test_in_a_store_it_was_said_in_person(rep):
    assert opt_out(CallFactory(by=rep, store=True)).route == "person"


def test_said_twice_it_is_one_request(call):
    agents = Use.objects.get(code="agents")
    assert opt_out(call) == opt_out(call) == opt_out(call, uses=[agents])
    assert OptOutRequest.objects.count() == 1


def test_for_named_uses_only_those_are_denied(call):
    agents = Use.objects.get(code="agents")
    request = opt_out(call, uses=[agents])
    assert not request.all_uses
    denied = Approval.objects.filter(customer=call.customer, state="denied")
    assert [row.use for row in denied] == [agents]
    assert opt_out(call) != request  # everything is more than that


def test_another_call_is_another_request(call, rep):
    first = opt_out(call)
    call.ended_at, call.outcome = AT, "done"
    call.save()
    again = CallFactory(by=rep, customer=call.customer)
    assert opt_out(again) != first


def test_it_is_heard_when_the_form_comes_after_the_call(rep):
    assert opt_out(CallFactory(by=rep, ended=True)).status == "applied"


def test_an_account_that_was_merged_meanwhile_is_opted_out_as_the_one_that_remains(call):
    survivor = CustomerFactory()
    merge(call.customer, survivor, on=ON, at=AT, by=None, because="Same person")
    call.refresh_from_db()
    assert opt_out(call).customer == survivor


def test_it_is_read_back_with_its_reference(call):
    request = opt_out(call)
    said = aloud(current("read_back"), language="en", values={"reference": f"C-{request.pk}"})
    assert f"Your reference is C-{request.pk}." in said
    assert "until you tell us otherwise" in said


# --- The three switches --------------------------------------------------------------------------


def stop(call, *, cpni=False, channels=(), email_notices=False):
    return on_call.stop_using(
        call,
        cpni=cpni,
        channels=channels,
        email_notices=email_notices,
        today=ON,
        at=AT,
        by=call.by,
    )


def test_each_of_the_three_switches_is_thrown_alone(rep):
    customer = CustomerFactory(by_email=True)
    call = CallFactory(by=rep, customer=customer)
    stopped = stop(call, channels=["email"])
    assert (stopped.optout, list(stopped.channels), stopped.email_notices) == (
        None,
        ["email"],
        False,
    )
    assert not Approval.objects.exists()
    customer.refresh_from_db()
    assert customer.email_notices_since is not None


def test_everything_is_all_three_and_twice_is_once(rep):
    call = CallFactory(by=rep, customer=CustomerFactory(by_email=True))
    every = {"cpni": True, "channels": ["email", "text", "call", "post"], "email_notices": True}
    first = stop(call, **every)
    assert first.optout and len(first.channels) == 4 and first.email_notices
    again = stop(call, **every)
    assert (again.optout, list(again.channels), again.email_notices) == (first.optout, [], False)


def test_nothing_chosen_is_refused(call):
    with pytest.raises(Refused, match="Nothing is chosen"):
        stop(call)


def test_marketing_is_allowed_again_only_by_a_caller_who_may_change_things(call, authenticated):
    stop(call, channels=["call"])
    allow = {"channels": ["call"], "today": ON, "at": AT + timedelta(minutes=1), "by": call.by}
    with pytest.raises(Refused, match="may not change"):
        on_call.allow_marketing(call, **allow)
    authenticated(call)
    assert on_call.allow_marketing(call, **allow) == ["call"]
