"""A representative is in one call at a time; what they do meanwhile names it."""

import uuid
from datetime import date, timedelta

import pytest

from accounts import authenticating, calls, contacts, history
from accounts.errors import Refused
from accounts.models import Call, ContactPoint
from accounts.permissions import NotAllowed
from config import roles
from cpni.merging import merge
from tests.calls.conftest import AT, ON
from tests.factories.accounts import (
    AuthorisedUserFactory,
    CallFactory,
    CredentialFactory,
    CustomerFactory,
)


def start(customer, by, **kwargs):
    kwargs = {"direction": "inbound", "caller": "holder", "token": uuid.uuid4(), **kwargs}
    return calls.start(customer, by=by, at=AT, **kwargs)


def test_a_call_begins_and_ends_with_its_outcome(rep):
    call = start(CustomerFactory(), rep, caller_name=" Ann Example ")
    assert (call.is_open, call.caller_name, calls.open_call(rep)) == (True, "Ann Example", call)
    assert calls.end(call, outcome="done", note="Wants fiber", by=rep, at=AT) is True
    assert (call.outcome, call.note, call.ended_at) == ("done", "Wants fiber", AT)
    assert calls.open_call(rep) is None
    assert list(call.history.values_list("history_change_reason", "actor")) == [
        ("Call ended: Done", history.actor_name(rep)),
        ("Call started", history.actor_name(rep)),
    ]


def test_the_form_that_is_sent_twice_begins_one_call_also_after_its_end(rep):
    customer, token = CustomerFactory(), uuid.uuid4()
    call = start(customer, rep, token=token)
    assert start(customer, rep, token=token) == call
    calls.end(call, outcome="done", by=rep, at=AT)
    assert start(customer, rep, token=token) == call
    assert Call.objects.count() == 1


def test_a_form_of_someone_else_begins_nothing(rep, staff):
    customer, token = CustomerFactory(), uuid.uuid4()
    start(customer, rep, token=token)
    with pytest.raises(Refused, match="Someone else began a call with this form"):
        start(customer, staff(roles.REPRESENTATIVE), token=token)


def test_nobody_is_in_two_calls(rep):
    there = start(CustomerFactory(), rep)
    with pytest.raises(Refused, match=f"in a call about account {there.customer.account_number}"):
        start(CustomerFactory(), rep)


def test_two_representatives_may_talk_about_one_account(rep, staff):
    customer = CustomerFactory()
    start(customer, rep)
    assert start(customer, staff(roles.SUPERVISOR)).is_open


def test_a_merged_account_is_not_talked_about(rep):
    duplicate, survivor = CustomerFactory(), CustomerFactory()
    merge(duplicate, survivor, on=ON, at=AT, by=None, because="Same person")
    with pytest.raises(Refused, match=f"Use account {survivor.account_number}"):
        start(duplicate, rep)


def test_an_authorised_user_is_named_and_is_of_the_account(rep):
    customer, user = CustomerFactory(), AuthorisedUserFactory()
    for words, kwargs in (
        ("not said which authorised user", {"caller": "authorised"}),
        ("not said which authorised user", {"caller": "holder", "authorised_user": user}),
        ("of another account", {"caller": "authorised", "authorised_user": user}),
    ):
        with pytest.raises(Refused, match=words):
            start(customer, rep, **kwargs)
    call = start(user.customer, rep, caller="authorised", authorised_user=user)
    assert call.authorised_user == user


@pytest.mark.parametrize(
    "wrong",
    [
        {"direction": "sideways"},
        {"caller": "nobody"},
        {"caller_name": "Ann\nExample"},
        {"caller_name": "x" * 201},
    ],
)
def test_what_is_no_call_is_refused(rep, wrong):
    with pytest.raises(Refused):
        start(CustomerFactory(), rep, **wrong)
    assert not Call.objects.exists()


def test_a_call_ends_once_by_whoever_took_it_and_with_an_outcome(call, staff):
    with pytest.raises(Refused, match="another representative’s call"):
        calls.end(call, outcome="done", by=staff(roles.SUPERVISOR), at=AT)
    for wrong in ({"outcome": ""}, {"outcome": "done", "note": "x" * 1_001}):
        with pytest.raises(Refused):
            calls.end(call, **wrong, by=call.by, at=AT)
    assert calls.end(call, outcome="dropped", by=call.by, at=AT) is True
    later = AT + timedelta(minutes=1)
    assert calls.end(call, outcome="done", by=call.by, at=later) is False
    assert (call.outcome, call.ended_at) == ("dropped", AT)


def test_only_whoever_takes_calls_starts_one(staff):
    for role in (roles.MARKETING, roles.AUDITOR):
        with pytest.raises(NotAllowed):
            start(CustomerFactory(), staff(role))


def test_the_call_is_named_by_its_own_history_and_by_what_is_done_in_it(rep):
    with history.within_call(lambda: getattr(calls.open_call(rep), "pk", None)):
        customer = CustomerFactory()
        CredentialFactory(customer=customer)
        call = start(customer, rep)
        authenticating.try_password(call, said="blue kite 42", by=rep, at=AT)
        contacts.change_contact(
            customer, kind="email", value="new@mail.example", on=ON, at=AT, route="call", by=rep,
            because="Asked",
        )  # fmt: skip
        calls.end(call, outcome="done", by=rep, at=AT)
        contacts.change_contact(
            customer, kind="email", value="other@mail.example", on=date(2026, 11, 24), at=AT,
            route="admin", by=rep, because="Letter",
        )  # fmt: skip
    assert set(call.history.values_list("in_call", flat=True)) == {call.pk}
    points = ContactPoint.history.filter(kind="email").order_by("history_id")
    assert list(points.values_list("in_call", flat=True)) == [call.pk, None, None]


def test_names_and_notes_are_not_in_history(call):
    assert not {"caller_name", "note"} & {f.name for f in Call.history.model._meta.fields}
    assert CallFactory._meta.model.note.field.__class__.__name__ == "EncryptedTextField"
