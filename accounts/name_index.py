"""What customers are found by, checked against what it is derived from, and made anew.

Every route that writes a name or an address writes this with it: saving, ``bulk_create``, the
import. This is for rows of before, and the proof that no route was forgotten.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import transaction

from accounts.bulk_rows import insert_rows, update_rows
from accounts.models import ContactPoint, Customer, NameWord
from accounts.models.name_words import word_rows

CHUNK = 2_000  # rows in one transaction


@dataclass
class Unfindable:
    """How many customers, by their names, and addresses, by their ZIP codes, are not found."""

    names: int = 0
    addresses: int = 0


def check(progress: Callable[[int], object] = lambda rows: None) -> Unfindable:
    """Count the names and addresses whose index is not what it should be. Only reads."""
    found = Unfindable()
    for ids in _chunks(Customer):
        found.names += len(_wrong_names(ids))
        progress(len(ids))
    for ids in _chunks(ContactPoint):
        found.addresses += len(_without_postcode(ids))
        progress(len(ids))
    return found


def mend(progress: Callable[[int], object] = lambda rows: None) -> Unfindable:
    """Make anew what :func:`check` counts, in chunks; may be stopped and run again."""
    found = Unfindable()
    for ids in _chunks(Customer):
        with transaction.atomic():
            # Locked, so that no name changes between its being read and its words being written.
            list(
                Customer.objects.select_for_update(no_key=True)
                .filter(pk__in=ids)
                .order_by("pk")
                .values_list("pk")
            )
            wrong = _wrong_names(ids)
            NameWord.objects.filter(customer__in=list(wrong)).delete()
            insert_rows(NameWord, NameWord.FIELDS, word_rows(wrong.items()))
        found.names += len(wrong)
        progress(len(ids))
    for ids in _chunks(ContactPoint):
        with transaction.atomic():
            points = _without_postcode(ids)
            update_rows(
                ContactPoint,
                ["postcode_index"],
                [(p.pk, ContactPoint.postcode_blind_index(p.postcode)) for p in points],
            )
        found.addresses += len(points)
        progress(len(ids))
    return found


def _wrong_names(ids: list[int]) -> dict[int, str]:
    """Of these customers, those whose words are not those of their names; id to name."""
    names = dict(Customer.objects.filter(pk__in=ids).values_list("pk", "name"))
    there = set(NameWord.objects.filter(customer__in=ids).values_list(*NameWord.FIELDS))
    meant = {pk: set(word_rows([(pk, name)])) for pk, name in names.items()}
    of: dict[int, set[tuple[int, str, str, str]]] = {}
    for row in there:
        of.setdefault(row[0], set()).add(row)
    return {pk: name for pk, name in names.items() if of.get(pk, set()) != meant[pk]}


def _without_postcode(ids: list[int]) -> list[ContactPoint]:
    posts = ContactPoint.objects.filter(pk__in=ids, kind=ContactPoint.Kind.POST)
    return list(posts.filter(postcode_index=b""))


def _chunks(model: type[Customer] | type[ContactPoint]) -> Iterator[list[int]]:
    last = 0
    while ids := list(
        model._default_manager.filter(pk__gt=last)
        .order_by("pk")
        .values_list("pk", flat=True)[:CHUNK]
    ):
        yield ids
        last = ids[-1]
