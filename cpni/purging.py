"""Purging records whose time has passed: shown first, then done, and itself recorded.

Chunks are transactions of their own, each with its part of the ``Purge`` record, so a purge that is
killed has recorded exactly what it removed, and the next one goes on. History goes through
``history_purges``, which removes only what was sealed and is as it was sealed.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from typing import Any

from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.db.models import Count, Max, Min
from django.utils import timezone

from accounts.errors import Refused
from accounts.history import actor_name
from accounts.models import User
from accounts.permissions import require
from accounts.runs import run as job_run
from cpni import holds
from cpni.history_purges import Purge as PurgeOfHistory
from cpni.history_purges import history_purge
from cpni.models import Purge
from cpni.retention import Cut, Records, cut_off, months_kept
from cpni.retention_records import RECORDS
from cpni.sealed_tables import table_of
from cpni.sealing import seal_due

PERMISSION = "cpni.purge_records"
JOB = "purge"
CHUNK = 2_000  # records in one transaction


@dataclass(frozen=True)
class Line:
    """What a purge would do to one table, and what it would leave, by why."""

    records: Records
    cut: Cut
    months: int
    removable: int
    oldest: Any
    newest: Any
    within_period: int
    held_back: dict[str, int]

    @property
    def stays(self) -> str:
        """What stays, and why, in words."""
        words = [f"{count:,} {why[0].lower()}{why[1:]}" for why, count in self.held_back.items()]
        if self.within_period:
            words.insert(0, f"{self.within_period:,} open or within {self.months} months")
        return "; ".join(words) or "–"


def plan(*, as_of: date) -> list[Line]:
    """What a purge for the carrier's civil day ``as_of`` would remove and leave. Only reads."""
    held, lines = holds.held(), []
    for records in RECORDS:
        cut = cut_off(records.kind, as_of=as_of)
        found = records.removable(cut, held).aggregate(
            count=Count("pk"), oldest=Min(records.day), newest=Max(records.day)
        )
        stays = {why: rows.count() for why, rows in records.held_back(cut, held).items()}
        lines.append(
            Line(
                records=records,
                cut=cut,
                months=months_kept(records.kind),
                removable=found["count"],
                oldest=found["oldest"],
                newest=found["newest"],
                within_period=records.all().count() - records.due(cut).count(),
                held_back={why: count for why, count in stays.items() if count},
            )
        )
    return lines


def fingerprint(lines: Iterable[Line]) -> str:
    """By which to tell that a plan that was shown is still the plan."""
    whole = json.dumps(
        [
            [line.records.model._meta.db_table, line.cut.on.isoformat(), line.removable]
            for line in lines
        ]
    )
    return hashlib.sha256(whole.encode()).hexdigest()[:16]


def purge(
    *,
    as_of: date,
    today: date,
    by: User | None,
    because: str,
    seen: str | None = None,
    progress: Callable[[int], object] | None = None,
) -> list[Purge]:
    """Remove what :func:`plan` shows for the civil day ``as_of``. Returns the records of it.

    Raises Refused, with nothing removed, without a reason, for a day after ``today``, or when the
    plan is no longer that with the fingerprint ``seen``; NotAllowed. ``progress`` is told the
    number removed.
    """
    require(by, PERMISSION)
    if not because.strip():
        raise Refused("A purge needs a reason.", "Say who decided it.")
    if as_of > today:
        raise Refused(f"{as_of} has not come yet.", "Nothing is purged before its time.")
    if seen is not None and seen != fingerprint(plan(as_of=as_of)):
        raise Refused("What would be purged has changed meanwhile.", "Look at it again.")
    seal_due(at=timezone.now())
    done = []
    with job_run(JOB, for_day=as_of, by=by) as run:
        for records in RECORDS:
            record = _purge(records, as_of, by, because, progress or (lambda count: None))
            if record:
                done.append(record)
                run.counts = {**run.counts, records.label.lower(): record.rows}
    return done


