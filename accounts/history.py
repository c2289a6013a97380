"""Who changed what, when and why: one history for single saves and for million-row statements.

django-simple-history writes a row for each ``save()``. Statements that change many rows at once
bypass it (its docs, "common issues"), so they call :func:`record_rows` in the same transaction.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import connection, models
from simple_history.models import HistoricalRecords

if TYPE_CHECKING:
    from accounts.models import User

LISTED = 5_000  # ids in one statement
AUTOMATIC = "CPNI Desk"  # the name that history shows for what no person did


def actor_name(by: "User | None") -> str:
    """The name that is kept with an act of ``by``; a job's acts carry the product's name."""
    if by is None:
        return AUTOMATIC
    return by.get_full_name() or by.get_username()


class _CallInProgress:
    """The call that whoever acts is in; asked for once, when something is first recorded."""

    def __init__(self, find: Callable[[], int | None]) -> None:
        self.find = find
        self.answer: list[int | None] = []

    def __call__(self) -> int | None:
        if not self.answer:
            self.answer.append(self.find())
        return self.answer[0]


_in_call: ContextVar[_CallInProgress | None] = ContextVar("in_call", default=None)


@contextmanager
def within_call(find: Callable[[], int | None]) -> Iterator[None]:
    """Whatever is recorded meanwhile names the call whose id ``find`` returns, if there is one."""
    token = _in_call.set(_CallInProgress(find))
    try:
        yield
    finally:
        _in_call.reset(token)


def call_in_progress() -> int | None:
    """The id of the call that whoever acts is in; None outside any."""
    asked = _in_call.get()
    return asked() if asked else None


def call_changed() -> None:
    """A call has begun or ended: ask for it again when something is next recorded."""
    if asked := _in_call.get():
        asked.answer.clear()


class HistoryRow(models.Model):
    """Columns that every history table of ours has besides the library's."""

    # Copied, so that the record still says who when the member of staff is gone.
    actor = models.CharField("by", max_length=150, default="", editable=False)
    # The call in which it was done. A number and no key: history outlives what it names.
    in_call = models.BigIntegerField("in call", null=True, editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self.actor:
            self.actor = actor_name(self.history_user)  # type: ignore[attr-defined]
            self.in_call = call_in_progress()
        super().save(*args, **kwargs)


class History(HistoricalRecords):
    """``HistoricalRecords`` with the house's columns, 64-bit ids and no index per foreign key.

    History is asked for by object (``id``) and by day; the copied foreign keys' indexes would
    only slow down the statements that record a million rows.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("bases", (HistoryRow,))
        kwargs.setdefault("history_id_field", models.BigAutoField())
        super().__init__(**kwargs)

    def copy_fields(self, model: type[models.Model]) -> dict[str, models.Field]:
        self.no_db_index = [f.name for f in model._meta.fields if f.is_relation]
        return super().copy_fields(model)


def save(instance: models.Model, *, by: "User | None", because: str, **kwargs: Any) -> None:
    """Save ``instance`` with who did it and why in the history row that this save writes."""
    instance._history_user = by  # type: ignore[attr-defined]
    instance._change_reason = because  # type: ignore[attr-defined]
    instance.save(**kwargs)


def record_rows(
    model: type[models.Model],
    where: str,
    params: Sequence[Any] = (),
    *,
    kind: str = "~",
    by: "User | None",
    because: str,
    at: datetime,
) -> int:
    """Write one history row for each row of ``model`` that ``where`` finds, as it is now.

    ``where`` is SQL over the alias ``t``; ``kind`` is ``+`` (created), ``~`` (changed) or an SQL
    expression over ``t`` in parentheses that yields one of them. ``at`` is an aware instant: use a
    fresh one for each call, as two history rows of one object at one instant cannot be told apart.
    Call it in the transaction of the statement that changed the rows. Returns the number written.
    """
    history_table, quoted, selected = history_columns(model)
    kind_sql = kind if kind.startswith("(") else "%s"
    kind_params = [] if kind.startswith("(") else [kind]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {history_table} ({quoted}, history_date,"
            " history_change_reason, history_type, history_user_id, actor, in_call)"
            f" SELECT {selected}, %s, %s, {kind_sql}, %s, %s, %s"
            f" FROM {model._meta.db_table} t WHERE {where}",
            [
                connection.ops.adapt_datetimefield_value(at),
                because,
                *kind_params,
                by.pk if by else None,
                actor_name(by),
                call_in_progress(),
                *params,
            ],
        )
        return cursor.rowcount


def record_ids(
    model: type[models.Model],
    ids: Sequence[int],
    *,
    kind: str = "~",
    by: "User | None",
    because: str,
    at: datetime,
) -> int:
    """Write one history row for each row of ``model`` with one of these primary keys.

    As :func:`record_rows`, of which this makes as few statements as there may be.
    """
    written = 0
    for start in range(0, len(ids), LISTED):
        some = ids[start : start + LISTED]
        low, high = min(some), max(some)
        # Our own integers, not parameters: looking for 5,000 marks takes longer than the rest.
        # New rows mostly follow each other, and two ends are read faster than 5,000 numbers.
        where = (
            f"t.id BETWEEN {int(low)} AND {int(high)}"
            if high - low + 1 == len(set(some))
            else f"t.id IN ({', '.join(map(str, map(int, some)))})"
        )
        written += record_rows(model, where, kind=kind, by=by, because=because, at=at)
    return written


@cache
def history_columns(model: type[models.Model]) -> tuple[str, str, str]:
    """The history table of ``model``, its copied columns, and the same columns over the alias t.

    Kept, as a sending loop asks a hundred times a second and the library makes a manager each time.
    """
    kept = model.history.model._meta  # type: ignore[attr-defined]
    copied = {f.column for f in kept.concrete_fields}
    columns = [
        connection.ops.quote_name(str(f.column))
        for f in model._meta.concrete_fields
        if f.column in copied
    ]
    table = kept.db_table
    return table, ", ".join(columns), ", ".join(f"t.{c}" for c in columns)
