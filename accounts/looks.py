"""Record who saw which customer: opened, listed, searched, exported, or was refused.

While a page is made, whatever shows a customer calls :func:`note`; when the page is ready and
before it leaves, :func:`settle` writes one row for all of it. A page that cannot be recorded is not
shown: the error that the INSERT raises takes its place.

Nothing here keeps what was searched for: names, numbers and addresses stay out of the record.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from accounts.history import actor_name, call_in_progress
from accounts.models import Look, LookShown

if TYPE_CHECKING:
    from accounts.models import User

What = Look.What
SHOWN_AT_ONCE = 5_000  # rows in one statement


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
    look = Look(
        at=at,
        by_id=by.pk,
        actor=actor_name(by)[:150],
        what=what,
        screen=screen[:100],
        customer_id=ids[0] if len(ids) == 1 else None,
        record_id=record,
        rows=len(ids) if rows is None else rows,
        call=call,
        detail=detail[:500],
    )
    if len(ids) < 2:
        look.save()
        return look
    with transaction.atomic():
        look.save()
        LookShown.objects.bulk_create(
            (LookShown(customer_id=pk, look_id=look.pk) for pk in ids), batch_size=SHOWN_AT_ONCE
        )
    return look
