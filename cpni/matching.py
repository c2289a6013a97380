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
from accounts.models.customers import ACCOUNT_SEPARATORS
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
WITHOUT = {ord(c): None for c in ACCOUNT_SEPARATORS}
WORD = re.compile(r"[^\s,;:()\"“”<>]+")
PARTS = re.compile(r"[^\W_]+")
APART = r"[^\n0-9A-Za-z]{0,4}"  # what people write between the parts of a telephone number
# Ten digits on one line, whatever follows them; or, after a plus, a number of another country.
NUMBER = re.compile(
    rf"(?<!\d)(?:1{APART})?(\d{{3}}){APART}(\d{{3}}){APART}(\d{{4}})(?!\d)", re.ASCII
)
ABROAD = re.compile(r"\+\d[\d ().-]{5,}\d", re.ASCII)
EMAIL = re.compile(r"[^\s@<>,;:()\"“”]+@[^\s@<>,;:()\"“”]+\.[^\s@<>,;:()\"“”]+")
ZIP = re.compile(r"(?<![\d-])\d{5}(?:-\d{4})?(?![\d-])")
# What a form or a mail program says is the name.
NAMED = re.compile(r"^[ \t]*(?:name|nombre|from|de):[ \t]*([^\n<@]{3,200})(?=<|$)", re.I | re.M)


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
    keys = {key for word in WORD.findall(text) for key in _written(word) if len(key) <= 40}
    if ids := [number for key in keys if (number := delivery_id(key))]:
        yield Found.REFERENCE, Q(pk__in=Delivery.objects.filter(pk__in=ids).values("customer"))
    if numbered := {key for key in keys if any(c.isdigit() for c in key)}:
        yield Found.ACCOUNT, Q(account_key__in=numbered)
    if indexes := _indexes("telephone", _numbers(text)):
        points = ContactPoint.objects.filter(kind="telephone", index__in=indexes)
        services = Service.objects.filter(number_index__in=indexes)
        customers = Q(pk__in=points.values("customer")) | Q(pk__in=services.values("customer"))
        yield Found.TELEPHONE, customers
    addresses = {address.strip(".").lower() for address in EMAIL.findall(text)}
    if indexes := _indexes("email", addresses):
        points = ContactPoint.objects.filter(kind="email", index__in=indexes)
        yield Found.EMAIL, Q(pk__in=points.values("customer"))


def _written(word: str) -> Iterator[str]:
    """What ``word`` may be as an account number or a reference, in the form of ``account_key``.

    People write "acct#1001", "No.A-47", "A47/1", "A47’s": with and without the words before the
    number, and with and without one character after it.
    """
    parts = PARTS.findall(word.lower())
    if not parts:
        return
    yield word.lower().strip(".!?").translate(WITHOUT)
    numbered = (n for n, part in enumerate(parts) if any(c.isdigit() for c in part))
    first, last = next(numbered, len(parts) - 1), len(parts)
    for start in range(max(0, first - 2), first + 1):
        yield "".join(parts[start:last])
        if last - start > 1 and len(parts[-1]) == 1:
            yield "".join(parts[start : last - 1])


def _indexes(kind: str, values: Iterable[str]) -> list[bytes]:
    return [index for value in values for index in blind_indexes(kind, value)]


def _numbers(text: str) -> Iterator[str]:
    yield from ("+1" + "".join(match.groups()) for match in NUMBER.finditer(text))
    for match in ABROAD.findall(text):
        try:
            yield telephone(match)
        except ValidationError:
            continue


def _by_name(text: str) -> Iterator[tuple[Found, int]]:
    """By the name that is given as one, in an address too, or two or three capitalised words."""
    given = [name.strip() for name in NAMED.findall(text)]
    mailboxes = [address.partition("@")[0] for address in EMAIL.findall(text)[:RUNS]]
    for name in dict.fromkeys([*given, *mailboxes, *_capitalised(text)]):
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
