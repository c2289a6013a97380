"""Calls in the admin: read by those who answer for them; a lock is released by a supervisor."""

import pytest
from django.urls import reverse

from accounts.models import AuthenticationTry, BusinessExemption, LockRelease
from config import roles
from tests.calls.conftest import AT
from tests.factories.accounts import CallFactory, CustomerFactory


@pytest.fixture
def locked(call):
    """The call, and five wrong tries in another's."""
    other = CallFactory(customer=call.customer, ended=True)
    for _ in range(5):
        AuthenticationTry.objects.create(
            call=other, customer=call.customer, by=other.by, at=AT, method="password",
            result="failed",
        )  # fmt: skip
    return call


def page(record, name, *args):
    return reverse(f"admin:accounts_{record}_{name}", args=args)


def test_a_call_s_page_shows_each_try_and_its_result(locked, client_of):
    attempt = AuthenticationTry.objects.first()
    body = client_of(roles.AUDITOR).get(page("call", "change", attempt.call_id)).content.decode()
    assert body.count("Failed") >= 5
    assert "Password" in body


def test_a_supervisor_releases_the_lock_from_the_call(locked, client_of, standing):
    supervisor = client_of(roles.SUPERVISOR)
    address = page("call", "release_lock", locked.pk)
    assert "November 24, 11:00 AM" in supervisor.get(address).content.decode()
    answer = supervisor.post(address, {"whose": "customer", "because": "In hospital"}, follow=True)
    assert "tries are counted anew" in answer.content.decode()
    assert LockRelease.objects.get().because == "In hospital"
    assert standing(locked).locked_until is None
    answer = supervisor.post(address, {"whose": "representative", "because": "x"}, follow=True)
    assert "There is no such lock now" in answer.content.decode()


def test_the_officer_enters_a_contract_and_ends_it(client_of):
    officer, customer = client_of(roles.OFFICER), CustomerFactory(kind="business")
    form = {
        "account": customer.account_number, "account_representative": "Sam Key",
        "contract": "MSA-7", "contract_on": "2026-01-05", "terms": "Word", "because": "Signed",
    }  # fmt: skip
    answer = officer.post(page("businessexemption", "add"), form, follow=True)
    exemption = BusinessExemption.objects.get()
    assert exemption.customer == customer
    officer.post(page("businessexemption", "end_exemption", exemption.pk), {"because": "Ran out"})
    exemption.refresh_from_db()
    assert str(exemption.until) == "2026-11-23"
    form["account"] = CustomerFactory().account_number
    answer = officer.post(page("businessexemption", "add"), form)
    assert "Only a business can be exempt" in answer.content.decode()
