"""Whom a request names: by reference, account, telephone number or name, in that order."""

import pytest

from accounts.models import Customer, Service
from cpni.matching import candidates
from notices import references
from tests.factories.accounts import LONG_AGO, CustomerFactory
from tests.factories.notices import DeliveryFactory

pytestmark = pytest.mark.django_db


def named(text):
    return [found.customer.name for found in candidates(text)]


def reasons(text):
    return [(found.customer.name, *found.found_by) for found in candidates(text)]


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


@pytest.mark.parametrize(
    "written",
    ["#A004711", "acct#A004711", "No.A-004711", "account=A004711", "a004711", "A004711/1",
     "'A004711'", "A004711’s", "A-004711-", "A_004711."],
)  # fmt: skip
def test_an_account_number_is_found_whatever_people_write_around_it(written):
    CustomerFactory(account_number="A004711", name="Zed Quiet")
    assert reasons(f"Name: J. Q.\nNumber or account: {written}") == [("Zed Quiet", "account")]


@pytest.mark.parametrize(
    "written",
    ["801-555-9999\n12 Elm Street", "801-555-9999 84111", "801-555-9999 801-555-0199",
     "801–555–9999", "801‑555‑9999", "801/555-9999", "801_555_9999", "801-555-9999 (1)",
     "801-555-9999 2 lines", "A1 801-555-9999", "Tel.8015559999", "1-801-555-9999 x5",
     "+1 801 555 9999"],
)  # fmt: skip
def test_a_telephone_number_is_found_whatever_stands_beside_it(ann, written):
    assert reasons(f"Robert Hill\n{written}\nDo not use our records.") == [
        ("Ann Marie Example", "telephone")
    ]


def test_longer_numbers_hold_no_telephone_number(ann):
    assert named("order 48015559999, 80155599990") == []


def test_a_number_of_another_country_is_found(db):
    customer = CustomerFactory(name="Zed Quiet")
    customer.contact_points.create(kind="telephone", value="+442079460018", since=LONG_AGO)
    assert reasons("call +44 20 7946 0018") == [("Zed Quiet", "telephone")]


@pytest.mark.parametrize("around", ["{}", "#{}", "notice={}", "({})", "ref#{}."])
def test_a_reference_is_found_whatever_people_write_around_it(around):
    delivery = DeliveryFactory()
    assert named(around.format(delivery.reference)) == [delivery.customer.name]


def test_a_reference_that_is_larger_than_any_finds_nobody(ann):
    assert named(references.reference((1 << 63) + 5).replace("-", "")) == []


def test_a_name_in_an_address_counts_when_it_is_a_whole_one(ann):
    assert reasons("From: ann.example@elsewhere.example") == [("Ann Marie Example", "name")]
    assert named("From: ann@elsewhere.example") == []


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


def test_every_namesake_is_found_as_any_of_them_may_have_objected(db):
    CustomerFactory.create_batch(15, name="Ann Example")
    assert len(candidates("Ann Example")) == 15


def test_the_reason_for_each_is_told_the_best_first(ann):
    CustomerFactory(name="Ann Marie Example")
    assert reasons("Ann Marie Example, account A77, Midvale UT 84047") == [
        ("Ann Marie Example", "account", "name", "zip"),
        ("Ann Marie Example", "name", "zip"),
    ]
    assert candidates("account A77")[0].why == "the account number"


def test_of_two_namesakes_the_one_in_the_zip_code_comes_first(db):
    far, near = CustomerFactory.create_batch(2, name="Lee Twin", post=False)
    for customer, code in ((far, "84047"), (near, "84101")):
        customer.contact_points.create(
            kind="post", line1="1 Elm St", city="X", state="UT", postcode=code, since=LONG_AGO
        )
    assert [c.customer for c in candidates("Lee Twin, Salt Lake City, UT 84101-1234")] == [
        near,
        far,
    ]


def test_the_address_that_a_mail_came_from_is_found(db):
    customer = CustomerFactory(name="Zed Quiet", email="zed@mail.example")
    text = "From: Somebody Else <Zed@Mail.example>\nno thanks"
    assert reasons(text) == [("Zed Quiet", "email")]
    assert candidates(text)[0].customer == customer


@pytest.mark.parametrize("written", ["ann marie example", "ANN EXAMPLE", "Example, Ann"])
def test_a_name_that_is_given_as_one_is_found_however_it_is_written(ann, written):
    assert reasons(f"Name: {written}\nNumber or account: ?") == [("Ann Marie Example", "name")]


def test_a_misspelt_name_is_found_as_one_like_it(ann):
    assert reasons("Name: Ann Exampel") == [("Ann Marie Example", "like")]
    assert reasons("I am Ann Exampel") == []  # only of a name that is given as one
