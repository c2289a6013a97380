"""A change of keys: everything that is sealed with an older key is sealed with the newest.

1. Put the new key first in ``FIELD_KEYS`` and restart: the old ones still open what they sealed.
2. :func:`rotate`, as often as it takes; it goes on where it was stopped.
3. Take the old keys out of ``FIELD_KEYS`` and restart.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from django.apps import apps
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import models, transaction

from accounts.bulk_rows import update_rows
from accounts.encrypted_fields import EncryptedTextField, Sealed
from accounts.encryption import key_ids, sealed_with
from accounts.models import User
from accounts.runs import run
from accounts.sealed_files import SealedStorage

CHUNK = 2_000  # rows in one transaction


@dataclass
class Rotated:
    """What a change of keys did: values and files sealed anew, rows looked at."""

    rows: int = 0
    values: int = 0
    files: int = 0


def sealed_columns() -> dict[type[models.Model], list[EncryptedTextField]]:
    """Every model with encrypted columns, history tables included, and those columns."""
    found: dict[type[models.Model], list[EncryptedTextField]] = {}
    for model in apps.get_models(include_auto_created=True):
        fields = [f for f in model._meta.concrete_fields if isinstance(f, EncryptedTextField)]
        if fields:
            found[model] = fields
    return found


def rotate(*, by: User | None, progress: Callable[[int], object] = lambda rows: None) -> Rotated:
    """Seal with the newest key whatever is sealed with another, and make its blind index anew.

    In chunks, each a transaction that locks its rows; what was done stays done when it is stopped.
    ``progress`` is called with rows as they are looked at. Leaves a run behind. Raises Unreadable
    for a value that no key opens.
    """
    done = Rotated()
    with run("rotate_keys", by=by) as row:
        for model, fields in sealed_columns().items():
            for chunk in _chunks(model):
                done.values += _rotate_rows(model, fields, chunk)
                done.rows += len(chunk)
                progress(len(chunk))
                row.counts = {"rows": done.rows, "values": done.values}
        for store in stores():
            done.files += sum(store.reseal(name) for name in store.names())
        row.counts = {"rows": done.rows, "values": done.values, "files": done.files}
    return done


def left_over() -> dict[str, int]:
    """How many values and files are sealed with which key, by its name. Nothing is opened."""
    found: dict[str, int] = {}
    for model, fields in sealed_columns().items():
        rows = model._default_manager.values_list(*(f.attname for f in fields))
        for values in rows.iterator(chunk_size=CHUNK):
            for value in filter(None, values):
                name = sealed_with(value)
                found[name] = found.get(name, 0) + 1
    for store in stores():
        for file in store.names():
            name = store.sealed_with(file)
            found[name] = found.get(name, 0) + 1
    return found


def stores() -> Iterator[SealedStorage]:
    """The folders that hold sealed files."""
    yield cast(SealedStorage, default_storage)
    if settings.CAPTURED_MAIL_DIR:
        yield SealedStorage(location=settings.CAPTURED_MAIL_DIR)


def _chunks(model: type[models.Model]) -> Iterator[list[Any]]:
    """The primary keys of ``model`` in order, in chunks."""
    low: Any = None
    while True:
        rows = model._default_manager.order_by("pk")
        rows = rows.filter(pk__gt=low) if low is not None else rows
        keys = list(rows.values_list("pk", flat=True)[:CHUNK])
        if not keys:
            return
        yield keys
        low = keys[-1]


def _rotate_rows(
    model: type[models.Model], fields: list[EncryptedTextField], keys: list[Any]
) -> int:
    """Seal these rows anew where needed. Returns the number of values."""
    newest, changed, values = key_ids()[0], [], 0
    names = [f.name for f in fields]
    rows = model._default_manager.filter(pk__range=(keys[0], keys[-1])).order_by("pk")
    with transaction.atomic():
        indexes: list[str] = []
        for row in rows.select_for_update(no_key=True, of=("self",)):
            old = [
                f
                for f in fields
                if (stored := row.__dict__[f.attname]) and sealed_with(stored) != newest
            ]
            if not old:
                continue
            values += len(old)
            sealed = [Sealed(f.close(getattr(row, f.attname), row.id)) for f in fields]  # type: ignore[attr-defined]
            new_indexes = row.blind_indexes() if hasattr(row, "blind_indexes") else {}
            indexes = list(new_indexes)
            changed.append((row.pk, *sealed, *new_indexes.values()))
        if changed:
            update_rows(model, [*names, *indexes], changed)
    return values
