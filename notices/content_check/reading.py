"""A part of a notice as patterns can read it: one line of paragraphs and sentences. Pure.

A paragraph ends in ``¶``, a sentence in ``.``, ``?`` or ``!``. A full stop that ends no sentence,
as in a number, an address on the web or “Inc.”, becomes ``․`` meanwhile, so that a pattern can
stay within a sentence by ``[^.?!¶]*``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

MARK, LEADER = "¶", "․"
_WITHIN = re.compile(r"\.(?=\S)")
_SHORT = re.compile(r"\b(Inc|Corp|Co|Ltd|Mr|Mrs|Ms|Dr|Sr|Sra|St|Ave|No|Núm)\.(?= )")
_ENDS = re.compile(r"[.?!](?=\s|$)|¶")
LONGEST_EXCERPT = 220  # characters


@dataclass(frozen=True)
class Part:
    """The words of a notice in one language and one form, with its placeholders unfilled."""

    language: str
    form: str
    text: str


@dataclass(frozen=True)
class Place:
    """Where something stands: language, form, and the sentence around it (or what is wrong)."""

    language: str
    form: str
    excerpt: str


def on_one_line(text: str) -> str:
    """``text`` on one line, with ``¶`` between paragraphs, items of lists and headings."""
    lines = [line.strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    joined = ""
    for before, line in zip(["", *lines], lines, strict=False):
        if not line:
            continue
        # Headings are in capitals.
        apart = not before or before.isupper() != line.isupper() or line.startswith(("- ", "• "))
        joined += (f" {MARK} " if apart and joined else " " if joined else "") + line
    joined = " ".join(joined.split())
    return _SHORT.sub(rf"\1{LEADER}", _WITHIN.sub(LEADER, joined))


def sentences(line: str) -> Iterator[tuple[int, int]]:
    """Where each sentence of a text on one line begins and ends."""
    begin = 0
    for end in [found.end() for found in _ENDS.finditer(line)] + [len(line)]:
        if line[begin:end].strip(f" {MARK}"):
            yield begin, end
        begin = end


def sentence_around(line: str, begin: int, end: int) -> str:
    """The sentences of ``line`` in which ``begin`` to ``end`` stands, as people write them."""
    touched = [(a, b) for a, b in sentences(line) if a < end and begin < b]
    if touched:
        begin, end = touched[0][0], touched[-1][1]
    return shown(line[begin:end])


def shown(line: str) -> str:
    """A piece of a text on one line as people write it, cut where it is long."""
    words = " ".join(line.replace(MARK, " ").replace(LEADER, ".").split()).lstrip("-• ")
    if len(words) <= LONGEST_EXCERPT:
        return words
    return f"{words[:LONGEST_EXCERPT].rpartition(' ')[0]} …"
