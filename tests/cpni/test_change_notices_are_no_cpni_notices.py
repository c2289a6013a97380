"""A message about a change of the account is no CPNI notice and starts no waiting period."""

from datetime import UTC, date, datetime

import pytest

from accounts import changes
from accounts.models import AccountChange
from cpni import gaps, optouts
from cpni.assuming import assume_due
from cpni.decisions import standing
from cpni.models import Approval
from notices import change_notices, letters
from notices.gaps import missed, told_by_nothing
from notices.models import Campaign, Delivery
from tests.factories.accounts import CarrierFactory, CustomerFactory
from tests.factories.cpni import OptOutRequestFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]
ON, AT = date(2026, 10, 1), datetime(2026, 10, 1, 18, tzinfo=UTC)
LATER = date(2026, 12, 1)


def told(**customer):
    """A customer to whom a change was told, or could not be."""
    CarrierFactory()
    found = CustomerFactory(**customer)
    changes.note(found, "password", at=AT, on=ON, route="call", by=None)
    change_notices.queue(at=AT, message_domain="wasatch.example")
    batch = letters.make_batch(Campaign.objects.get(), by=None, because="Print", at=AT)
    if batch:
        letters.confirm_mailed(batch, on=ON, proof="PS 3600", by=None, because="Mailed", today=ON)
    return found


def test_nothing_is_assumed_from_it_and_the_customer_was_never_noticed():
    customer = told()
    before = [(d.code, d.verdict) for d in standing(CustomerFactory(), on=LATER)]
    assert [(d.code, d.verdict) for d in standing(customer, on=LATER)] == before
    assume_due(on=LATER)
    assert not Approval.objects.exists()
    assert customer in gaps.never_noticed(on=LATER)


def test_an_objection_after_it_answers_no_notice():
    customer = told()
    assert optouts.in_time(OptOutRequestFactory(), customer) is None


def test_one_that_could_not_be_told_is_an_exception_of_its_own():
    told(post=False, service=False)
    assert not missed(Delivery.objects.all()).exists()
    assert not gaps.undeliverable(on=LATER).exists()
    assert told_by_nothing(AccountChange.objects.all()).count() == 1
