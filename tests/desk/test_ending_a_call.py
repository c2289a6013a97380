"""A call ends once, with its outcome, and leads on."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Call
from tests.factories.accounts import CallFactory

pytestmark = pytest.mark.django_db


def test_it_ends_with_its_outcome_and_leads_to_the_box(call, post):
    answer = post(call, "end", outcome="follow_up", note="Call on Monday")
    call.refresh_from_db()
    assert (call.outcome, call.note) == ("follow_up", "Call on Monday")
    assert answer.redirect_chain == [(reverse("desk:find"), 302)]
    body = answer.content.decode()
    assert "ended: to be followed up." in body
    assert "Call on Monday" in body


def test_without_an_outcome_it_goes_on(call, post):
    answer = post(call, "end", outcome="")
    call.refresh_from_db()
    assert call.is_open
    assert answer.redirect_chain == [(reverse("desk:call", args=[call.pk]), 302)]


def test_what_ended_stays_as_it_ended(call, post):
    post(call, "end", outcome="done")
    post(call, "end", outcome="dropped")
    call.refresh_from_db()
    assert call.outcome == "done"


@pytest.mark.parametrize(
    ("wanted", "leads"),
    [("/admin/", "/admin/"), ("https://elsewhere.example/", "/desk/"), ("//elsewhere", "/desk/")],
)
def test_it_leads_to_where_the_representative_was_going_and_nowhere_else(desk, call, wanted, leads):
    answer = desk.post(reverse("desk:end", args=[call.pk]), {"outcome": "done", "next": wanted})
    assert answer["Location"] == leads


def test_what_was_done_in_a_later_call_is_followed_up(desk, rep, customer, clock):
    first = CallFactory(by=rep, customer=customer, ended=True)
    Call.objects.filter(pk=first.pk).update(outcome="follow_up")
    assert list(desk.get(reverse("desk:find")).context["follow_up"]) == [first]
    CallFactory(customer=customer, ended=True, started_at=first.started_at + timedelta(minutes=1))
    assert list(desk.get(reverse("desk:find")).context["follow_up"]) == []


def test_my_last_calls_and_follow_ups_are_mine(desk, rep, customer):
    CallFactory(by=rep, customer=customer, ended=True)
    CallFactory(ended=True)
    context = desk.get(reverse("desk:find")).context
    assert [one.customer for one in context["recent"]] == [customer]
    assert list(context["follow_up"]) == []
