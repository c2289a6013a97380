"""Which tables are history, and what of each row its seal covers.

Found through the app registry: whatever is tracked tomorrow is kept and sealed without being named
here. What else may only grow is named in ``APPEND_ONLY``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, models
from simple_history.models import HistoricalChanges

from accounts.models import (
    AccountChange,
    Acknowledgement,
    AuthenticationTry,
    LockRelease,
    Look,
    Sanction,
    SignInEvent,
)
from cpni.models import (
    BrokerAction,
    HistoryPurge,
    PurgedRows,
    ScriptReading,
    Seal,
    SealedPage,
    SealPublication,
)
from notices.models import TelephoneAttempt, Telling

# Records that are written once, never changed, and are no history of another record. Their key is
# a number that the database gives out in rising order; what is binary in them is not sealed.
APPEND_ONLY: tuple[type[models.Model], ...] = (
    HistoryPurge,
    PurgedRows,
    SealPublication,
    Look,
    SignInEvent,
    AuthenticationTry,
    LockRelease,
    AccountChange,
    Acknowledgement,
    Sanction,
    BrokerAction,
    ScriptReading,
    ScriptReading.uses.through,
    TelephoneAttempt,
    Telling,
)
# The seals themselves: kept like history, and proved by their chain instead of by a seal.
CHAINED: tuple[type[models.Model], ...] = (Seal, SealedPage)
# Not even a purge removes anything from these: they are what proves the rest.
NEVER_PURGED = frozenset({HistoryPurge, PurgedRows, SealPublication, *CHAINED})

# What a migration took away or gave another type: table -> column -> the migration's name, and
# table -> "*" for the whole table. Older seals cannot be checked for it any more; what is named
# here is a remark of `verify_history`, anything else that is gone is an alarm.
GONE: dict[str, dict[str, str]] = {}


@dataclass(frozen=True)
class SealedTable:
    """A table whose rows are sealed.

    ``key`` is its primary key's column; ``record`` the column with the key of the record that a row
    belongs to, ``""`` when there is none. ``columns`` are sealed with what is in them,
    ``encrypted`` only with whether there is anything in them. ``dated`` says by which column a row
    belongs to a day, ``""`` when by none.
    """

    name: str
    words: str
    key: str
    record: str
    columns: tuple[str, ...]
    encrypted: tuple[str, ...]
    dated: str
    purgeable: bool

    @property
    def replaceable(self) -> tuple[str, ...]:
        """The columns whose bytes a change of keys may replace; what proves the rest has none."""
        return self.encrypted if self.purgeable else ()


def sealed_tables() -> list[SealedTable]:
    """Every table that is sealed, in the order of their names."""
    return sorted((_described(model) for model in sealed_models()), key=lambda table: table.name)


def kept_tables() -> list[SealedTable]:
    """Every table in which the database refuses changes: what is sealed, and the seals."""
    return [*sealed_tables(), *map(_described, CHAINED)]


def sealed_models() -> Iterator[type[models.Model]]:
    """Every history table of the installation, those of many-to-many fields too, and the rest."""
    for model in apps.get_models(include_auto_created=True):
        if issubclass(model, HistoricalChanges):
            yield model
    yield from APPEND_ONLY


def table_of(model: type[models.Model]) -> SealedTable | None:
    """The sealed table of ``model``, or None when it is not one."""
    return next((_described(m) for m in sealed_models() if m is model), None)


def _described(model: type[models.Model]) -> SealedTable:
    encrypted: list[str] = []
    plain: list[str] = []
    for field in model._meta.concrete_fields:
        # Ciphertext is bound to its row and proves itself; a change of keys may replace it.
        column = str(field.column)
        (encrypted if is_binary(field) else plain).append(column)
    record, words = _record(model)
    return SealedTable(
        name=model._meta.db_table,
        words=words,
        key=str(model._meta.pk.column),
        record=record,
        columns=tuple(sorted(plain)),
        encrypted=tuple(sorted(encrypted)),
        dated="history_date" if "history_date" in plain else "",
        purgeable=model not in NEVER_PURGED,
    )


def is_binary(field: "models.Field[Any, Any]") -> bool:
    """Whether the column of ``field`` holds bytes."""
    return (field.db_type(connection) or "").lower() in ("bytea", "blob")


def _record(model: Any) -> tuple[str, str]:
    """The column with the key of the record that a row is history of, and that record's name."""
    if not issubclass(model, HistoricalChanges):
        return "", str(model._meta.verbose_name)
    if "m2m_history_id" not in {field.name for field in model._meta.fields}:
        tracked = model.instance_type
        return _number(tracked._meta.pk), str(tracked._meta.verbose_name)
    # The history of a many-to-many field: a row is about the record that has the field.
    tracked = model._meta.get_field("history").related_model.instance_type
    for field in model._meta.concrete_fields:
        if field.related_model is tracked:
            return _number(field), str(tracked._meta.verbose_name)
    return "", str(tracked._meta.verbose_name)


def _number(field: Any) -> str:
    """The column of ``field`` when it holds a number, which an entry has room for."""
    return field.column if "int" in (field.rel_db_type(connection) or "").lower() else ""
