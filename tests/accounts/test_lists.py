"""Saved lists are made of account numbers, and say which of them nobody has."""

import pytest
from django.core.exceptions import ValidationError

from accounts import lists
from accounts.errors import Refused
from accounts.models import CustomerList
from tests.factories.accounts import CustomerFactory

pytestmark = pytest.mark.django_db
WHY = {"by": None, "because": "Spring offer"}


def numbers(saved):
    return sorted(saved.customer_list.customers.values_list("account_number", flat=True))


def test_a_list_names_the_numbers_that_nobody_has():
    for number in ("A1", "A2", "A3"):
        CustomerFactory(account_number=number)
    saved = lists.save_list("Orem", ["A1", " A3 ", "A9", "A1", ""], **WHY)
    assert numbers(saved) == ["A1", "A3"]
    assert (saved.size, saved.unknown) == (2, ["A9"])


def test_a_list_of_the_same_name_is_replaced_and_the_same_list_left_alone():
    for number in ("A1", "A2"):
        CustomerFactory(account_number=number)
    lists.save_list("Orem", ["A1"], **WHY)
    lists.save_list("Orem", ["A1"], **WHY)
    saved = lists.save_list("Orem", ["A2"], **WHY)
    assert numbers(saved) == ["A2"]
    assert CustomerList.objects.get().history.count() == 2
    assert saved.customer_list.history.latest().history_change_reason == (
        "Spring offer (1 customer)"
    )


@pytest.mark.parametrize(
    ("name", "account"), [("", "A1"), ("x" * 101, "A1"), ("a\nb", "A1"), ("Orem", "A9")]
)
def test_a_list_without_a_name_or_without_anybody_is_refused(name, account):
    CustomerFactory(account_number="A1")
    with pytest.raises(Refused):
        lists.save_list(name, [account], **WHY)
    assert not CustomerList.objects.exists()


def test_pasted_numbers_are_taken_once_each_however_they_are_separated():
    for number in ("A1", "A2", "A3"):
        CustomerFactory(account_number=number)
    assert lists.pasted("A2, A1;A2\n\n  A3\tA1") == ["A1", "A2", "A3"]
    assert lists.pasted(" \n") == []


def test_pasted_numbers_that_nobody_has_are_named_with_their_lines():
    CustomerFactory(account_number="A1")
    with pytest.raises(ValidationError, match=r"numbers: B8 \(line 1\), B9 \(line 3\)\."):
        lists.pasted("A1 B8\nA1\nB9 B8")
    many = "\n".join(f"C{n}" for n in range(12))
    with pytest.raises(ValidationError, match=r"C9 \(line 10\) and 2 more\."):
        lists.pasted(many)


def test_no_more_is_taken_than_one_can_have_meant_to_paste():
    with pytest.raises(ValidationError, match="These are 5,001 account numbers"):
        lists.pasted(" ".join(str(n) for n in range(5_001)))


def test_a_list_gets_a_name_that_no_other_has():
    CustomerList.objects.create(name="x" * 100)
    CustomerList.objects.create(name="x" * 96 + " (2)")
    assert lists.free_name("Orem") == "Orem"
    assert lists.free_name("x" * 120) == "x" * 96 + " (3)"
