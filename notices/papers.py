"""Papers of the carrier's own, to be signed or filed: made of blocks, set by Typst as PDF. Pure.

As with letters, what is written goes in as data and is never read as markup.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from notices.typesetting import Letterhead, document

TEMPLATE = Path(__file__).parent / "typst" / "paper.typ"
Block = dict[str, Any]


def title(words: str, below: str = "") -> Block:
    """The title of the paper, with a line below it."""
    return {"kind": "title", "words": words, "below": below}


def heading(words: str) -> Block:
    """A heading."""
    return {"kind": "heading", "words": words}


def text(words: str) -> Block:
    """A paragraph."""
    return {"kind": "text", "words": words}


def facts(pairs: Sequence[tuple[str, str]]) -> Block:
    """Names and what they are, side by side."""
    return {"kind": "facts", "pairs": [list(pair) for pair in pairs]}


def table(heads: Sequence[str], rows: Sequence[Sequence[object]], widths: Sequence[float]) -> Block:
    """A table; ``widths`` are the shares of its columns."""
    cells = [[str(cell) for cell in row] for row in rows]
    return {"kind": "table", "heads": list(heads), "rows": cells, "widths": list(widths)}


def signature(*lines: str) -> Block:
    """A line to sign on, one for the date, and who signs below."""
    return {"kind": "signature", "lines": list(lines)}


def new_page() -> Block:
    """What follows begins on a page of its own."""
    return {"kind": "page"}


def pdf(blocks: Sequence[Block], head: Letterhead, *, footer: str, mark: str = "") -> bytes:
    """The paper as PDF: ``footer`` stands on each page, ``mark`` (such as DRAFT) above it."""
    given = {
        "head": {"name": head.name, "address": list(head.address)},
        "blocks": list(blocks),
        "footer": footer,
        "mark": mark,
    }
    return document(TEMPLATE, given)
