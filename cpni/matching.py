"""Whom an opt-out request may come from. Suggestions only: a person decides."""

import re

from django.core.exceptions import ValidationError
from django.db.models import Q

from accounts.encryption import blind_indexes
from accounts.fields import telephone
from accounts.models import ContactPoint, Customer, Service
from notices.models import Delivery
from notices.references import delivery_id

MOST = 10  # suggestions; more would be no help
LONGEST = 5_000  # characters that are looked at
WORD = re.compile(r"[^\s,;:()\"“”]+")
NUMBER = re.compile(r"\+?\(?\d[\d\s().-]{5,}\d")


def candidates(text: str) -> list[Customer]:
    """Customers whom ``text`` names by reference, account number, telephone number or name.

    In that order of trust, each once, at most ``MOST``. Accounts that were merged lead to the
    account that remains.
    """
    text = text[:LONGEST]
    words = [word.strip(".!?") for word in WORD.findall(text)]
    found: dict[int, Customer] = {}
    for question in (_by_reference(words), _by_account(words), _by_number(text), _by_name(words)):
        if question is None:
            continue
        for customer in Customer.objects.filter(question).select_related("merged_into")[:MOST]:
            customer = customer.remaining
            found.setdefault(customer.pk, customer)
    return list(found.values())[:MOST]


def _by_reference(words: list[str]) -> Q | None:
    ids = [number for word in words if (number := delivery_id(word))]
    if not ids:
        return None
    return Q(pk__in=Delivery.objects.filter(pk__in=ids).values("customer"))


def _by_account(words: list[str]) -> Q | None:
    numbered = {word for word in words if any(c.isdigit() for c in word) and len(word) <= 40}
    return Q(account_number__in=numbered) if numbered else None


def _by_number(text: str) -> Q | None:
    numbers = set()
    for match in NUMBER.findall(text):
        try:
            numbers.add(telephone(match))
        except ValidationError:
            continue
    if not numbers:
        return None
    indexes = [index for number in numbers for index in blind_indexes("telephone", number)]
    points = ContactPoint.objects.filter(index__in=indexes)
    services = Service.objects.filter(number_index__in=indexes)
    return Q(pk__in=points.values("customer")) | Q(pk__in=services.values("customer"))


def _by_name(words: list[str]) -> Q | None:
    """Two or three capitalised words in a row."""
    names = set()
    for size in (2, 3):
        for start in range(len(words) - size + 1):
            run = words[start : start + size]
            if all(word[:1].isupper() for word in run):
                names.add(" ".join(run))
    return Q(name__in=names) if names else None
