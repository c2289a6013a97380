"""The one box: names, in parts, in any order, as one types, and misspelt."""

import pytest

from tests.factories.accounts import CustomerFactory

NAMES = (
    "John Smith",
    "María José García-López",
    "Kathleen O'Neil",
    "Juan de la Cruz",
    "Delacruz Bakery, LLC",
    "Smith & Sons Plumbing, Inc.",
    "Catherine Rodriguez",
    "U.S. Copper",
    "Łukasz Øster",
    "Иван Петров",
    "Ng Li",
)


@pytest.fixture
def named(box):
    """``named("words")``: the names that are found."""
    for number, name in enumerate(NAMES):
        CustomerFactory(account_number=f"Q{number}", name=name)
    return lambda words: [NAMES[int(account[1:])] for account in box(words)]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("smith john", "John Smith"),
        ("Smith, John", "John Smith"),
        ("JOHN SMI", "John Smith"),
        ("jo", "John Smith"),
        ("mr john smith jr", "John Smith"),
        ("john quincy smith", "John Smith"),
        ("smiht", "John Smith"),
        ("jon smyth", "John Smith"),
        ("garcia", "María José García-López"),
        ("garcia lopez maria", "María José García-López"),
        ("garcialopez", "María José García-López"),
        ("oneil", "Kathleen O'Neil"),
        ("O’Neil", "Kathleen O'Neil"),
        ("o neil", "Kathleen O'Neil"),
        ("oneill cathleen", "Kathleen O'Neil"),
        ("delacruz juan", "Juan de la Cruz"),
        ("cruz", "Juan de la Cruz"),
        ("de la cruz bakery", "Delacruz Bakery, LLC"),
        ("delacruz bakery inc", "Delacruz Bakery, LLC"),
        ("smith and sons", "Smith & Sons Plumbing, Inc."),
        ("smith plumbing i", "Smith & Sons Plumbing, Inc."),
        ("katherin rodrigess", "Catherine Rodriguez"),
        ("us copper", "U.S. Copper"),
        ("lukasz oster", "Łukasz Øster"),
        ("petrov", "Иван Петров"),
        ("gn", "Ng Li"),
    ],
)
def test_a_name_is_found_first(named, typed, name):
    assert named(typed)[0] == name


def test_better_fits_come_first_and_each_says_why(box):
    for account, name in (("A1", "Ann Smithson"), ("A2", "Smith"), ("A3", "Bo Smith")):
        CustomerFactory(account_number=account, name=name)
    CustomerFactory(account_number="A4", name="Cy Smyth")
    assert list(box("smith").items()) == [
        ("A2", "name"),
        ("A3", "name"),
        ("A1", "name begins so"),
        ("A4", "name sounds like “smith”"),
    ]


def test_a_word_that_is_nobodys_finds_nobody(named):
    assert named("xyzzyqua") == []


def test_a_merged_or_frequent_name_never_hides_what_fits_better(box):
    for number in range(60):
        CustomerFactory(account_number=f"B{number}", name=f"Smith Number{number}", post=False)
    CustomerFactory(account_number="Z", name="Zoe Smith")
    assert list(box("smith zoe")) == ["Z"]
    assert len(box("smith", limit=20)) == 20
