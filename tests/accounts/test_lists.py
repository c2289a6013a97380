"""Saved lists are made of account numbers, and say which of them nobody has."""

import pytest

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
        "Spring offer (1 customers)"
    )


@pytest.mark.parametrize(
    ("name", "account"), [("", "A1"), ("x" * 101, "A1"), ("a\nb", "A1"), ("Orem", "A9")]
)
def test_a_list_without_a_name_or_without_anybody_is_refused(name, account):
    CustomerFactory(account_number="A1")
    with pytest.raises(Refused):
        lists.save_list(name, [account], **WHY)
    assert not CustomerList.objects.exists()
