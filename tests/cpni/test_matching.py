"""Whom a request names: by reference, account, telephone number or name, in that order."""

import pytest

from accounts.models import Customer, Service
from cpni.matching import MOST, candidates
from tests.factories.accounts import LONG_AGO, CustomerFactory
from tests.factories.notices import DeliveryFactory

pytestmark = pytest.mark.django_db


def named(text):
    return [customer.name for customer in candidates(text)]


@pytest.fixture
def ann():
    customer = CustomerFactory(account_number="A77", name="Ann Marie Example", service=False)
    Service.objects.create(
        customer=customer,
        category="local",
        telephone_number="+18015559999",
        started_on=LONG_AGO,
    )
    return customer


@pytest.mark.parametrize(
    "text",
    [
        "my account is A77.",
        "account (A77), no thanks",
        "call me at 801-555-9999 or (801) 555-9999",
        "I am Ann Marie Example, of Midvale",
        "“Ann Marie Example”",
    ],
)
def test_one_customer_is_found_by_any_of_them(ann, text):
    CustomerFactory(name="Ben Other")
    assert named(text) == ["Ann Marie Example"]


def test_a_reference_is_trusted_before_a_name(ann):
    delivery = DeliveryFactory()
    assert named(f"Ann Marie Example, {delivery.reference}") == [
        delivery.customer.name,
        "Ann Marie Example",
    ]


def test_a_merged_account_leads_to_the_one_that_remains(ann):
    CustomerFactory(
        account_number="B1",
        name="Ann Gone",
        status=Customer.Status.MERGED,
        discontinued_on="2026-11-02",
        merged_into=ann,
    )
    assert named("account B1") == ["Ann Marie Example"]


def test_words_that_name_nobody_find_nobody(ann):
    assert named("") == []
    assert named("Please Stop Using My Data 555") == []
    assert named("x" * 100_000) == []


def test_there_are_never_more_than_a_person_can_compare(db):
    CustomerFactory.create_batch(MOST + 5, name="Ann Example")
    assert len(candidates("Ann Example")) == MOST
