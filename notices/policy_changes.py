"""What one policy version declares that another did not, and whether that is material. Pure.

Material is what lets us treat information in a manner different from that stated when it was
collected (domain.md 12): a use, a recipient or a class of data that is added or widened, or a use
for which less approval is asked than before. Whatever is only taken away or said in other words is
not: it is noted and made available, and nobody need be asked.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

# From the least approval that a customer can be asked for to the most.
STRICTNESS = ("none", "opt_out", "opt_in", "prohibited")


class Kind(StrEnum):
    """What became of a use."""

    NEW = "New"
    WIDENED = "Widened"
    NARROWED = "Narrowed"
    GONE = "Gone"
    SAME = "Unchanged"


MATERIAL = frozenset({Kind.NEW, Kind.WIDENED})


@dataclass(frozen=True)
class Declared:
    """A use as a version declares it.

    ``recipients`` and ``data_classes`` are limits; empty is none: everybody of the kind
    ``recipient``, and all CPNI. ``mechanism`` is of ``Use.Mechanism``.
    """

    code: str
    purpose: str
    recipient: str
    mechanism: str
    recipients: frozenset[str] = frozenset()
    data_classes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Change:
    """One use in both versions: what became of it, and in which respects, in words."""

    kind: Kind
    declared: Declared
    respects: tuple[str, ...] = ()
    before: Declared | None = None

    @property
    def material(self) -> bool:
        """Whether customers must be told of it and asked."""
        return self.kind in MATERIAL


def changes(
    before: Iterable[Declared], after: Iterable[Declared], *, labels: Mapping[str, str]
) -> list[Change]:
    """Use by use what ``after`` declares compared with ``before``; what is material first.

    ``labels`` are the words for mechanisms and classes of data, by code.
    """
    old = {one.code: one for one in before}
    new = {one.code: one for one in after}
    found = [_change(old.get(code), one, labels) for code, one in new.items()]
    found += [Change(Kind.GONE, one) for code, one in old.items() if code not in new]
    order = list(Kind)
    return sorted(found, key=lambda change: order.index(change.kind))


def material(before: Iterable[Declared], after: Iterable[Declared]) -> bool:
    """Whether anything that ``after`` declares is new or wider than in ``before``."""
    return any(change.material for change in changes(before, after, labels={}))


def _change(old: Declared | None, new: Declared, labels: Mapping[str, str]) -> Change:
    if old is None:
        return Change(Kind.NEW, new, _whole(new, labels))
    wider: list[str] = []
    narrower: list[str] = []
    loosened = STRICTNESS.index(new.mechanism) - STRICTNESS.index(old.mechanism)
    if loosened:
        words = f"approval: {_word(old.mechanism, labels)} → {_word(new.mechanism, labels)}"
        (wider if loosened < 0 else narrower).append(words)
    for name, was, becomes, everything in (
        ("recipients", old.recipients, new.recipients, f"anyone of: {new.recipient}"),
        ("data", old.data_classes, new.data_classes, "all CPNI"),
    ):
        more, fewer = limits(was, becomes)
        if more is not None:
            wider.append(f"{name} added: {_list(more, labels) or everything}")
        if fewer is not None:
            narrower.append(f"{name} no longer: {_list(fewer, labels) or everything}")
    kind = Kind.WIDENED if wider else Kind.NARROWED if narrower else Kind.SAME
    return Change(kind, new, (*wider, *narrower), old)


def limits(
    was: frozenset[str], becomes: frozenset[str]
) -> tuple[frozenset[str] | None, frozenset[str] | None]:
    """What was added to a limit and what was taken from it; None for nothing, empty for all."""
    if was == becomes:
        return None, None
    if not becomes:
        return frozenset(), None
    if not was:
        return None, frozenset()
    return becomes - was or None, was - becomes or None


def _whole(one: Declared, labels: Mapping[str, str]) -> tuple[str, ...]:
    return (
        f"recipients: {_list(one.recipients, labels) or one.recipient}",
        f"data: {_list(one.data_classes, labels) or 'all CPNI'}",
        f"approval: {_word(one.mechanism, labels)}",
    )


def _list(names: Iterable[str], labels: Mapping[str, str]) -> str:
    return ", ".join(sorted(_word(name, labels) for name in names))


def _word(code: str, labels: Mapping[str, str]) -> str:
    return labels.get(code, code)
