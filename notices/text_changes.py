"""Two texts word by word: what was added, what was taken out, and the long rest folded. Pure."""

import re
from dataclasses import dataclass
from enum import StrEnum

from diff_match_patch import diff_match_patch

WORD = re.compile(r"\w+|\s+|[^\w\s]")
# Of what is unchanged so much is shown around a change, in characters, at whole words.
AROUND = 240


class Kind(StrEnum):
    """What became of a part."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    FOLDED = "folded"


@dataclass(frozen=True)
class Part:
    """A stretch of text and what became of it."""

    kind: Kind
    text: str

    @property
    def words(self) -> int:
        """How many words it has."""
        return len(self.text.split())


def compare(before: str, after: str) -> list[Part]:
    """The parts of both texts in their order; together they hold every word of both."""
    engine = diff_match_patch()
    found = engine.diff_main(*_as_characters(before, after), False)
    engine.diff_cleanupSemantic(found)
    words = _words(before, after)
    parts = [Part(_KINDS[sign], "".join(words[ord(c)] for c in text)) for sign, text in found]
    shown: list[Part] = []
    for number, part in enumerate(parts):
        if part.kind is Kind.SAME:
            shown += _folded(part, first=number == 0, last=number == len(parts) - 1)
        else:
            shown.append(part)
    return shown


_KINDS = {0: Kind.SAME, 1: Kind.ADDED, -1: Kind.REMOVED}


def _words(before: str, after: str) -> list[str]:
    """The different words of both; the library compares characters, so each stands for a word."""
    return list(dict.fromkeys(WORD.findall(before) + WORD.findall(after)))


def _as_characters(before: str, after: str) -> list[str]:
    characters = {word: chr(number) for number, word in enumerate(_words(before, after))}
    return ["".join(characters[word] for word in WORD.findall(text)) for text in (before, after)]


def _folded(part: Part, *, first: bool, last: bool) -> list[Part]:
    """``part`` with its middle folded, if that is long enough to be worth it."""
    start = 0 if first else _whole_word(part.text, AROUND)
    end = len(part.text) if last else _whole_word(part.text, len(part.text) - AROUND)
    if end - start < AROUND:
        return [part]
    pieces = (
        Part(Kind.SAME, part.text[:start]),
        Part(Kind.FOLDED, part.text[start:end]),
        Part(Kind.SAME, part.text[end:]),
    )
    return [piece for piece in pieces if piece.text]


def _whole_word(text: str, place: int) -> int:
    """The first place from ``place`` on at which a word begins."""
    found = re.compile(r"\s+").search(text, max(place, 0))
    return found.end() if found else len(text)
