"""Customers who were told of a changed policy and said nothing: only ever moved onwards."""

from datetime import UTC, date, datetime, timedelta

import pytest

from cpni import optouts
from cpni.assuming import assume_due
from notices import policies
from notices.models import PolicyBinding
from tests.factories.accounts import CallFactory, CustomerFactory
from tests.factories.cpni import InboundMessageFactory, OptOutRequestFactory
from tests.factories.notices import CampaignFactory, DeliveryFactory, PolicyFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

MAILED = date(2026, 10, 1)
DAY_AFTER = date(2026, 11, 4)
AT = datetime(2026, 11, 4, 18, tzinfo=UTC)


@pytest.fixture
def versions():
    """Three versions; customers of factories have been there since before the first."""
    days = (date(2020, 1, 1), date(2026, 10, 1), date(2026, 10, 15))
    return [PolicyFactory(effective_on=day) for day in days]


def tell(version, customer=None, *, mailed_on=MAILED):
    """A notice of the change to ``version``, mailed to ``customer``."""
    campaign = CampaignFactory(
        running=True, notice__kind="policy_change", notice__policy_version=version
    )
    return DeliveryFactory(
        campaign=campaign, mailed_on=mailed_on, **({"customer": customer} if customer else {})
    )


def accepts(customer, version, on):
    """The customer accepts ``version`` on a call on the day ``on``."""
    delivery = tell(version, customer, mailed_on=on - timedelta(days=1))
    delivery.outcome, delivery.outcome_on = "returned", on
    delivery.save()
    call = CallFactory(customer=customer)
    policies.bind(
        customer, version, since=on, delivery=delivery, call=call, by=None, because="Accepted"
    )


def test_whoever_was_told_and_did_not_object_is_moved(versions):
    told = tell(versions[1])
    objected = DeliveryFactory(mailed_on=MAILED, campaign=told.campaign)
    request = OptOutRequestFactory(received_on=date(2026, 10, 20))
    optouts.apply(request, customer=objected.customer, on=MAILED, by=None, because="Matches")
    assert assume_due(on=DAY_AFTER).moved_to_policy == 1
    binding = PolicyBinding.objects.get()
    assert (binding.customer, binding.policy_version) == (told.customer, versions[1])
    assert (binding.since, binding.delivery) == (DAY_AFTER, told)
    assert binding.history.get().history_type == "+"
    assert assume_due(on=DAY_AFTER).moved_to_policy == 0


def test_whoever_may_have_written_a_message_that_waits_is_not_moved(versions):
    told, other = (tell(versions[1]) for _ in range(2))
    theirs = InboundMessageFactory(customer=told.customer, to_read=True)
    perhaps = InboundMessageFactory(to_read=True)
    perhaps.candidates.add(other.customer)
    assert assume_due(on=DAY_AFTER).moved_to_policy == 0
    for message in (theirs, perhaps):
        message.to_read, message.acted_at = False, AT
        message.save()
    assert assume_due(on=DAY_AFTER).moved_to_policy == 2


def test_whoever_accepted_a_newer_version_on_a_call_is_not_moved_back_by_silence(versions):
    told = tell(versions[1])
    accepts(told.customer, versions[2], date(2026, 10, 20))
    assert assume_due(on=DAY_AFTER).moved_to_policy == 0
    assert policies.governing(told.customer, DAY_AFTER) == versions[2]


def test_whoever_was_moved_to_a_newer_version_by_silence_is_not_moved_back(versions):
    told = tell(versions[2])
    assert assume_due(on=DAY_AFTER).moved_to_policy == 1
    later = tell(versions[1], told.customer, mailed_on=date(2026, 11, 1))
    assert assume_due(on=later.assume_from).moved_to_policy == 0
    assert policies.governing(told.customer, later.assume_from) == versions[2]


def test_the_same_holds_when_the_job_comes_late_and_sees_both_at_once(versions):
    told = tell(versions[2])
    later = tell(versions[1], told.customer, mailed_on=date(2026, 11, 1))
    assert assume_due(on=later.assume_from).moved_to_policy == 1
    assert policies.governing(told.customer, later.assume_from) == versions[2]


def test_a_late_job_moves_from_version_to_version_as_one_in_time_would_have(versions):
    told = tell(versions[1])
    later = tell(versions[2], told.customer, mailed_on=date(2026, 11, 1))
    assert assume_due(on=later.assume_from).moved_to_policy == 2
    assert policies.governing(told.customer, DAY_AFTER) == versions[1]
    assert policies.governing(told.customer, later.assume_from) == versions[2]


def test_a_version_from_before_their_service_began_moves_nobody(versions):
    new = CustomerFactory(active_since=date(2026, 10, 16))
    told = tell(versions[1], new, mailed_on=date(2026, 10, 17))
    assert assume_due(on=told.assume_from).moved_to_policy == 0
    assert policies.governing(new, told.assume_from) == versions[2]


def test_nor_does_it_when_they_had_moved_in_an_earlier_service(versions):
    back = CustomerFactory(active_since=date(2026, 10, 16))
    PolicyBinding.objects.create(customer=back, policy_version=versions[0], since=date(2022, 3, 1))
    told = tell(versions[1], back, mailed_on=date(2026, 10, 17))
    assert assume_due(on=told.assume_from).moved_to_policy == 0
    assert policies.governing(back, told.assume_from) == versions[2]


def test_the_only_version_moves_nobody():
    told = tell(PolicyFactory())
    assert assume_due(on=told.assume_from).moved_to_policy == 0


def test_nobody_is_moved_before_the_version_takes_effect(versions):
    coming = PolicyFactory(effective_on=DAY_AFTER + timedelta(days=10))
    told = tell(coming)
    assert assume_due(on=DAY_AFTER).moved_to_policy == 0
    assert assume_due(on=coming.effective_on).moved_to_policy == 1
    assert policies.governing(told.customer, DAY_AFTER) == versions[0]
    assert policies.governing(told.customer, coming.effective_on) == coming


def test_whoever_took_a_newer_version_back_may_be_moved_to_the_one_in_between(versions):
    told = tell(versions[1])
    accepts(told.customer, versions[2], date(2026, 10, 20))
    policies.take_back(
        told.customer,
        versions[2],
        on=date(2026, 10, 25),
        call=CallFactory(customer=told.customer),
        by=None,
        because="Taken back",
    )
    assert assume_due(on=DAY_AFTER).moved_to_policy == 1
    assert policies.governing(told.customer, DAY_AFTER) == versions[1]
