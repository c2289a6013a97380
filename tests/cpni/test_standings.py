"""How a page of customers stands is what ``decide`` answers for each, in a few queries."""

from datetime import date

import pytest

from cpni import merging, optouts
from cpni.assuming import assume_due
from cpni.decisions import decide
from cpni.standings import gather_many, standings, summary
from notices.models import Use
from tests.factories.accounts import CustomerFactory
from tests.factories.cpni import IncidentFactory, OptOutRequestFactory
from tests.factories.notices import CampaignFactory, DeliveryFactory, NoticeFactory, PolicyFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]
ON = date(2026, 11, 23)
QUERIES = 14  # however many customers


@pytest.fixture
def customers():
    """A customer for each way to stand that can be told apart."""
    policy = PolicyFactory(effective_on=date(2014, 1, 6))
    narrow = PolicyFactory(effective_on=date(2022, 1, 6), uses=("service", "other-services"))
    everything = CampaignFactory(running=True, notice=NoticeFactory(policy_version=policy))
    one_use = NoticeFactory(policy_version=policy, finish__uses=("agents",))
    found = [CustomerFactory() for _ in range(14)]
    mailed = [
        date(2026, 10, 1),  # assumed
        date(2026, 11, 20),  # window open
        date(2024, 1, 8),  # overdue
        date(2026, 10, 1),  # opted out
        date(2026, 10, 1),  # opted back in
        date(2026, 10, 1),  # bounced, below
        date(2026, 10, 1),  # a new use in its window, below
        date(2026, 9, 1),  # discontinued, below
        date(2026, 9, 1),  # merged, below
        date(2026, 10, 15),  # held by the incident
    ]
    for customer, day in zip(found, mailed, strict=False):
        DeliveryFactory(campaign=everything, customer=customer, mailed_on=day)
    IncidentFactory(started_on=date(2026, 11, 14), ended_on=date(2026, 11, 15))
    for wish in ("opt_out", "opt_in"):
        for customer in found[3:5] if wish == "opt_out" else found[4:5]:
            kind = {"opt_in": True} if wish == "opt_in" else {}
            request = OptOutRequestFactory(received_on=date(2026, 11, 2), **kind)
            optouts.apply(request, customer=customer, on=ON, by=None, because="x")
    back = found[5].deliveries.get()
    back.outcome, back.outcome_on = "returned", date(2026, 11, 10)
    back.save()
    DeliveryFactory(
        campaign=CampaignFactory(running=True, notice=one_use),
        customer=found[6],
        mailed_on=date(2026, 11, 20),
    )
    found[7].status, found[7].discontinued_on = "discontinued", date(2026, 11, 2)
    found[7].save()
    at = OptOutRequestFactory().entered_at
    merging.merge(found[8], found[0], on=ON, at=at, by=None, because="x")
    found[8].refresh_from_db()
    DeliveryFactory(campaign=everything, customer=found[10], state="queued")
    found[11].active_since = narrow.effective_on  # its policy declares less
    found[11].save()
    found[12].active_since = date(2026, 12, 1)  # not a customer yet
    found[12].save()
    assume_due(on=date(2026, 11, 22))
    return found


def test_it_is_what_decide_answers_for_each_customer(customers):
    uses = Use.objects.filter(mechanism=Use.Mechanism.OPT_OUT)
    told = standings(customers, on=ON)
    for customer in customers:
        alone = summary([decide(customer, use, on=ON) for use in uses])
        assert told[customer.pk] == alone
    assert len({standing.words for standing in told.values()}) >= 9


def test_it_costs_the_same_for_one_customer_as_for_many(customers, django_assert_num_queries):
    here = [customer for customer in customers if customer.active_since <= ON]
    with django_assert_num_queries(QUERIES):
        gather_many(here[4:5], ON)  # one with choices, approvals and a notice
    with django_assert_num_queries(QUERIES):
        gather_many(here, ON)


def test_nobody_and_no_use_are_no_trouble(customers):
    assert standings([], on=ON) == {}
