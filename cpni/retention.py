"""What a kind of record that is not kept for ever is: how old, relied on by what, held by whom.

Which records these are is in ``cpni.retention_records``; removing them in ``cpni.purging``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import Q, QuerySet

from accounts.civil import add_months
from accounts.models import (
    Carrier,
)
from cpni.holds import Held
from cpni.models import (
    RetentionPeriod,
)
from cpni.retention_kinds import Kind


@dataclass(frozen=True)
class Cut:
    """The cut-off: records from before the civil day ``on``, which begins at ``at``, may go."""

    on: date
    at: datetime


Conditions = Mapping[str, Q]
EVERY = Q()


@dataclass(frozen=True)
class Records:
    """The records of one kind in one table.

    ``due`` finds those whose time has passed and which are settled; ``relied_on`` says, by words
    for people, for which of them something still needs them; ``under`` says which a hold covers.
    ``day`` is the column that their age is counted from. ``below`` are tables whose rows go with
    them, by foreign key; ``file`` a column that names a file. ``among`` is the part of the table
    that the kind speaks of, where that is not all of it.
    """

    kind: Kind
    label: str
    model: Any
    day: str
    due: Callable[[Cut], QuerySet[Any]]
    relied_on: Callable[[Cut], Conditions] = lambda cut: {}
    under: Callable[[Held], Q] = lambda held: Q(pk__in=[])
    below: tuple[tuple[Any, str], ...] = ()
    file: str = ""
    among: Q = EVERY

    def all(self) -> QuerySet[Any]:
        """Those of any age."""
        found: QuerySet[Any] = self.model._default_manager.filter(self.among)
        return found

    def removable(self, cut: Cut, held: Held) -> QuerySet[Any]:
        """Those that may be removed now."""
        found = self.due(cut).filter(~self._held(held))
        for condition in self.relied_on(cut).values():
            found = found.filter(~condition)
        return found

    def held_back(self, cut: Cut, held: Held) -> dict[str, QuerySet[Any]]:
        """Those whose time has passed but that stay, by why; one may be under several."""
        due = self.due(cut)
        found = {words: due.filter(c) for words, c in self.relied_on(cut).items()}
        return {**found, "Legal hold": due.filter(self._held(held))}

    def _held(self, held: Held) -> Q:
        return Q(pk__isnull=False) if held.everything else self.under(held)


def months_kept(kind: Kind) -> int:
    """How many months ``kind`` is kept: what the officer said, but never under the rule's floor."""
    row = RetentionPeriod.objects.filter(kind=kind.code).values_list("months", flat=True).first()
    return max(kind.floor, kind.months if row is None else row)


def cut_off(kind: Kind, *, as_of: date) -> Cut:
    """The cut-off of ``kind`` on the carrier's civil day ``as_of``."""
    day = add_months(as_of, -months_kept(kind))
    return Cut(day, datetime.combine(day, time(), Carrier.zone_or_default()))
