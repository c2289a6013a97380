"""Removing history whose time is over, with a record of what was removed.

The only way in which history rows leave the database: the triggers let nothing else through, and
``manage.py verify_history`` takes a missing row for removed by hand unless it is recorded here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import connection, models, transaction

from accounts.errors import Refused
from accounts.history import actor_name
from accounts.models import User
from cpni import row_entries
from cpni.models import HistoryPurge, OpenPurge, PurgedRows, Seal, SealedPage
from cpni.row_entries import PAGE_BITS, Entry, entries_of, packed
from cpni.sealed_tables import SealedTable, sealed_models, table_of
from cpni.sealing import Part, parts_of


class Purge:
    """A purge that is being done; only :func:`history_purge` makes one."""

    def __init__(self, record: HistoryPurge) -> None:
        self.record = record
        self.removed = 0
        self._parts: dict[int, dict[str, Part]] = {}

    def remove(self, rows: "models.QuerySet[Any]") -> int:
        """Remove these ``rows`` of one history table, and what hangs on them; returns how many.

        Each row must be sealed and be as it was sealed, so that a purge hides nothing. Raises
        Refused, naming table and row, when one is not; nothing is removed then.
        """
        table = table_of(rows.model)
        if table is None or not table.purgeable:
            raise Refused(f"{rows.model._meta.db_table} is not history that a purge may remove.")
        keys = sorted(rows.values_list("pk", flat=True))
        removed = 0
        while keys:
            page = keys[0] >> PAGE_BITS
            chunk = [key for key in keys[: 1 << PAGE_BITS] if key >> PAGE_BITS == page]
            keys = keys[len(chunk) :]
            for below in _hanging_on(rows.model):
                removed += self.remove(below._base_manager.filter(history_id__in=chunk))
            self._remove_page(table, page, chunk)
            removed += len(chunk)
        self.removed += removed
        return removed

    def _remove_page(self, table: SealedTable, page: int, keys: list[int]) -> None:
        entries = self._as_sealed(table, page, keys)
        content = packed(entries)
        PurgedRows.objects.create(
            purge=self.record,
            table=table.name,
            first_key=keys[0],
            last_key=keys[-1],
            rows=len(keys),
            entries=content,
            digest=sha256(content).hexdigest(),
        )
        quote = connection.ops.quote_name
        listed = ", ".join(map(str, map(int, keys)))  # our own integers
        with connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {quote(table.name)} WHERE {quote(table.key)} IN ({listed})"
            )
            if cursor.rowcount != len(keys):
                raise Refused(f"Some rows of {table.name} were removed meanwhile.", "Try again.")

    def _as_sealed(self, table: SealedTable, page: int, keys: list[int]) -> list[Entry]:
        """The entries of these rows of one page, if they are in the table as they were sealed."""
        sealed: dict[int, Entry] = {}
        there: dict[int, Entry] = {}
        pages = SealedPage.objects.filter(table=table.name, page=page).order_by("seal_id")
        for sealed_page in pages:
            entries = entries_of(bytes(sealed_page.entries))
            sealed.update(entries)
            if entries.keys().isdisjoint(keys):
                continue
            form = self._part(sealed_page.seal_id, table.name).form
            for _, now in row_entries.pages(form, min(entries) - 1, max(entries)):
                there.update({k: entry for k, entry in entries_of(now).items() if k in entries})
        for key in keys:
            if key not in sealed:
                raise Refused(f"Row {key} of {table.name} is not sealed yet.", "Try tomorrow.")
            if there.get(key) != sealed[key]:
                raise Refused(
                    f"Row {key} of {table.name} is not as it was sealed, so it is not removed.",
                    "Run manage.py verify_history.",
                )
        return [sealed[key] for key in keys]

    def _part(self, seal: int, table: str) -> Part:
        if seal not in self._parts:
            parts = parts_of(Seal.objects.get(number=seal))
            self._parts[seal] = {part.form.table: part for part in parts}
        return self._parts[seal][table]


@contextmanager
def history_purge(*, by: User | None, because: str, at: datetime) -> Iterator[Purge]:
    """One purge: a transaction in which ``purge.remove(rows)`` removes history and records it.

    >>> with history_purge(by=None, because="Kept for five years", at=now) as purge:
    ...     purge.remove(Customer.history.filter(history_date__lt=five_years_ago))

    An error inside undoes everything. The record stays for ever and is sealed like history.
    """
    with transaction.atomic():
        record = HistoryPurge.objects.create(at=at, actor=actor_name(by), because=because)
        opened = OpenPurge.objects.create(purge=record)
        yield Purge(record)
        opened.delete()


def _hanging_on(model: type[models.Model]) -> list[Any]:
    """The history tables of the many-to-many fields of the record that ``model`` is history of."""
    return [
        other
        for other in sealed_models()
        for field in other._meta.concrete_fields
        if field.name == "history" and field.related_model is model
    ]
