"""What a verification of history may find."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What may be wrong."""

    ALTERED = "altered"
    REMOVED = "removed"
    SLIPPED_IN = "slipped in"
    SEAL_CHANGED = "seal changed"
    SEAL_MISSING = "seal missing"
    REWRITTEN = "not what was published"
    NOT_CHECKABLE = "cannot be checked"


@dataclass(frozen=True)
class Problem:
    """One thing that is not as it was sealed; ``words`` is a sentence without personal data."""

    kind: Kind
    day: date | None
    words: str
    table: str = ""
    key: int | None = None
    record: str = ""

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "kind": self.kind.value,
            "day": self.day.isoformat() if self.day else None,
            "table": self.table or None,
            "row": self.key,
            "record": self.record or None,
            "words": self.words,
        }


@dataclass
class Report:
    """What a verification looked at, what it found first, and remarks that are no alarm."""

    seals: int = 0
    rows: int = 0
    problems: list[Problem] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
