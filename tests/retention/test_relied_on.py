"""What is still relied on, or under a hold, stays however old it is."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from accounts.errors import Refused
from accounts.models import ImportBatch
from cpni import holds, optouts, purging
from cpni.assuming import assume_due
from cpni.decisions import decide
from cpni.merging import merge
from cpni.models import Approval, LegalHold
from notices.models import Delivery, Use
from tests.factories.accounts import CustomerFactory
from tests.factories.cpni import LegalHoldFactory, OptOutRequestFactory

pytestmark = [pytest.mark.django_db]
LONG_AGO = date(2025, 3, 1)


def purge(today):
    return purging.purge(as_of=today, today=today, by=None, because="Yearly")


def stays(today, model):
    (line,) = [x for x in purging.plan(as_of=today) if x.records.model is model]
    return line.held_back


def assumed_on(day):
    with time_machine.travel(datetime(day.year, day.month, day.day, 18, tzinfo=UTC), tick=False):
        assume_due(on=day)


def test_the_notice_on_which_an_approval_was_assumed_stays(today, mailed):
    delivery = mailed(CustomerFactory(), LONG_AGO)
    assumed_on(date(2025, 4, 10))
    purge(today)
    assert Delivery.objects.get() == delivery
    assert stays(today, Delivery) == {
        "An approval or a policy rests on it": 1,
        "The customer's last notice, or it may still carry approval": 1,
    }


def test_the_last_notice_stays_or_an_overdue_customer_would_look_never_noticed(today, mailed):
    customer = CustomerFactory()
    mailed(customer, LONG_AGO)
    use = Use.objects.get(code="agents")
    assert decide(customer, use, on=today).code == "overdue"
    purge(today)
    assert decide(customer, use, on=today).code == "overdue"


def test_a_notice_that_a_later_one_has_replaced_goes(today, mailed):
    customer = CustomerFactory()
    mailed(customer, LONG_AGO)
    later = mailed(customer, date(2027, 3, 1))
    purge(today)
    assert list(Delivery.objects.all()) == [later]


def test_a_notice_stays_when_the_later_one_asked_for_less_or_came_back(today, mailed):
    for later in ({"uses": ["agents"]}, {"outcome": "returned", "outcome_on": date(2027, 3, 9)}):
        customer = CustomerFactory()
        mailed(customer, LONG_AGO)
        mailed(customer, date(2027, 3, 1), **later)
    purge(today)
    assert Delivery.objects.filter(mailed_on=LONG_AGO).count() == 2


def test_a_notice_that_carries_approval_on_the_very_cut_off_stays(today, mailed):
    """On March 1, 2028, the cut-off, a notice of March 1, 2026 was in its last day."""
    for last_day in (date(2026, 2, 28), date(2026, 3, 1)):
        customer = CustomerFactory()
        mailed(customer, last_day)
        mailed(customer, date(2027, 3, 1))
    purge(today)
    assert sorted(d.mailed_on.isoformat() for d in Delivery.objects.all()) == [
        "2026-03-01",
        "2027-03-01",
        "2027-03-01",
    ]


def test_an_opt_out_outlasts_everything(today, mailed):
    customer = CustomerFactory()
    mailed(customer, LONG_AGO)
    request = OptOutRequestFactory(received_on=LONG_AGO)
    optouts.apply(request, customer=customer, on=LONG_AGO, by=None, because="x")
    with time_machine.travel("2090-01-01T18:00Z"):
        day = date(2090, 1, 1)
        for _ in range(3):
            purge(day)
        assert decide(customer, Use.objects.get(code="agents"), on=day).code == "opted_out"
    assert Approval.objects.filter(customer=customer, state="denied").count() >= 3


def test_approvals_and_notices_of_a_customer_who_left_long_ago_go(today, mailed):
    customer = CustomerFactory()
    mailed(customer, LONG_AGO)
    assumed_on(date(2025, 4, 10))
    customer.status, customer.discontinued_on = "discontinued", date(2025, 6, 1)
    customer.save()
    assumed_on(date(2025, 6, 2))
    use = Use.objects.get(code="agents")
    before = decide(customer, use, on=today)
    purge(today)
    purge(today)
    assert not Approval.objects.exists()
    assert not Approval.history.exists()
    assert not Delivery.objects.exists()
    assert decide(customer, use, on=today) == before


@pytest.fixture
def old(today, mailed):
    """Two old notices to one customer, of which the first would go."""
    customer = CustomerFactory()
    first = mailed(customer, LONG_AGO)
    mailed(customer, date(2027, 3, 1))
    return first


def remains(delivery):
    return Delivery.objects.filter(pk=delivery.pk).exists()


def test_a_hold_on_everything_on_the_customer_or_on_the_campaign_keeps_it(today, old):
    for what in (
        {"scope": "everything"},
        {"scope": "customer", "customer": old.customer},
        {"scope": "campaign", "campaign": old.campaign},
    ):
        hold = LegalHoldFactory(**what)
        purge(today)
        assert remains(old)
        assert stays(today, Delivery)["Legal hold"] >= 1
        assert holds.release(hold, on=today, by=None, because="The docket is closed")
    purge(today)
    assert not remains(old)


def test_a_hold_on_a_customer_covers_the_accounts_merged_with_it(today, old):
    survivor = CustomerFactory()
    at = datetime(2028, 3, 1, tzinfo=UTC)
    merge(old.customer, survivor, on=date(2028, 1, 1), at=at, by=None, because="Same person")
    LegalHoldFactory(scope="customer", customer=survivor)
    purge(today)
    assert remains(old)


def test_a_hold_on_an_import_keeps_it(today):
    batch = ImportBatch.objects.create(
        file_name="x.csv", started_at=datetime(2026, 3, 1, tzinfo=UTC)
    )
    LegalHoldFactory(scope="import", import_batch=batch)
    purge(today)
    assert ImportBatch.objects.filter(pk=batch.pk).exists()


def test_a_release_needs_a_reason_and_counts_once(today):
    hold = LegalHoldFactory()
    with pytest.raises(Refused, match="needs a reason"):
        holds.release(hold, on=today, by=None, because=" ")
    assert holds.release(hold, on=today, by=None, because="Counsel's letter of today")
    assert not holds.release(hold, on=today, by=None, because="Again")
    assert LegalHold.objects.get().released_because == "Counsel's letter of today"
    assert hold.history.count() == 2