def _purge(
    records: Records, as_of: date, by: User | None, because: str, progress: Callable[[int], object]
) -> Purge | None:
    cut = cut_off(records.kind, as_of=as_of)
    record: Purge | None = None
    digest = hashlib.sha256()
    last = 0
    while True:
        with transaction.atomic():
            holds.lock()
            found = records.removable(cut, holds.held()).filter(pk__gt=last)
            ids = list(found.order_by("pk").values_list("pk", flat=True)[:CHUNK])
            if not ids:
                break
            if record is None:
                record = Purge(
                    at=timezone.now(),
                    as_of=as_of,
                    by=by,
                    actor=actor_name(by),
                    because=because[:200],
                    kind=records.kind.code,
                    table=records.model._meta.db_table,
                    cut_off=cut.on,
                )
            with ExitStack() as stack:
                opened = partial(history_purge, by=by, because=because[:200], at=timezone.now())
                past = cache(lambda: stack.enter_context(opened()))  # noqa: B023
                removed = _remove(records, ids, digest, past)
            record.rows += len(ids)
            record.history_rows += removed.history_rows
            record.files += len(removed.files)
            record.ranges = [*record.ranges, [ids[0], ids[-1], len(ids)]]
            record.digest = digest.hexdigest()
            record.save()
        last = ids[-1]
        progress(len(ids))
    if record:
        record.finished_at = timezone.now()
        record.save()
    return record


# --- Removing ------------------------------------------------------------------------------------


@dataclass
class _Removed:
    history_rows: int
    files: list[str]


def _remove(
    records: Records, ids: Sequence[int], digest: Any, past: Callable[[], PurgeOfHistory]
) -> _Removed:
    """Remove the records with these ids and what goes with them; add their text to ``digest``.

    ``past`` opens the purge of history when there is some.

    By statements of our own: the library's deletion would write a row of history for each, with
    everything that was to be forgotten in it. The database's foreign keys refuse to let go of what
    something else still names.
    """
    model, files = records.model, []
    if records.file:
        named = model._default_manager.filter(pk__in=ids).exclude(**{records.file: ""})
        files = list(named.values_list(records.file, flat=True))
    history_rows = 0
    for child, name in records.below:
        rows = child._default_manager.filter(**{f"{name}__in": ids}).order_by("pk")
        if isinstance(child._meta.pk, models.CompositePrimaryKey):
            _digest(rows, digest)
            _delete(child._meta.db_table, child._meta.get_field(name).column, ids)
        else:
            below = list(rows.values_list("pk", flat=True))
            history_rows += _remove_rows(child, below, digest, past)
    history_rows += _remove_rows(model, ids, digest, past)
    for name in files:
        transaction.on_commit(lambda name=name: default_storage.delete(name))  # type: ignore[misc]
    return _Removed(history_rows, files)


def _remove_rows(
    model: Any, ids: Sequence[int], digest: Any, past: Callable[[], PurgeOfHistory]
) -> int:
    """Remove rows of one table with their history. Returns the number of rows of history."""
    if not ids:
        return 0
    if table_of(model):  # history itself, or what is kept like it
        _remove_history(model, ids, digest, past)
        return 0
    removed = 0
    if hasattr(model, "history"):
        table = model.history.model
        rows = table.objects.filter(id__in=ids).order_by("pk").values_list("pk", flat=True)
        past_ids = list(rows)
        removed = len(past_ids)
        _remove_history(table, past_ids, digest, past)
    _digest(model._base_manager.filter(pk__in=ids).order_by("pk"), digest)
    _delete(model._meta.db_table, model._meta.pk.column, ids)
    return removed


def _remove_history(
    table: Any, ids: Sequence[int], digest: Any, past: Callable[[], PurgeOfHistory]
) -> None:
    """Remove rows of a table of history, and what hangs on them."""
    if not ids:
        return
    for relation in table._meta.related_objects:  # what the row's many-to-many fields were
        below = relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": ids})
        _digest(below.order_by("pk"), digest)
    _digest(table._base_manager.filter(pk__in=ids).order_by("pk"), digest)
    past().remove(table.objects.filter(pk__in=ids))


def _digest(rows: "models.QuerySet[Any]", digest: Any) -> None:
    """Add the rows' canonical text: one line of JSON each, names sorted, in the order given."""
    model = rows.model
    names = sorted(field.attname for field in model._meta.concrete_fields)
    for row in rows.values(*names).iterator(chunk_size=CHUNK):
        # What is encrypted stands in it as it is stored.
        plain = {n: v.hex() if isinstance(v, bytes) else v for n, v in row.items()}
        text = json.dumps(
            [model._meta.db_table, plain], cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=True
        )
        digest.update(text.encode() + b"\n")


def _delete(table: str, column: str, ids: Sequence[int]) -> None:
    if ids:
        listed = ", ".join(str(int(number)) for number in ids)  # our own integers
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table} WHERE {column} IN ({listed})")
