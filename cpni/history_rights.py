"""“Can any user edit or delete consent history?” (64.2009(a), (c); domain.md 13, question 42.)

Proved at the moment when it is asked: who holds a permission, what the database does when it is
tried, whether the triggers are there, and whether the chain of seals holds.
"""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, connection, transaction
from django.db.models import Q

from accounts.models import Run, User
from cpni import verifying
from cpni.protection import MESSAGE, faults
from cpni.seal_chain import chain_problems
from cpni.sealed_tables import CHAINED, sealed_models

TOLD = 20


@dataclass(frozen=True)
class Table:
    """One table of history: who may do what by permission, and what happened when it was tried.

    ``tried`` is "refused", "let through" or "empty": there is no row to try it on.
    """

    name: str
    words: str
    holders: tuple[str, ...]
    tried: str


@dataclass
class Proof:
    """The answer, and what it rests on. ``open`` are the reasons why it is “yes”."""

    at: datetime
    tables: list[Table] = field(default_factory=list)
    superusers: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    chain: list[str] = field(default_factory=list)
    verified: Run | None = None

    @property
    def open(self) -> list[str]:
        """Why somebody could, or did, change history; empty when nobody can."""
        found = [f"{t.name}: {', '.join(t.holders)}" for t in self.tables if t.holders]
        found += [
            f"The database let a row of {t.name} be removed."
            for t in self.tables
            if t.tried == "let through"
        ]
        found += [*self.faults, *self.chain]
        if self.verified and self.verified.counts.get("problems"):
            found.append(str(self.verified.counts.get("first_problem")))
        return found

    @property
    def holders(self) -> list[str]:
        """Who holds a permission that no page uses."""
        return sorted({holder for table in self.tables for holder in table.holders})

    @property
    def refused(self) -> int:
        """In how many tables the removal of a row was tried, and refused."""
        return sum(table.tried == "refused" for table in self.tables)


def prove(*, at: datetime) -> Proof:
    """Look at everything at the aware instant ``at``, and try it. Changes nothing.

    1. Which roles, and which people by themselves, hold a permission to change or delete.
    2. In each table one row is removed inside a transaction that is rolled back whatever happens.
    3. The triggers are compared with what they should be, the chain of seals with itself.
    """
    models = [*sealed_models(), *CHAINED]
    holders = _holders(models)
    done = Run.objects.filter(name=verifying.JOB, finished_at__isnull=False)
    return Proof(
        at=at,
        tables=[
            Table(
                model._meta.db_table,
                str(model._meta.verbose_name_plural),
                tuple(sorted(holders.get(model, ()))),
                _try_to_remove(model),
            )
            for model in sorted(models, key=lambda m: m._meta.db_table)
        ],
        superusers=[
            user.get_username() for user in User.objects.filter(is_superuser=True, is_active=True)
        ],
        faults=faults(),
        chain=[problem.words for problem in islice(chain_problems(at=at), TOLD)],
        verified=done.order_by("-started_at").first(),
    )


def _holders(models: list[Any]) -> dict[Any, set[str]]:
    """By model, who holds which permission to change it; superusers, who hold all, apart."""
    kinds = ContentType.objects.get_for_models(*models, for_concrete_models=False)
    by_kind = {kind.pk: model for model, kind in kinds.items()}
    # To add is no change: a person records what happened.
    changing = Permission.objects.filter(
        Q(codename__startswith="change_") | Q(codename__startswith="delete_"),
        content_type__in=list(by_kind),
    )
    found: dict[Any, set[str]] = {}
    for holder, model in (("role", Group), ("person", User)):
        column = "permissions" if model is Group else "user_permissions"
        name = "name" if model is Group else "username"
        rows = model._default_manager.filter(**{f"{column}__in": changing}).values_list(
            name, f"{column}__codename", f"{column}__content_type"
        )
        for who, codename, kind in rows:
            if kind in by_kind and codename.startswith(("change_", "delete_")):
                action = codename.partition("_")[0]
                found.setdefault(by_kind[kind], set()).add(f"{holder} {who} may {action}")
    return found


def _try_to_remove(model: Any) -> str:
    table, key = map(connection.ops.quote_name, (model._meta.db_table, model._meta.pk.column))
    with transaction.atomic():
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"SELECT {key} FROM {table} ORDER BY {key} LIMIT 1")
                row = cursor.fetchone()
                if row is None:
                    return "empty"
                cursor.execute(f"DELETE FROM {table} WHERE {key} = %s", row)
                transaction.set_rollback(True)
        except DatabaseError as error:
            if MESSAGE in str(error):
                return "refused"
            # Some other row needs it: that is a refusal, but not the one that keeps history.
            return "let through"
    return "let through"
