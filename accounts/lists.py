"""Saved lists of customers, from account numbers."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts import history
from accounts.counted_words import several
from accounts.errors import Refused
from accounts.fields import one_line
from accounts.models import Customer, CustomerList, CustomerListEntry, User
from accounts.permissions import require

NAME_LENGTH = 100
LISTED = 5_000  # account numbers in one statement, and the most that a form takes
NAMED = 10  # unknown account numbers that a message names


@dataclass(frozen=True)
class Saved:
    """A saved list, and the account numbers that no customer has."""

    customer_list: CustomerList
    size: int
    unknown: list[str]


def save_list(name: str, account_numbers: Iterable[str], *, by: User | None, because: str) -> Saved:
    """Save the customers of ``account_numbers`` as a list, replacing one of the same name.

    A list that holds just these customers already is left as it is. Raises Refused for a name that
    no list can have, and when none of the numbers is known.
    """
    require(by, "accounts.change_customerlist")
    try:
        name = one_line(name)
    except ValidationError as error:
        raise Refused("The name of the list is not one line of text.", "Correct it.") from error
    if not 0 < len(name) <= NAME_LENGTH:
        raise Refused("A list needs a name.", f"Give one of at most {NAME_LENGTH} characters.")
    wanted = list(dict.fromkeys(n.strip() for n in account_numbers if n.strip()))
    found: dict[str, int] = {}
    for start in range(0, len(wanted), LISTED):
        some = Customer.objects.filter(account_number__in=wanted[start : start + LISTED])
        found.update(some.values_list("account_number", "pk"))
    if not found:
        raise Refused("None of these account numbers is known.", "Check the numbers.")
    unknown = [n for n in wanted if n not in found]
    with transaction.atomic():
        saved = CustomerList.objects.select_for_update().filter(name=name).first()
        if saved and set(saved.entries.values_list("customer", flat=True)) == set(found.values()):
            return Saved(saved, len(found), unknown)
        saved = saved or CustomerList(name=name)
        history.save(saved, by=by, because=f"{because} ({several(len(found), 'customer')})")
        saved.entries.all().delete()
        CustomerListEntry.objects.bulk_create(
            (CustomerListEntry(customer_list=saved, customer_id=pk) for pk in found.values()),
            batch_size=1_000,
        )
    return Saved(saved, len(found), unknown)


def pasted(text: str) -> list[str]:
    """The account numbers in ``text``, with line ends, commas or spaces between, each once.

    Raises ValidationError for more than ``LISTED``, and for numbers that no customer has, which it
    names with their lines.
    """
    lines = {
        number: line
        for line, words in reversed(list(enumerate(text.splitlines(), start=1)))
        for number in re.split(r"[\s,;]+", words)
        if number
    }
    if len(lines) > LISTED:
        raise ValidationError(f"These are {len(lines):,} account numbers. Give at most {LISTED:,}.")
    known = Customer.objects.filter(account_number__in=lines)
    unknown = lines.keys() - set(known.values_list("account_number", flat=True))
    if unknown:
        ordered = sorted(unknown, key=lambda number: (lines[number], number))
        named = ", ".join(f"{number} (line {lines[number]})" for number in ordered[:NAMED])
        more = f" and {len(ordered) - NAMED:,} more" if len(ordered) > NAMED else ""
        raise ValidationError(f"No customer has these account numbers: {named}{more}.")
    return sorted(lines, key=lambda number: (lines[number], number))


def free_name(base: str) -> str:
    """``base``, cut to fit, with the first number that makes it the name of no list."""
    name, number = base[:NAME_LENGTH], 1
    while CustomerList.objects.filter(name=name).exists():
        number += 1
        end = f" ({number})"
        name = base[: NAME_LENGTH - len(end)] + end
    return name
