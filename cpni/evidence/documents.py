"""A document to be printed: headings, facts, tables and texts, as a PDF."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from notices import typesetting

TEMPLATE = Path(__file__).parents[1] / "typst" / "document.typ"
EMPTY = "–"


@dataclass
class Document:
    """What is printed, in its order. ``foot`` stands at the foot of every page."""

    title: str
    carrier: str
    subtitle: str = ""
    foot: str = ""
    language: str = "en"
    size: float = 10  # points
    blocks: list[dict[str, Any]] = field(default_factory=list)

    def heading(self, words: str, level: int = 2) -> None:
        """A heading; of level 2 for a part of the document, 3 for what is below it."""
        self.blocks.append({"kind": "heading", "words": words, "level": level})

    def text(self, words: str) -> None:
        """A paragraph."""
        self.blocks.append({"kind": "text", "words": words})

    def items(self, items: Sequence[str]) -> None:
        """A list."""
        self.blocks.append({"kind": "list", "items": list(items)})

    def words(self, words: str) -> None:
        """Somebody's words as they are, line by line, in a frame."""
        lines = words.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
        self.blocks.append({"kind": "words", "words": lines})

    def facts(self, rows: Iterable[tuple[str, object]]) -> None:
        """Names and values."""
        shown = [(name, str(value if value not in (None, "") else EMPTY)) for name, value in rows]
        self.blocks.append({"kind": "facts", "rows": shown})

    def table(
        self, head: Sequence[str], rows: Iterable[Sequence[object]], widths: Sequence[float]
    ) -> None:
        """A table with a heading for each column; ``widths`` are relative to each other."""
        cells = [[str(c if c not in (None, "") else EMPTY) for c in row] for row in rows]
        self.blocks.append(
            {"kind": "table", "head": list(head), "rows": cells, "widths": list(widths)}
        )

    def new_page(self) -> None:
        """What follows begins on a new page."""
        self.blocks.append({"kind": "break"})

    def pdf(self) -> bytes:
        """The whole, set."""
        given = {
            "title": self.title,
            "subtitle": self.subtitle,
            "carrier": self.carrier,
            "foot": self.foot,
            "language": self.language,
            "size": self.size,
            "blocks": self.blocks,
        }
        return typesetting.document(TEMPLATE, given)


def day_words(day: date | None) -> str:
    """``Nov 23, 2026``; a dash for none."""
    return f"{day:%b} {day.day}, {day.year}" if day else EMPTY


def instant_words(at: datetime | None, zone: ZoneInfo) -> str:
    """``Nov 23, 2026, 10:05 AM MST``, in ``zone``; a dash for none."""
    if at is None:
        return EMPTY
    there = at.astimezone(zone)
    hour = f"{there:%I:%M %p %Z}".lstrip("0")
    return f"{day_words(there.date())}, {hour}"
