"""Customers by their names: any parts in any order, as one types, and misspelt.

One table of words with a btree answers on PostgreSQL and on SQLite alike.
``tests/benchmarks/find_customers.py`` measures it.

1. The rarest of the typed words is looked up in the index, first as a whole word, then as the
   beginning of one. Each entry has the whole name with it, so that the other words are looked for
   on the way.
2. If that leaves room, each typed word also stands for those that one slip makes of it, and for
   those that sound the same: only words that some customer has.
3. If still nobody is found by three words or more, one at a time is taken to be none of the name
   on record, as a middle name is.

Every step reads a bounded number of rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from accounts import encryption
from accounts.models.contacts import POSTCODE
from accounts.name_words import after, likeness, readings, slips, sounds

TYPED = 6  # words of the box that are used
COUNTED = 2_000  # entries after which a word is frequent, however frequent
SCANNED = 50_000  # entries of one word that are looked through for the others
ALIKE = 10  # words that one misspelt word may stand for
SOUNDS = 200  # words of one sound that are compared
LIKE_ENOUGH = 0.8

TABLE = "accounts_nameword"


@dataclass(frozen=True)
class ByName:
    """A customer found by name: how well it fits (0 to 1), and why in words."""

    customer_id: int
    score: float
    why: str


@dataclass
class _Meant:
    """What one typed word may stand for."""

    typed: str
    alike: list[str] = field(default_factory=list)
    whole: bool = False  # the word itself and nothing that begins so

    @property
    def ranges(self) -> list[tuple[str, str]]:
        """The parts of the index to look at: from, and up to but without."""
        if self.whole:
            return [(self.typed, self.typed + " ")]
        own = (self.typed, after(self.typed))
        return [own, *((w, w + " ") for w in self.alike if not w.startswith(self.typed))]

    @property
    def patterns(self) -> list[str]:
        """What a whole name, with a space before and after each word, is LIKE if it has it."""
        if self.whole:
            return [f"% {self.typed} %"]
        return [f"% {word}%" for word in (self.typed, *self.alike)]

    def likeness(self, names: Sequence[str]) -> tuple[float, str]:
        """How well this word fits the best of ``names``, and how."""
        if self.typed in names:
            return 1.0, "name"
        if any(name.startswith(self.typed) for name in names):
            return 0.95, "name begins so"
        best = max((name for name in names if name in self.alike), key=self._near, default=None)
        best = best or max(names, key=self._near)  # a longer word, found by its beginning
        how = "sounds like" if sounds(best) & sounds(self.typed) else "is spelt like"
        return 0.8 * self._near(best), f"name {how} “{self.typed}”"

    def _near(self, name: str) -> float:
        return likeness(self.typed, name)


def by_name(text: str, *, limit: int, postcode: str = "") -> list[ByName]:
    """Who may be meant by the words of ``text``, the likeliest first; at most ``limit``.

    With ``postcode`` only those who have or had an address in the area of that ZIP code.
    """
    found: dict[int, ByName] = {}
    read = [[_Meant(word) for word in words[:TYPED]] for words in readings(text)]
    for words in read:
        # Whole words on their own first: "john smith" must not drown in smiths called Johnson.
        exact = [_Meant(word.typed, whole=True) for word in words]
        _add(found, _look(exact, limit, postcode))
    if len(found) < limit:
        for words in read:
            _add(found, _look(words, limit, postcode))
    if len(found) < limit:
        for words in read:
            for word in words:
                word.alike = _alike(word.typed)
            if any(word.alike for word in words):
                _add(found, _look(words, limit, postcode))
    if not found:
        for words in read:
            for left_out in range(len(words) if len(words) > 2 else 0):
                some = words[:left_out] + words[left_out + 1 :]
                if sum(len(word.typed) for word in some) > 2:
                    _add(found, _look(some, limit, postcode, "part of the "))
    return sorted(found.values(), key=lambda one: -one.score)[:limit]


def by_whole_name(text: str, *, limit: int, least: int = 1) -> list[ByName]:
    """Whose names have every word of ``text``, as it is written; at most ``limit``, any order.

    Nobody when it has fewer than ``least`` words that tell one name from another.
    """
    found: dict[int, ByName] = {}
    for words in readings(text):
        if len(words) >= least:
            _add(found, _look([_Meant(word, whole=True) for word in words[:TYPED]], limit, ""))
    return list(found.values())[:limit]


def _add(found: dict[int, ByName], more: list[ByName]) -> None:
    for one in more:
        if one.customer_id not in found or found[one.customer_id].score < one.score:
            found[one.customer_id] = one


def _look(words: list[_Meant], limit: int, postcode: str, part: str = "") -> list[ByName]:
    """Those whose names have a word for each of ``words``."""
    first = _rarest(words)
    conditions: list[str] = []
    params: list[Any] = []
    for word in words:
        if word is not first:
            either = " OR ".join(["n.names || ' ' LIKE %s"] * len(word.patterns))
            conditions.append(f"({either})")
            params += word.patterns
    if postcode:
        indexes = encryption.blind_indexes(POSTCODE, postcode[:5])
        conditions.append(
            "EXISTS (SELECT 1 FROM accounts_contactpoint c WHERE c.kind = 'post'"
            " AND c.customer_id = n.customer_id"
            f" AND c.postcode_index IN ({', '.join(['%s'] * len(indexes))}))"
        )
        params += indexes
    # More than asked for, as the best of them need not be the first.
    one_range = (
        "SELECT * FROM (SELECT n.customer_id, n.names FROM"
        f" (SELECT customer_id, names, word FROM {TABLE} WHERE word >= %s AND word < %s"
        f" ORDER BY word, names LIMIT {SCANNED}) n"
        f" WHERE {' AND '.join(conditions) or '1 = 1'} ORDER BY n.word, n.names"
        f" LIMIT {4 * limit}) r"
    )
    ranges = first.ranges
    rows = _rows(
        " UNION ALL ".join([one_range] * len(ranges)),
        [param for low, high in ranges for param in (low, high, *params)],
    )
    return [_judge(pk, names.split(), words, part) for pk, names in dict(rows).items()]


def _rarest(words: list[_Meant]) -> _Meant:
    """The word with the fewest entries; no more are counted than tells that it is frequent."""
    if len(words) == 1:
        return words[0]
    one_range = (
        f"(SELECT count(*) FROM (SELECT 1 FROM {TABLE} WHERE word >= %s AND word < %s"
        f" LIMIT {COUNTED}) n)"
    )
    (counts,) = _rows(
        f"SELECT {', '.join(' + '.join([one_range] * len(word.ranges)) for word in words)}",
        [bound for word in words for pair in word.ranges for bound in pair],
    )
    return words[counts.index(min(counts))]


def _judge(pk: int, names: list[str], words: list[_Meant], part: str) -> ByName:
    """How well the words of a name fit what was typed; the worst word says why."""
    fits = [word.likeness(names) for word in words]
    score, why = min(fits)
    mean = sum(fit for fit, _ in fits) / len(fits)
    whole = len(words) / max(len(words), len(names))  # "smith": Smith before Smith of long name
    return ByName(pk, round(0.5 * score + 0.4 * mean + 0.1 * whole, 4), part + why)


def _alike(word: str) -> list[str]:
    """Words of some customer's name that ``word`` may be meant for, the likeliest first."""
    if len(word) < 2 or not word.isalpha():
        return []  # a number is what it is: another is somebody else's
    # Letters a to z of our own making, not parameters: 500 marks take longer than the rest.
    values = ", ".join(f"('{guess}')" for guess in sorted(slips(word)))
    found = _rows(
        f"WITH guess(word) AS (VALUES {values}) SELECT g.word FROM guess g"
        f" WHERE EXISTS (SELECT 1 FROM {TABLE} n WHERE n.word = g.word)",
        [],
    )
    for key in sounds(word):
        # From each word of the sound to the next: 20,000 bearers of one cost no more than one.
        found += _rows(
            "WITH RECURSIVE heard(word, number) AS ("
            f" SELECT (SELECT min(word) FROM {TABLE} WHERE sound = %s AND sound <> ''), 1"
            " UNION ALL"
            f" SELECT (SELECT min(n.word) FROM {TABLE} n WHERE n.sound = %s AND n.sound <> ''"
            " AND n.word > heard.word), heard.number + 1 FROM heard"
            f" WHERE heard.word IS NOT NULL AND heard.number < {SOUNDS})"
            " SELECT word FROM heard WHERE word IS NOT NULL",
            [key, key],
        )
    near = {one: likeness(word, one) for (one,) in found if one != word}
    ranked = sorted(near, key=lambda one: (-near[one], one))
    return [one for one in ranked if near[one] >= LIKE_ENOUGH][:ALIKE]


def _rows(statement: str, params: Sequence[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall()
