"""Photo ID in a store (64.2010(d)), and businesses whose contract says how (64.2010(g))."""

from datetime import date

import pytest

from accounts import authenticating, exemptions
from accounts.errors import Refused
from accounts.permissions import NotAllowed
from config import roles
from tests.calls.conftest import AT, ON
from tests.factories.accounts import BusinessExemptionFactory, CallFactory, CustomerFactory

YESTERDAY = date(2026, 11, 22)


def show(call, document="passport", expires_on=ON, matches=True):
    return authenticating.photo_id(
        call, document=document, expires_on=expires_on, matches=matches, by=call.by, at=AT, on=ON
    )


@pytest.mark.parametrize(
    ("shown", "result", "detail"),
    [
        ({}, "passed", "Passport, expires 2026-11-23"),
        ({"expires_on": YESTERDAY}, "failed", "Passport, expires 2026-11-22"),
        ({"matches": False}, "failed", "Passport, expires 2026-11-23, another name"),
    ],
)
def test_photo_id_is_in_date_and_of_the_caller(standing, shown, result, detail):
    call = CallFactory(store=True)
    attempt = show(call, **shown)
    assert (attempt.result, attempt.detail) == (result, detail)
    assert standing(call).call_detail == (result == "passed")


def test_a_library_card_is_no_photo_id_and_nothing_is_shown_by_telephone(call):
    with pytest.raises(Refused, match="not a photo ID issued by a government"):
        show(CallFactory(store=True), document="library")
    with pytest.raises(Refused, match="looked at in a store"):
        show(call)


def follow(call, exemption, followed=True):
    return authenticating.exempt(
        call, exemption=exemption, followed=followed, by=call.by, at=AT, on=ON
    )


def test_a_business_is_authenticated_as_its_contract_says(rep, standing):
    exemption = BusinessExemptionFactory()
    call = CallFactory(by=rep, customer=exemption.customer)
    assert follow(call, exemption, followed=False).result == "failed"
    assert not standing(call).account
    assert follow(call, exemption).detail == f"{exemption}, Sam Key"
    assert (standing(call).call_detail, standing(call).section) == (True, "64.2010(g)")


def test_a_contract_that_ended_or_is_another_s_exempts_nobody(rep):
    exemption = BusinessExemptionFactory(until=ON)
    call = CallFactory(by=rep, customer=exemption.customer)
    for other in (exemption, BusinessExemptionFactory()):
        with pytest.raises(Refused, match="no such contract in force"):
            follow(call, other)


def test_a_residential_customer_is_not_exempt(call):
    exemption = BusinessExemptionFactory()
    with pytest.raises(Refused, match="Only businesses"):
        follow(call, exemption)


def enter(customer, by=None, **kwargs):
    fields = {
        "account_representative": "Sam Key", "contract": "MSA-7, clause 9",
        "contract_on": date(2026, 1, 5), "terms": "Word of the month", **kwargs,
    }  # fmt: skip
    return exemptions.add(customer, **fields, on=ON, by=by, because="Signed")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"account_representative": " "}, "cannot be blank"),
        ({"contract": ""}, "cannot be blank"),
        ({"terms": ""}, "cannot be blank"),
        ({"contract_on": date(2026, 11, 24)}, "day that has not come"),
    ],
)
def test_a_contract_needs_both_its_representative_and_its_clause(wrong, words):
    with pytest.raises(Refused, match=words):
        enter(CustomerFactory(kind="business"), **wrong)
    with pytest.raises(Refused, match="Only a business can be exempt"):
        enter(CustomerFactory())


def test_the_officer_enters_and_ends_a_contract(staff, rep):
    officer, customer = staff(roles.OFFICER), CustomerFactory(kind="business")
    with pytest.raises(NotAllowed):
        enter(customer, by=rep)
    exemption = enter(customer, by=officer)
    assert enter(customer, by=officer) == exemption
    assert exemption.current(ON)
    with pytest.raises(NotAllowed):
        exemptions.end(exemption, on=ON, by=rep, because="x")
    assert exemptions.end(exemption, on=ON, by=officer, because="Ran out") is True
    assert exemptions.end(exemption, on=ON, by=officer, because="Ran out") is False
    exemption.refresh_from_db()
    assert not exemption.current(ON)
    assert exemption.history.first().history_change_reason == "Ran out"
