"""Service ends and begins again; consent to notices by e-mail is given and withdrawn."""

from datetime import date

import pytest

from accounts import customers
from accounts.errors import Refused
from accounts.models import Customer
from tests.factories.accounts import CustomerFactory, UserFactory

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 23)
WHY = {"by": None, "because": "Called"}


def test_service_ends_and_begins_again_as_a_new_period():
    customer, rep = CustomerFactory(), UserFactory(may="accounts.change_customer")
    assert customers.discontinue(customer, on=ON, by=rep, because="Moved")
    assert (customer.status, customer.discontinued_on) == ("discontinued", ON)
    assert not customers.discontinue(customer, on=date(2026, 12, 1), **WHY)
    assert customers.reconnect(customer, on=date(2027, 1, 4), by=rep, because="Back")
    assert (customer.status, customer.discontinued_on) == ("active", None)
    assert customer.active_since == date(2027, 1, 4)
    assert not customers.reconnect(customer, on=date(2027, 2, 1), **WHY)
    reasons = customer.history.values_list("history_change_reason", flat=True)
    assert list(reasons)[:2] == ["Back", "Moved"]
    assert customer.history.count() == 3


def test_days_that_cannot_be_are_refused():
    customer = CustomerFactory(active_since=date(2026, 6, 1))
    with pytest.raises(Refused):
        customers.discontinue(customer, on=date(2026, 5, 31), **WHY)
    customers.discontinue(customer, on=ON, **WHY)
    with pytest.raises(Refused):
        customers.reconnect(customer, on=date(2026, 11, 22), **WHY)


def test_a_merged_account_is_left_alone():
    merged = CustomerFactory(status="merged", merged_into=CustomerFactory(), discontinued_on=ON)
    for act in (customers.discontinue, customers.reconnect, customers.withdraw_email_consent):
        with pytest.raises(Refused):
            act(merged, on=ON, **WHY)
    with pytest.raises(Refused):
        customers.record_email_consent(merged, on=ON, proof="Order 7", **WHY)


def test_consent_is_recorded_once_with_its_proof_and_withdrawn_with_its_day():
    customer = CustomerFactory()
    assert customers.record_email_consent(customer, on=ON, proof=" Order 7 ", **WHY)
    assert not customers.record_email_consent(customer, on=ON, proof="Order 7", **WHY)
    assert (customer.email_notices_since, customer.email_notices_proof) == (ON, "Order 7")
    assert customers.withdraw_email_consent(customer, on=ON, **WHY)
    assert not customers.withdraw_email_consent(customer, on=ON, **WHY)
    customer.refresh_from_db()
    assert customer.email_notices_since is None
    assert customer.email_notices_withdrawn_on == ON
    assert customer.history.count() == 3


@pytest.mark.parametrize("proof", ["", "  ", "x" * 201, "Order\n7"])
def test_consent_that_cannot_be_verified_is_refused(proof):
    customer = CustomerFactory()
    with pytest.raises(Refused):
        customers.record_email_consent(customer, on=ON, proof=proof, **WHY)
    assert Customer.objects.get().email_notices_since is None
