"""The one box: telephone numbers, e-mail addresses, account numbers and ZIP codes."""

from datetime import date

import pytest

from accounts.finding import find, kind_of
from accounts.models import ContactPoint, Service
from tests.factories.accounts import LONG_AGO, CustomerFactory

TODAY = date(2026, 11, 23)


def contact(customer, value, kind="telephone", **given):
    ContactPoint.objects.create(customer=customer, kind=kind, value=value, since=LONG_AGO, **given)


@pytest.mark.parametrize(
    "typed",
    [
        "8015569999",
        "801-556-9999",
        "801/556/9999",
        "801 556 9999",
        "(801) 556-9999",
        "(801)556.9999",
        "+1 801 556 9999",
        "1-801-556-9999",
        "18015569999",
        "801-556-9999 x12",
        "(801) 556-9999 ext. 7",
        "556-9999",
        "5569999",
    ],
)
def test_a_number_in_any_format_finds_all_who_have_it_and_nobody_else(box, typed):
    one, other, third = (CustomerFactory(account_number=f"A{n}") for n in (1, 2, 3))
    for customer in (one, other):
        contact(customer, "+18015569999")
    Service.objects.create(
        customer=third, category="wireless", telephone_number="+18015569999", started_on=LONG_AGO
    )
    CustomerFactory(account_number="A4")
    found = box(typed, limit=2)  # nobody is left out, whatever the limit
    assert list(found) == ["A3", "A1", "A2"]
    assert found["A3"].startswith("number of record")
    assert found["A1"].startswith("contact number")


@pytest.mark.parametrize("typed", ["801-555-0000", "555-0000", "801-555", "nobody@mail.example"])
def test_what_nobody_has_finds_nobody(box, typed):
    CustomerFactory(account_number="C1", email="ann@mail.example")
    assert box(typed) == {}


def test_a_number_of_before_finds_its_customer_and_says_so(box):
    gone, moved = CustomerFactory(account_number="A1"), CustomerFactory(account_number="A2")
    contact(gone, "+18015569999", until=date(2026, 1, 5))
    Service.objects.create(
        customer=moved,
        category="wireless",
        telephone_number="+18015569999",
        started_on=LONG_AGO,
        ended_on=date(2026, 1, 5),
    )
    assert box("801 556 9999") == {
        "A1": "former contact number",
        "A2": "former number of record",
    }


@pytest.mark.parametrize("typed", ["ann@mail.example", "ANN@Mail.Example", " <Ann@mail.example> "])
def test_an_address_in_any_case_finds_all_who_share_it(box, typed):
    for number in (1, 2):
        CustomerFactory(account_number=f"A{number}", email="ann@mail.example")
    CustomerFactory(account_number="A3", email="anne@mail.example")
    assert box(typed) == {"A1": "e-mail address", "A2": "e-mail address"}


@pytest.mark.parametrize("typed", ["AB-100 200", "ab100200", "Ab 100/200", "AB-100"])
def test_an_account_number_with_or_without_its_separators_or_its_beginning(box, typed):
    CustomerFactory(account_number="AB-100-200")
    CustomerFactory(account_number="AC-100-200")
    assert list(box(typed)) == ["AB-100-200"]


def test_the_whole_account_number_comes_before_those_that_begin_so(box):
    for number in ("7712", "771", "77"):
        CustomerFactory(account_number=number)
    assert box("77") == {
        "77": "account number",
        "771": "account number begins so",
        "7712": "account number begins so",
    }


@pytest.fixture
def neighbours(db):
    """Three in one ZIP code, one elsewhere."""
    for number, name, line1, postcode in (
        ("N1", "Ann Smith", "7730 Union Park Ave", "84047-1234"),
        ("N2", "Ben Smith", "12 Union Park Ave", "84047"),
        ("N3", "Cat Jones", "7730 Cedar St", "84047"),
        ("N4", "Dan Smith", "7730 Union Park Ave", "84999"),
    ):
        customer = CustomerFactory(account_number=number, name=name, post=False, service=False)
        ContactPoint.objects.create(
            customer=customer,
            kind="post",
            line1=line1,
            city="Midvale",
            state="UT",
            postcode=postcode,
            since=LONG_AGO,
        )


@pytest.mark.parametrize(
    ("typed", "accounts"),
    [
        ("84047", {"N1", "N2", "N3"}),
        ("84047-1234", {"N1", "N2", "N3"}),
        ("84047 7730", {"N1", "N3"}),
        ("7730, 84047-0000", {"N1", "N3"}),
        ("7730 Union Park 84047", {"N1"}),
        ("84047 7730 jones", {"N3"}),
        ("84047 smith", {"N1", "N2"}),
        ("Smiht, 84047", {"N1", "N2"}),
        ("84047 nobody", set()),
        ("84000", set()),
    ],
)
def test_a_zip_code_alone_with_a_house_number_or_with_a_name(box, neighbours, typed, accounts):
    assert set(box(typed)) == accounts


def test_of_a_zip_code_with_nine_digits_the_same_nine_come_first(box, neighbours):
    assert next(iter(box("84047-1234").items())) == ("N1", "ZIP code, all nine digits")


def test_what_is_found_says_where_it_is_and_what_became_of_it(db):
    kept = CustomerFactory(account_number="A1", name="Ann Example")
    CustomerFactory(
        account_number="A2",
        name="Ann Example",
        status="merged",
        merged_into=kept,
        discontinued_on=date(2026, 1, 5),
    )
    CustomerFactory(account_number="A3", name="Ann Example", discontinued=True)
    found = find("ann example", on=TODAY)
    assert [(one.account_number, one.label) for one in found] == [
        ("A1", ""),
        ("A2", "Merged into A1"),
        ("A3", "Discontinued"),
    ]
    assert (found[0].city, found[0].state) == ("Midvale", "UT")


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("801/555-0134", "telephone number"),
        ("ann@mail.example", "e-mail address"),
        ("84047 smith", "ZIP code"),
        ("B-77", "account number"),
        ("Smith, John", "name"),
    ],
)
def test_the_record_of_looks_learns_what_kind_of_words_they_were(typed, kind):
    assert kind_of(typed) == kind


@pytest.mark.parametrize(
    "typed", ["", " ", "x", "%", "_%", "'); --", "\0", "😀😀", "#-#", "(" * 300]
)
def test_nothing_typed_is_an_error(box, typed):
    CustomerFactory()
    assert box(typed) == {}
