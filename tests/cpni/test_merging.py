"""Merging accounts: the most restrictive choice wins, and nothing is forgotten."""

from datetime import UTC, date, datetime

import pytest

from accounts.errors import Refused
from cpni import optouts, reasons
from cpni.decisions import decide
from cpni.merging import merge
from cpni.models import OptOutRequest
from notices.models import Use
from tests.factories.accounts import CustomerFactory
from tests.factories.cpni import OptOutRequestFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

ON = date(2026, 11, 23)


def merged(duplicate, survivor):
    at = datetime(2026, 11, 23, 17, tzinfo=UTC)
    return merge(duplicate, survivor, on=ON, at=at, by=None, because="Same person")


def ask(customer):
    return decide(customer, Use.objects.get(code="agents"), on=ON)


def test_an_opt_out_on_the_duplicate_stands_on_the_survivor_even_against_an_older_opting_in():
    duplicate, survivor = CustomerFactory(), CustomerFactory()
    for request, customer in (
        (OptOutRequestFactory(received_on=date(2026, 1, 5)), duplicate),
        (OptOutRequestFactory(opt_in=True, received_on=date(2026, 3, 2)), survivor),
    ):
        optouts.apply(request, customer=customer, on=ON, by=None, because="Matches")
    assert merged(duplicate, survivor) == 6
    assert ask(survivor).reason is reasons.OPTED_OUT
    assert OptOutRequest.objects.get(route="merge").stated == (
        f"Opted out as account {duplicate.account_number}, which was merged into this one"
    )
    duplicate.refresh_from_db()
    assert ask(duplicate).sentence == (
        f"This account was merged. Ask about account {survivor.account_number}."
    )


def test_merging_twice_does_nothing_more():
    duplicate, survivor = CustomerFactory(), CustomerFactory()
    merged(duplicate, survivor)
    rows = duplicate.history.count()
    assert merged(duplicate, survivor) == 0
    assert duplicate.history.count() == rows


def test_an_account_cannot_be_merged_into_itself_or_into_a_second_one():
    first, second, third = CustomerFactory(), CustomerFactory(), CustomerFactory()
    with pytest.raises(Refused, match="itself"):
        merged(first, first)
    merged(first, second)
    with pytest.raises(Refused, match="was merged into"):
        merged(first, third)


def test_an_opt_out_of_all_uses_reaches_also_those_that_are_added_after_the_merge():
    duplicate, survivor = CustomerFactory(), CustomerFactory()
    opt_out(duplicate)
    opt_out(survivor, *Use.objects.filter(mechanism__in=Use.NEED_APPROVAL))  # of each one by name
    assert merged(duplicate, survivor) == 0
    added = Use.objects.create(
        code="resellers", purpose="New", recipient="agent", mechanism="opt_out"
    )
    assert decide(survivor, added, on=ON).reason is reasons.OPTED_OUT


def test_a_refusal_of_named_uses_is_carried_over_for_no_others():
    duplicate, survivor = CustomerFactory(), CustomerFactory()
    named = Use.objects.filter(mechanism__in=Use.NEED_APPROVAL)
    opt_out(duplicate, *named)
    assert merged(duplicate, survivor) == len(named)
    added = Use.objects.create(
        code="resellers", purpose="New", recipient="agent", mechanism="opt_out"
    )
    assert decide(survivor, added, on=ON).reason is reasons.NEVER_NOTICED


def opt_out(customer, *uses):
    request = OptOutRequestFactory(received_on=date(2026, 1, 5), all_uses=not uses)
    request.uses.set(uses)
    optouts.apply(request, customer=customer, on=ON, by=None, because="Matches")
