"""Saved lists of customers, from account numbers."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from accounts import history
from accounts.errors import Refused
from accounts.models import Customer, CustomerList, CustomerListEntry, User


@dataclass(frozen=True)
class Saved:
    """A saved list, and the account numbers that no customer has."""

    customer_list: CustomerList
    size: int
    unknown: list[str]


def save_list(name: str, account_numbers: Iterable[str], *, by: User | None, because: str) -> Saved:
    """Save the customers of ``account_numbers`` as a list, replacing one of the same name.

    Raises Refused when none of the numbers is known.
    """
    wanted = list(dict.fromkeys(n.strip() for n in account_numbers if n.strip()))
    found: dict[str, int] = {}
    for start in range(0, len(wanted), 5_000):
        some = Customer.objects.filter(account_number__in=wanted[start : start + 5_000])
        found.update(some.values_list("account_number", "pk"))
    if not found:
        raise Refused("None of these account numbers is known.", "Check the numbers.")
    with transaction.atomic():
        saved = CustomerList.objects.filter(name=name).first() or CustomerList(name=name)
        history.save(saved, by=by, because=f"{because} ({len(found)} customers)")
        saved.entries.all().delete()
        CustomerListEntry.objects.bulk_create(
            (CustomerListEntry(customer_list=saved, customer_id=pk) for pk in found.values()),
            batch_size=1_000,
        )
    return Saved(saved, len(found), [n for n in wanted if n not in found])
