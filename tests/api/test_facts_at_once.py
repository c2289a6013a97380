"""What is read in one statement is what is read in a dozen: the same facts, the same decisions."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import looks
from accounts.looks import Opening
from accounts.models import Look, Service
from cpni import facts_at_once, optouts
from cpni.assuming import assume_due
from cpni.decisions import judge
from cpni.facts import gather
from notices.models import PolicyBinding, Use
from tests.factories.accounts import CustomerFactory, UserFactory
from tests.factories.cpni import IncidentFactory, OptOutRequestFactory
from tests.factories.notices import DeliveryFactory, PolicyFactory

pytestmark = pytest.mark.django_db
DAYS = [date(2019, 1, 1), *(date(2026, 10, day) for day in (1, 20)), date(2026, 11, 2)]
DAYS += [date(2026, 11, day) for day in (3, 4, 23)] + [date(2028, 10, day) for day in (1, 2)]


def approved():
    customer = DeliveryFactory().customer
    assume_due(on=date(2026, 11, 23))
    return customer


def opted_out():
    customer = approved()
    optouts.apply(
        OptOutRequestFactory(), customer=customer, on=date(2026, 11, 23), by=None, because="x"
    )
    return customer


def moved_to_another_policy():
    customer = approved()
    version = PolicyFactory(uses=["agents"], effective_on=date(2026, 11, 1))
    PolicyBinding.objects.create(customer=customer, policy_version=version, since=date(2026, 11, 3))
    return customer


def noticed_twice_and_returned_once():
    customer = approved()
    DeliveryFactory(customer=customer, outcome="returned", outcome_on=date(2026, 11, 3))
    DeliveryFactory(customer=customer, state="queued")
    DeliveryFactory(customer=customer, state="cancelled")
    return customer


def with_an_incident():
    IncidentFactory()
    return approved()


def with_a_request_that_waits():
    customer = approved()
    request = OptOutRequestFactory(stated=f"Account {customer.account_number}")
    optouts.keep_candidates(request)
    return customer


def reconnected():
    customer = CustomerFactory()
    customer.active_since = date(2026, 11, 3)
    customer.save()
    return customer


def whose_service_ended():
    customer = CustomerFactory(discontinued=True)
    Service.objects.filter(customer=customer).update(ended_on=date(2026, 11, 2))
    return customer


def merged():
    return CustomerFactory(
        status="merged", merged_into=CustomerFactory(), discontinued_on=date(2026, 11, 2)
    )


STORIES = [
    *(CustomerFactory, approved, opted_out, moved_to_another_policy, with_an_incident),
    *(noticed_twice_and_returned_once, with_a_request_that_waits, reconnected),
    *(whose_service_ended, merged),
]


@pytest.mark.parametrize("story", STORIES)
def test_the_facts_and_every_decision_are_the_same(story, reference_data):
    customer = story()
    customer.refresh_from_db()
    uses = list(Use.objects.all())
    for on in DAYS:
        plain = gather(customer, on)
        found = facts_at_once.find(customer.account_number, uses[0].code, on=on)
        assert found.use == uses[0]
        assert found.facts.policies.declared == plain.policies.declared
        assert replace(found.facts, policies=plain.policies) == plain
        for use in uses:
            assert judge(found.facts, use, on) == judge(plain, use, on)


def test_nobody_and_no_such_use_are_told_apart(reference_data):
    customer = CustomerFactory()
    on = date(2026, 11, 23)
    assert facts_at_once.find("nobody", "agents", on=on) is None
    assert facts_at_once.find(customer.account_number, "nonsense", on=on).use is None


def test_it_is_one_statement_for_another_customer_of_the_same_campaign(reference_data):
    first = DeliveryFactory()
    other = DeliveryFactory(campaign=first.campaign).customer
    for customer, queries in ((first.customer, 6), (other, 1)):
        with CaptureQueriesContext(connection) as caught:
            found = facts_at_once.find(
                customer.account_number, "other-services", on=date(2026, 11, 23)
            )
            judge(found.facts, found.use, date(2026, 11, 23))
        assert len(caught) <= queries


def test_a_look_is_recorded_as_the_customer_is_read_and_only_where_something_is_shown(
    reference_data,
):
    customer, other = CustomerFactory(), CustomerFactory()
    by, at, on = UserFactory(), datetime(2026, 11, 23, 18, tzinfo=UTC), date(2026, 11, 23)
    opening = Opening(by, at, "api:decide", "key abc")
    facts_at_once.find("nobody", "agents", on=on, look=opening)
    facts_at_once.find(customer.account_number, "nonsense", on=on, look=opening)
    facts_at_once.find(other.account_number, "agents", on=on)
    assert not Look.objects.exists()
    facts_at_once.find(customer.account_number, "agents", on=on, look=opening)
    looks.record(
        by=by,
        at=at,
        what=Look.What.OPENED,
        screen="api:decide",
        customers=[customer.pk],
        detail="key abc",
    )
    with_facts, plain = Look.objects.order_by("pk").values()
    assert {**with_facts, "id": None} == {**plain, "id": None}
