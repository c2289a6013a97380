"""Approvals in the order in which their changes became visible, so that others can follow them.

History has a number for each row, but numbers are given out when a row is written and not when it
is committed: a transaction that writes number 7 and commits after one that wrote 8 would be passed
by whoever had read up to 8. Neither “the newest a little ago” nor PostgreSQL's oldest running
transaction (``pg_snapshot_xmin``) settles that: a transaction's number says nothing about when its
rows got theirs, so 7 may be of a younger transaction that still runs while 8 counts as settled.

So :func:`list_new` gives each row of history that can be *seen* a position of its own, under a lock
that it holds until it commits. Positions become visible in their order, and whoever has read up to
one has missed none before it. A row that was committed late is found by the next run and has the
next position, whatever its number in history. Numbers below those that were listed
``LATEST`` before the last run are not looked for again: what they were given to has been committed
or lost by that run, as no transaction of ours is open for so long.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import QuerySet

from accounts.models import Customer
from cpni.models import Approval, ChangedApproval
from notices.models import Use

LATEST = timedelta(hours=6)


@dataclass(frozen=True)
class Change:
    """What an approval became: no more than another system needs to do the same."""

    position: int
    customer_id: int
    account: str
    use: str
    state: str
    effective_on: date


def list_new(*, at: datetime) -> int:
    """Give positions to the rows of history that have none; returns how many. Two statements.

    ``at`` is the aware instant.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Against itself alone: reading goes on. SQLite has one writer at a time anyway.
            cursor.execute("LOCK TABLE cpni_changedapproval IN SHARE ROW EXCLUSIVE MODE")
        settled = _settled()
        cursor.execute(
            "INSERT INTO cpni_changedapproval (history_row, listed_at)"
            " SELECT h.history_id, %s FROM cpni_historicalapproval h"
            " WHERE h.history_id > %s AND NOT EXISTS"
            " (SELECT 1 FROM cpni_changedapproval c WHERE c.history_row = h.history_id)"
            " ORDER BY h.history_id",
            [connection.ops.adapt_datetimefield_value(at), settled],
        )
        return cursor.rowcount


def _settled() -> int:
    """The number up to which history has been looked through for good."""
    listed = ChangedApproval.objects.order_by("-listed_at", "-history_row")
    last = listed.first()
    # Of the last run and not of this one: after a night without runs, a row that was open at the
    # one before may have been committed since, and has not been looked for yet.
    old = last and listed.filter(listed_at__lt=last.listed_at - LATEST).first()
    return old.history_row if old else 0


def last_position() -> int:
    """The last position that was given; 0 before the first."""
    found = ChangedApproval.objects.order_by("-position").values_list("position", flat=True)
    return found.first() or 0


def page(position: int, *, most: int) -> tuple[list[Change], int, bool]:
    """At most ``most`` changes after ``position``, the oldest first; the position that is reached
    by them, and whether there are more. What was purged from history is passed over.
    """
    some = list(_places(position)[: most + 1])
    reached = some[:most][-1][0] if some else position
    return list(_changes(some[:most])), reached, len(some) > most


def between(position: int, until: int) -> list[Change]:
    """The changes after ``position`` up to ``until``, that included, the oldest first."""
    return list(_changes(list(_places(position).filter(position__lte=until))))


def _places(position: int) -> QuerySet[ChangedApproval, tuple[int, int]]:
    rows = ChangedApproval.objects.filter(position__gt=position).order_by("position")
    return rows.values_list("position", "history_row")


def _changes(found: list[tuple[int, int]]) -> Iterator[Change]:
    kept = Approval.history.filter(history_id__in=[row for _, row in found])
    states = {
        row[0]: row[1:]
        for row in kept.values_list("history_id", "customer_id", "use_id", "state", "effective_on")
    }
    accounts = dict(
        Customer.objects.filter(pk__in={state[0] for state in states.values()}).values_list(
            "pk", "account_number"
        )
    )
    uses = dict(Use.objects.values_list("pk", "code"))
    for position, row in found:
        if row in states:
            customer, use, state, effective_on = states[row]
            yield Change(position, customer, accounts[customer], uses[use], state, effective_on)
