"""Whom an opt-out request may come from, the likeliest first. A person decides."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db.models import Q

from accounts.encryption import blind_indexes
from accounts.fields import telephone
from accounts.finding_names import by_name, by_whole_name
from accounts.models import ContactPoint, Customer, Service
from cpni.models.optouts import RequestCandidate, found_words
from notices.models import Delivery
from notices.references import delivery_id

Found = RequestCandidate.Found
STRENGTH = {found: place for place, found in enumerate(Found)}
MOST = 10  # that a person is shown; more would be no help in comparing
NAMESAKES = 1_000  # of one name: nobody's approval is assumed who may have written
LIKE = 10  # names that are spelt or sound like a name that nobody bears
RUNS = 40  # pairs and threes of capitalised words that are looked up
LONGEST = 5_000  # characters that are looked at
WORD = re.compile(r"[^\s,;:()\"“”<>]+")
NUMBER = re.compile(r"\+?\(?\d[\d\s().-]{5,}\d")
EMAIL = re.compile(r"[^\s@<>,;:()\"“”]+@[^\s@<>,;:()\"“”]+\.[^\s@<>,;:()\"“”]+")
ZIP = re.compile(r"(?<![\d-])\d{5}(?:-\d{4})?(?![\d-])")
# What a form or a mail program says is the name.
NAMED = re.compile(r"^[ \t]*(?:name|nombre|from|de):[ \t]*([^\n<@]{3,200})", re.I | re.M)


@dataclass(frozen=True)
class Candidate:
    """A customer, and by what in the text they were found: the best proof first."""

    customer: Customer
    found_by: tuple[Found, ...]

    @property
    def why(self) -> str:
        """By what, in words."""
        return found_words(list(self.found_by))

    @property
    def order(self) -> tuple[object, ...]:
        """What it is ranked by: the best proof, then the others, then the account number."""
        strengths = [STRENGTH[found] for found in self.found_by]
        # A ZIP code proves little by itself, and much beside a name.
        best = strengths[0] - 0.5 * (Found.ZIP in self.found_by)
        return best, -len(strengths), self.customer.account_number


def candidates(text: str) -> list[Candidate]:
    """Everybody whom ``text`` names, ranked, each once.

    By the reference of a notice, account number, telephone number, e-mail address or name; a ZIP
    code of theirs in it counts in their favour. If nobody bears a name that a form or a mail
    program gives, those with one like it. Accounts that were merged lead to the account that
    remains. Namesakes are all in it: whoever may have objected is not assumed to approve.
    """
    text = text[:LONGEST]
    found: dict[int, set[Found]] = defaultdict(set)
    for how, question in _questions(text):
        for pk in Customer.objects.filter(question).values_list("pk", flat=True)[:NAMESAKES]:
            found[pk].add(how)
    for how, pk in _by_name(text):
        found[pk].add(how)
    people: dict[int, Customer] = {}
    reasons: dict[int, set[Found]] = defaultdict(set)
    for customer in Customer.objects.filter(pk__in=found).select_related("merged_into"):
        remaining = customer.remaining
        people[remaining.pk] = remaining
        reasons[remaining.pk] |= found[customer.pk]
    for pk in _in_zip_codes(people, text):
        reasons[pk].add(Found.ZIP)
    ranked = [
        Candidate(customer, tuple(sorted(reasons[pk], key=STRENGTH.__getitem__)))
        for pk, customer in people.items()
    ]
    return sorted(ranked, key=lambda candidate: candidate.order)


def _questions(text: str) -> Iterator[tuple[Found, Q]]:
    words = [word.strip(".!?") for word in WORD.findall(text)]
    if ids := [number for word in words if (number := delivery_id(word))]:
        yield Found.REFERENCE, Q(pk__in=Delivery.objects.filter(pk__in=ids).values("customer"))
    numbered = {word for word in words if any(c.isdigit() for c in word) and len(word) <= 40}
    if numbered:
        yield Found.ACCOUNT, Q(account_number__in=numbered)
    if indexes := _indexes("telephone", _numbers(text)):
        points = ContactPoint.objects.filter(kind="telephone", index__in=indexes)
        services = Service.objects.filter(number_index__in=indexes)
        customers = Q(pk__in=points.values("customer")) | Q(pk__in=services.values("customer"))
        yield Found.TELEPHONE, customers
    addresses = {address.strip(".").lower() for address in EMAIL.findall(text)}
    if indexes := _indexes("email", addresses):
        points = ContactPoint.objects.filter(kind="email", index__in=indexes)
        yield Found.EMAIL, Q(pk__in=points.values("customer"))


def _indexes(kind: str, values: Iterable[str]) -> list[bytes]:
    return [index for value in values for index in blind_indexes(kind, value)]


def _numbers(text: str) -> Iterator[str]:
    for match in NUMBER.findall(text):
        try:
            yield telephone(match)
        except ValidationError:
            continue


def _by_name(text: str) -> Iterator[tuple[Found, int]]:
    """By the name that is given as one, and by two or three capitalised words in a row."""
    given = [name.strip() for name in NAMED.findall(text)]
    for name in dict.fromkeys([*given, *_capitalised(text)]):
        # One word alone is hardly a name.
        exact = by_whole_name(name, limit=NAMESAKES, least=2)
        yield from ((Found.NAME, one.customer_id) for one in exact)
        if not exact and name in given:
            yield from ((Found.LIKE, one.customer_id) for one in by_name(name, limit=LIKE))


def _capitalised(text: str) -> list[str]:
    words = [word.strip(".!?") for word in WORD.findall(text)]
    runs = [
        " ".join(words[start : start + size])
        for size in (3, 2)
        for start in range(len(words) - size + 1)
        if all(word[:1].isupper() for word in words[start : start + size])
    ]
    return list(dict.fromkeys(runs))[:RUNS]


def _in_zip_codes(people: Iterable[int], text: str) -> list[int]:
    """Of ``people`` those who have or had an address in the area of a ZIP code of the text."""
    codes = {match[:5] for match in ZIP.findall(text)}
    if not codes:
        return []
    points = ContactPoint.objects.filter(customer__in=list(people))
    return [
        pk
        for code in codes
        for pk in points.in_postcode(code).values_list("customer", flat=True).distinct()
    ]
