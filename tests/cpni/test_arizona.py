"""What Arizona asks beyond the federal rules: approvals verified, and every opting in confirmed."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from accounts.errors import Refused
from accounts.models import AccountChange, ContactPoint
from config import roles
from cpni import changed_approvals, optouts, verifying_approvals
from cpni.assuming import assume_due
from cpni.decisions import decide
from notices.models import Use
from tests.factories.accounts import CarrierFactory, CustomerFactory
from tests.factories.cpni import OptOutRequestFactory, VerificationFactory
from tests.factories.notices import DeliveryFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]
MAILED, BEGAN = date(2025, 12, 1), date(2026, 1, 4)
LAPSED = date(2027, 1, 4)
AT = datetime(2026, 11, 23, 18, tzinfo=UTC)


def in_arizona():
    customer = CustomerFactory(post=False)
    ContactPoint.objects.create(
        customer=customer,
        kind="post",
        line1="7 Saguaro Road",
        city="Mesa",
        state="AZ",
        postcode="85201",
        since=date(2020, 1, 6),
    )
    return customer


@pytest.fixture
def approved():
    delivery = DeliveryFactory(customer=in_arizona(), mailed_on=MAILED)
    DeliveryFactory(campaign=delivery.campaign, mailed_on=MAILED)  # in Utah
    assume_due(on=BEGAN)
    return delivery.customer


def found(on, days_left=None):
    rows = verifying_approvals.unverified(on=on, days_left=days_left)
    return set(rows.values_list("customer", flat=True))


def test_which_approvals_reach_one_year_unverified(approved):
    assert found(date(2026, 11, 23)) == {approved.pk}
    assert found(date(2026, 11, 23), 30) == set()
    assert found(date(2026, 11, 23), 41) == {approved.pk}  # until January 3
    assert found(date(2027, 1, 3), -1) == set()
    assert found(date(2027, 1, 4), -1) == {approved.pk}
    VerificationFactory(customer=approved)
    assert found(date(2026, 11, 23)) == set()


def ask(customer, on):
    return decide(customer, Use.objects.get(code="agents"), on=on).code


def test_what_lapses_unverified_is_suspended_from_that_day_and_other_systems_learn_of_it(approved):
    changed_approvals.list_new(at=AT)
    before = changed_approvals.last_position()
    assert assume_due(on=LAPSED - timedelta(days=1)).suspended == 0
    later = LAPSED + timedelta(days=10)  # the job ran late
    assert assume_due(on=later).suspended == 3
    changed_approvals.list_new(at=AT)
    changes, _, _ = changed_approvals.page(before, most=100)
    assert {(c.account, c.state, c.effective_on) for c in changes} == {
        (approved.account_number, "suspended", LAPSED)
    }
    assert found(later, -1) == {approved.pk}
    assert assume_due(on=later).left_alone == {"unverified": 3, "already": 3}
    assert [ask(approved, on) for on in (LAPSED - timedelta(days=1), LAPSED, later)] == [
        "assumed",
        "unverified",
        "unverified",
    ]


def test_once_it_is_verified_it_is_assumed_again(approved):
    later = LAPSED + timedelta(days=10)
    assume_due(on=later)
    VerificationFactory(customer=approved, verified_on=later)
    assert ask(approved, later) == "not_recorded"
    assert assume_due(on=later).assumed == 3
    assert (ask(approved, later - timedelta(days=1)), ask(approved, later)) == (
        "unverified",
        "assumed",
    )


def test_who_moves_to_arizona_after_the_year_is_suspended_from_the_move_on():
    customer = DeliveryFactory(mailed_on=MAILED).customer
    assume_due(on=BEGAN)
    move, later = LAPSED + timedelta(days=5), LAPSED + timedelta(days=9)
    ContactPoint.objects.filter(customer=customer).update(until=move)
    ContactPoint.objects.filter(customer=in_arizona()).update(customer=customer, since=move)
    assert assume_due(on=later).suspended == 3
    assert (ask(customer, move - timedelta(days=1)), ask(customer, move)) == (
        "assumed",
        "unverified",
    )


def test_a_representative_records_the_verification_on_the_customers_page(approved, client_of):
    CarrierFactory()
    client = client_of(roles.REPRESENTATIVE)
    act = reverse("admin:accounts_customer_verify_approvals", args=[approved.pk])
    said = {
        "verified_on": "2026-11-20",
        "way": "call",
        "proof": "Recording 4711",
        "identity": "on",
        "authority": "on",
        "wish": "on",
        "numbers": "All",
        "services": "All",
        "because": "Called back",
    }
    answer = client.post(act, {**said, "authority": ""})
    assert "This field is required" in answer.content.decode()
    assert client.post(act, said).status_code == 302
    decision = decide(approved, Use.objects.get(code="agents"), on=date(2027, 1, 4))
    assert decision.code == "assumed"
    assert "verification" in {evidence.kind for evidence in decision.evidence}


def test_what_was_not_said_in_full_verifies_nothing(approved):
    with pytest.raises(Refused, match="all of it"):
        verifying_approvals.verify(
            VerificationFactory.build(customer=approved, wish=False),
            today=AT.date(),
            at=AT,
            by=None,
            because="x",
        )


@pytest.mark.parametrize(("home", "confirmed"), [(in_arizona, 1), (CustomerFactory, 0)])
def test_an_opting_in_on_a_call_is_confirmed_in_writing_in_arizona(home, confirmed):
    customer = home()
    request = OptOutRequestFactory(opt_in=True, received_on=AT.date())
    optouts.apply(request, customer=customer, on=AT.date(), by=None, because="x")
    choices = AccountChange.objects.filter(customer=customer, kind="choice")
    assert choices.count() == confirmed
