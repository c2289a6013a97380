"""Record who saw which customer: opened, listed, searched, exported, or was refused.

While a page is made, whatever shows a customer calls :func:`note`; when the page is ready and
before it leaves, :func:`settle` writes one row for all of it. A page that cannot be recorded is not
shown: the error that the INSERT raises takes its place.

Nothing here keeps what was searched for: names, numbers and addresses stay out of the record.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from accounts.bulk_rows import insert_rows
from accounts.history import actor_name, call_in_progress
from accounts.models import Look, LookShown
from accounts.prepared import first_row

if TYPE_CHECKING:
    from accounts.models import User

What = Look.What
FIELDS = tuple(field for field in Look._meta.concrete_fields if not field.primary_key)
CUSTOMER = Look._meta.get_field("customer_id")
COLUMNS = tuple(str(field.column) for field in FIELDS)
INSERT = (
    f"INSERT INTO {Look._meta.db_table} ({', '.join(COLUMNS)})"  # noqa: S608  (our own names)
    f" VALUES ({', '.join(['%s'] * len(COLUMNS))}) RETURNING id"
)


@dataclass
class Sight:
    """What a request is about to show."""

    what: Look.What = What.OPENED
    customers: dict[int, None] = field(default_factory=dict)  # each once, in their order
    record: int | None = None
    detail: str = ""
    rows: int | None = None


def note(
    request: HttpRequest,
    customers: Iterable[int | None] = (),
    *,
    what: Look.What | None = None,
    record: int | None = None,
    detail: str = "",
    rows: int | None = None,
) -> None:
    """Note that the answer to ``request`` shows ``customers`` (ids), or others' data without any.

    May be called several times; the customers add up, the last of the rest counts. ``rows`` is how
    many customers there are when that is not the number of ids; ``record`` the id of what the page
    is about; ``detail`` is kept in plain, so it must hold no personal data.
    """
    sight: Sight = getattr(request, "sight", None) or Sight()
    sight.customers.update(dict.fromkeys(pk for pk in customers if pk is not None))
    sight.what = what or sight.what
    sight.record = sight.record if record is None else record
    sight.detail = detail or sight.detail
    sight.rows = sight.rows if rows is None else rows
    request.sight = sight  # type: ignore[attr-defined]


def settle(request: HttpRequest, response: HttpResponseBase, *, of: Iterable[int] = ()) -> None:
    """Write what ``request`` was shown by ``response``, or that it was refused or not there.

    ``of`` are the customers whom the address is about, when the page was refused before it noted
    them. A redirect shows nothing: what it did is in the history of changes. A request by nobody
    (sent to sign in) is not a look.
    """
    sight: Sight | None = getattr(request, "sight", None)
    match response.status_code:
        case 403:
            what = What.REFUSED
        case 404:
            what = What.MISSING
        case 200 if sight:
            what = sight.what
        case 302 if sight and sight.what == What.MISSING:
            what = What.MISSING
        case _:
            return
    if not request.user.is_authenticated or request.resolver_match is None:
        return
    sight = sight or Sight()
    screen = request.resolver_match.url_name or request.resolver_match.route
    # A refusal showed nobody; it names whom it was about, if that is one.
    rows = 0 if what in (What.REFUSED, What.MISSING) else sight.rows
    record(
        by=request.user,
        at=timezone.now(),
        what=what,
        screen=screen,
        customers=sight.customers or of,
        record=sight.record,
        call=str(call_in_progress() or ""),
        detail=sight.detail,
        rows=rows,
    )


def record(
    *,
    by: "User",
    at: datetime,
    what: Look.What,
    screen: str,
    customers: Iterable[int] = (),
    record: int | None = None,
    call: str = "",
    detail: str = "",
    rows: int | None = None,
) -> Look:
    """Write one look, at the aware instant ``at``, without asking the database anything.

    One customer is named in the row itself, so their page costs one statement; several are rows of
    :class:`LookShown`, so that lists and exports also answer who saw a customer.
    """
    ids = list(dict.fromkeys(customers))
    look = _look(by, at, what, screen, detail)
    look.customer_id = ids[0] if len(ids) == 1 else None
    look.record_id = record
    look.rows = len(ids) if rows is None else rows
    look.call = call
    if len(ids) < 2:
        _insert(look)
        return look
    with transaction.atomic():
        _insert(look)
        insert_rows(LookShown, ("customer_id", "look_id"), ((pk, look.pk) for pk in ids))
    return look


@dataclass(frozen=True)
class Opening:
    """That ``by`` opens one customer at the aware instant ``at``; recorded as they are read."""

    by: "User"
    at: datetime
    screen: str
    detail: str = ""

    def record(self, customer: int) -> None:
        """Record it, of the customer with this id."""
        record(
            by=self.by,
            at=self.at,
            what=What.OPENED,
            screen=self.screen,
            customers=[customer],
            detail=self.detail,
        )

    @property
    def parameters(self) -> list[Any]:
        """Those of a statement that begins as :func:`recorded_with` says."""
        look = _look(self.by, self.at, What.OPENED, self.screen, self.detail)
        look.rows = 1
        return [getattr(look, field.attname) for field in FIELDS if field is not CUSTOMER]


def _look(by: "User", at: datetime, what: Look.What, screen: str, detail: str) -> Look:
    return Look(
        at=at,
        by_id=by.pk,
        actor=actor_name(by)[:150],
        what=what,
        screen=screen[:100],
        detail=detail[:500],
    )


@cache
def recorded_with(customer: str, found: str) -> str:
    """The beginning of a statement that records a look at the customer whom its end reads.

    For PostgreSQL, and what other systems ask all day: one statement instead of two. ``customer``
    is the SQL of the customer's id, ``found`` where it is found; without one nothing is recorded.
    Its parameters are those of an :class:`Opening`, then those of ``found``.
    """
    values = [
        customer if field is CUSTOMER else f"%s::{field.cast_db_type(connection)}"
        for field in FIELDS
    ]
    return (
        f"WITH look AS (INSERT INTO {Look._meta.db_table} ({', '.join(COLUMNS)})"  # noqa: S608
        f" SELECT {', '.join(values)} FROM {found}) "
    )


def _insert(look: Look) -> None:
    row = first_row(INSERT, [getattr(look, field.attname) for field in FIELDS])
    assert row is not None  # noqa: S101  (an INSERT that does not fail returns its row)
    look.pk = row[0]
