"""The one box by which a customer is found, whatever the caller says.

A telephone number in any format, an account number, a name (``accounts.finding_names``), an e-mail
address, or a ZIP code alone, with a house number, or with a name. Numbers and addresses are
encrypted and found by their blind indexes, so these have to be whole; the words of names, and
account numbers, are found by their beginnings. Whatever reads a table reads a bounded part of it.

The reference that is printed on a notice is known to ``notices``, and looked up by the callers.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from functools import cache

from django.core.exceptions import ValidationError

from accounts import encryption, fields
from accounts.finding_names import by_name
from accounts.models import ContactPoint, Customer, Service
from accounts.models.contacts import postal_key
from accounts.models.customers import ACCOUNT_SEPARATORS
from accounts.name_words import after, forms

Kind, Status = ContactPoint.Kind, Customer.Status

TYPED = 200  # characters of the box that are read
SHARED = 500  # customers who share one number, e-mail address or house, and are all shown
OPENED = 200  # addresses of one ZIP code that are decrypted to compare all nine digits
EMAIL = re.compile(r"[^\s<>,;:]+@[^\s<>,;]+")
EXTENSION = re.compile(r"[\s,;]*(?:extension|ext|x|#)\.?\s*\d{1,7}$", re.IGNORECASE | re.ASCII)
NUMBER = re.compile(
    r"(?:tel\.?:?|phone:?)?\s*[+\d][\d\s()\[\]./\-‐‑–—]*|\([\d\s()./\-–—]+", re.ASCII
)
POSTCODE = re.compile(r"(?<![\w-])(\d{5})(?:-?(\d{4}))?(?![\w-])", re.ASCII)


class _Rank(IntEnum):
    """In which order results are shown."""

    ACCOUNT = 1
    OF_RECORD = 2
    CONTACT = 3
    FORMER = 4
    ACCOUNT_BEGINS = 5
    NAME = 6
    AREA = 7


@dataclass(frozen=True)
class Found:
    """A customer who may be meant, with what identifies the account and no more."""

    customer_id: int
    account_number: str
    name: str
    city: str
    state: str
    status: str  # a value of Customer.Status
    why: str  # in words, beginning small: "number of record", "name sounds like “smiht”"
    merged_into: str = ""  # the account number of the account that remains

    @property
    def label(self) -> str:
        """What is to be said of an account that is not active; nothing of one that is."""
        if self.merged_into:
            return f"Merged into {self.merged_into}"
        return "" if self.status == Status.ACTIVE else Status(self.status).label


@dataclass(frozen=True, order=True)
class _Hit:
    rank: _Rank
    less_fit: float
    customer_id: int
    why: str


def find(text: str, *, on: date, limit: int = 20) -> list[Found]:
    """The customers who may be meant by ``text``, the likeliest first, each with why.

    ``on`` is the carrier's civil day, which tells what is "former". At most ``limit``; but of
    those who share a number, an e-mail address or a house none is left out (up to ``SHARED``).
    A number or an address that nobody has finds nobody.
    """
    best: dict[int, _Hit] = {}
    for hit in sorted(_hits(text, on, limit)):
        best.setdefault(hit.customer_id, hit)
    hits = sorted(best.values())
    shared = sum(hit.rank <= _Rank.FORMER for hit in hits)
    return _shown(hits[: max(limit, shared)])


def found(customer_id: int, *, why: str) -> list[Found]:
    """The customer whom something else than their own words names, such as a reference."""
    return _shown([_Hit(_Rank.ACCOUNT, 0, customer_id, why)])


def kind_of(text: str) -> str:
    """What kind of words ``text`` is; a record of looks keeps this and not the words."""
    text = _plain(text)
    if EMAIL.search(text):
        return "e-mail address"
    if _numbers(text):
        return "telephone number"
    if POSTCODE.search(text):
        return "ZIP code"
    return "account number" if any(c.isdigit() for c in text) else "name"


def _plain(text: str) -> str:
    return " ".join(text.replace("\0", " ").split())[:TYPED]


def _hits(text: str, on: date, limit: int) -> list[_Hit]:
    text = _plain(text)
    if len(text) < 2:
        return []
    if email := EMAIL.search(text):
        indexes = encryption.blind_indexes(Kind.EMAIL, _email(email[0]).casefold())
        return _by_contact(indexes, on, "e-mail address")
    hits = _by_account(text, limit)
    if numbers := _numbers(text):
        return hits + _by_number(numbers, on)
    for place in POSTCODE.finditer(text):
        rest = f"{text[: place.start()]} {text[place.end() :]}"
        hits += _by_place(place[1], place[2] or "", rest, on, limit)
    if any(hit.rank != _Rank.ACCOUNT_BEGINS for hit in hits):
        return hits
    return hits + [
        _Hit(_Rank.NAME, -one.score, one.customer_id, one.why) for one in by_name(text, limit=limit)
    ]


# --- Account numbers -----------------------------------------------------------------------------


def _by_account(text: str, limit: int) -> list[_Hit]:
    key = text.lower().translate({ord(c): None for c in ACCOUNT_SEPARATORS})
    if not key:
        return []
    rows = Customer.objects.filter(account_key__gte=key, account_key__lt=after(key))
    found = rows.order_by("account_key").values_list("pk", "account_key")[:limit]
    return [
        _Hit(_Rank.ACCOUNT, 0, pk, "account number")
        if whole == key
        else _Hit(_Rank.ACCOUNT_BEGINS, 0, pk, "account number begins so")
        for pk, whole in found
    ]


# --- Telephone numbers and e-mail addresses ------------------------------------------------------


def _numbers(text: str) -> list[str]:
    """The telephone numbers (E.164) that ``text`` may be; none if it is not a number.

    Seven digits are a number in any area: the index is asked for each of them, so that no index of
    seven digits need be kept.
    """
    text = EXTENSION.sub("", text)
    if not NUMBER.fullmatch(text):
        return []
    digits = re.sub(r"\D", "", text)
    if len(digits) == 7 and "+" not in text:
        return [f"+1{area}{digits}" for area in _areas()] if digits[0] > "1" else []
    if len(digits) < 10:
        return []
    try:
        return [fields.telephone(re.sub(r"^[^+\d(]+|[\[\]]", "", text))]
    except ValidationError:
        return []


@cache
def _areas() -> tuple[str, ...]:
    """Every area code that the North American plan may give out."""
    return tuple(f"{a}{b}{c}" for a in range(2, 10) for b in range(9) for c in range(10))


def _by_number(numbers: list[str], on: date) -> list[_Hit]:
    indexes = [i for number in numbers for i in encryption.blind_indexes(Kind.TELEPHONE, number)]
    services = Service.objects.filter(number_index__in=indexes).order_by("number_index")
    words = "number of record" if len(numbers) == 1 else "number of record, whatever the area code"
    hits = [
        _Hit(_Rank.OF_RECORD, 0, customer, words)
        if ended is None or on <= ended
        else _Hit(_Rank.FORMER, 0, customer, "former number of record")
        for customer, ended in services.values_list("customer", "ended_on")[:SHARED]
    ]
    words = "contact number" if len(numbers) == 1 else "contact number, whatever the area code"
    return hits + _by_contact(indexes, on, words)  # of one kind: the digests are the same


def _email(text: str) -> str:
    text = text.strip(".'\"").removeprefix("mailto:")
    try:
        return fields.email_address(text)
    except ValidationError:
        return text


def _by_contact(indexes: list[bytes], on: date, words: str) -> list[_Hit]:
    """Whoever has, or had, a contact point with one of these blind ``indexes``."""
    # In the order of the index: to PostgreSQL some five hundred of seven hundred numbers look as if
    # they were found soon without one.
    points = ContactPoint.objects.filter(index__in=indexes).order_by("index")
    return [
        _Hit(_Rank.CONTACT, 0, customer, words)
        if until is None or on < until
        else _Hit(_Rank.FORMER, 0, customer, f"former {words}")
        for customer, until in points.values_list("customer", "until")[:SHARED]
    ]


# --- ZIP codes -----------------------------------------------------------------------------------


def _by_place(five: str, four: str, rest: str, on: date, limit: int) -> list[_Hit]:
    """Whoever lives, or lived, at a ZIP code; with a house number or words of a name or street."""
    words, house = forms(rest).words, fields.house_number(rest)
    if house:
        key = postal_key(house, five)
        points = ContactPoint.objects.found_by(Kind.POST, key).select_related("customer")
        here = [point for point in points[:SHARED] if _fits(point, words, house)]
        return [_place_hit(point, on, "ZIP code and house number") for point in here]
    if words:
        return [
            _Hit(_Rank.NAME, -one.score, one.customer_id, f"ZIP code, {one.why}")
            for one in by_name(rest, limit=limit, postcode=five)
        ]
    area = ContactPoint.objects.in_postcode(five).order_by("customer")  # as the index has them
    present = list(area.filter(until=None)[: OPENED if four else limit])
    former_ones = area.exclude(until=None)[: limit if len(present) < limit else 0]
    hits = []
    for point in (*present, *former_ones):
        same = bool(four) and point.postcode == f"{five}-{four}"
        former = point.until is not None and point.until <= on
        why = "ZIP code, all nine digits" if same else "ZIP code"
        why = f"former {why}" if former else why
        hits.append(_Hit(_Rank.AREA, former - same, point.customer_id, why))
    return hits


def _fits(point: ContactPoint, words: Iterable[str], house: str) -> bool:
    """Whether each of ``words`` begins a word of the name or of the address."""
    said = forms(point.customer.name).all + forms(f"{point.line1} {point.line2} {point.city}").all
    return all(
        word == house or any(own.startswith(word) for own in (*said, point.state.lower()))
        for word in words
    )


def _place_hit(point: ContactPoint, on: date, words: str) -> _Hit:
    if point.until is None or on < point.until:
        return _Hit(_Rank.CONTACT, 0, point.customer_id, words)
    return _Hit(_Rank.FORMER, 0, point.customer_id, f"former {words}")


# --- What is shown -------------------------------------------------------------------------------


def _shown(hits: list[_Hit]) -> list[Found]:
    """The customers of ``hits`` in their order, those who are active first of equal ones."""
    ids = [hit.customer_id for hit in hits]
    customers = Customer.objects.select_related("merged_into").in_bulk(ids)
    places: dict[int, tuple[str, str]] = {}
    posts = ContactPoint.objects.filter(customer__in=ids, kind=Kind.POST)
    # The present one last, so that it stands; otherwise the latest of the former ones.
    ordered = sorted(
        posts.values_list("customer", "city", "state", "until", "pk"),
        key=lambda post: (post[3] is None, post[3] or date.min, post[4]),
    )
    for customer, city, state, _, _ in ordered:
        places[customer] = (city, state)
    rows = [(hit, customers[hit.customer_id]) for hit in hits if hit.customer_id in customers]
    rows.sort(
        key=lambda row: (
            row[0].rank,
            row[0].less_fit,
            row[1].status != Status.ACTIVE,
            row[1].name,
            row[1].account_number,
        )
    )
    return [
        Found(
            customer_id=customer.pk,
            account_number=customer.account_number,
            name=customer.name,
            city=places.get(customer.pk, ("", ""))[0],
            state=places.get(customer.pk, ("", ""))[1],
            status=customer.status,
            why=hit.why,
            merged_into=customer.merged_into.account_number if customer.merged_into else "",
        )
        for hit, customer in rows
    ]
