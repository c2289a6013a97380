"""The supervisor's view: how calls went, and where to look closer. Every number opens a list."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from accounts import authentication_locks, looks
from accounts.admin.acts import person
from accounts.civil import add_days
from accounts.models import Call, Carrier
from cpni.desk.frame import page, view_for
from cpni.models import Complaint
from cpni.supervision import Period, Person, Tried, customers_tried, people

WEEK = 7


@dataclass(frozen=True)
class Column:
    """A figure of each person: its name, its heading, and the list behind it."""

    name: str
    heading: str
    of: str  # the list
    asks: tuple[tuple[str, str], ...] = ()  # how it is filtered, besides person and days
    days: str = ""  # its filter of days
    whose: str = "person"  # its filter of people


CALLS = "accounts_call"
OUTCOMES = tuple(
    Column(value, words, CALLS, (("outcome__exact", value),), "started_at")
    for value, words in Call.Outcome.choices
)
COLUMNS = (
    Column("calls", "Calls", CALLS, (), "started_at"),
    Column("open", "Open now", CALLS, (("open", "1"),), "started_at"),
    *OUTCOMES,
)
CLOSER = (
    Column("failed", "Wrong tries", "accounts_authenticationtry",
           (("result__exact", "failed"),), "at"),
    Column("locked", "Locked", "accounts_authenticationtry", (("result__exact", "locked"),), "at"),
    Column("without_call", "Customers opened without a call", "accounts_look",
           (("what__exact", "opened"), ("in_call", "none")), "at"),
    Column("unusual", "Unusual looks", "accounts_unusuallook", (), "day", "whose"),
    Column("opt_outs", "Opt-outs", "cpni_optoutrequest",
           (("wish__exact", "opt_out"),), "received_on"),
    Column("opt_ins", "Opt-ins", "cpni_optoutrequest",
           (("wish__exact", "opt_in"),), "received_on"),
    Column("complaints", "Complaints", "cpni_complaint", (), "received_on"),
)  # fmt: skip


def period_of(request: HttpRequest, today: date) -> tuple[Period, str]:
    """The days that are asked for, and what to call them: today, seven days, or one day."""
    asked = request.GET.get("day", "")
    if request.GET.get("days") == str(WEEK):
        return Period.of(add_days(today, 1 - WEEK), today), "week"
    try:
        day = date.fromisoformat(asked) if asked else today
    except ValueError:
        day = today
    return Period.of(day, day), "today" if day == today else "day"


def address(column: Column, period: Period, **asks: object) -> str:
    """The list behind a figure."""
    days = (
        {f"{column.days}_from": period.first, f"{column.days}_to": period.last}
        if column.days
        else {}
    )
    query = urlencode({**dict(column.asks), **days, **asks})
    return f"{reverse(f'admin:{column.of}_changelist')}?{query}"


def cells(found: Person, columns: tuple[Column, ...], period: Period) -> list[tuple[int, str]]:
    """Each figure with the address of its list."""
    return [
        (
            found.figures.get(column.name) or 0,
            address(column, period, **{column.whose: found.user.pk}),
        )
        for column in columns
    ]


@view_for("accounts.view_call", "accounts.view_look")
def view(request: HttpRequest) -> HttpResponseBase:
    """Calls and what should be looked at closer, by representative and by customer."""
    viewer, today = person(request), Carrier.today()
    period, chosen = period_of(request, today)
    found = people(viewer, period)
    tried = customers_tried(viewer, period)
    looks.note(
        request,
        [one.customer.pk for one in tried],
        what=looks.What.LISTED,
        detail="supervisor's view",
    )
    return page(
        request,
        "cpni/desk/supervisor.html",
        "Supervisor’s view",
        period=period,
        chosen=chosen,
        today=today,
        columns=COLUMNS,
        closer=CLOSER,
        people=[
            (one, cells(one, COLUMNS, period), cells(one, CLOSER, period), release(viewer, one))
            for one in found
        ],
        tried=[row(one, period, viewer) for one in tried],
        open_complaints=(
            Complaint.objects.filter(resolved_on=None).count(),
            reverse("admin:cpni_complaint_changelist") + "?status=open",
        ),
    )


def release(viewer: Any, one: Person) -> str:
    """Where a lock of a representative can be released; "" when there is none or one may not."""
    last = one.figures.get("last_call")
    limit = authentication_locks.OF_REPRESENTATIVE.tries
    locked = one.figures.get("locked") or (one.figures.get("failed") or 0) >= limit
    return _release(viewer, last) if last and locked else ""


def row(one: Tried, period: Period, viewer: Any) -> dict[str, Any]:
    """A customer with wrong tries, and where their lock can be released."""
    wrong, locked = CLOSER[:2]
    limit = authentication_locks.OF_CUSTOMER.tries
    return {
        "customer": one.customer,
        "failed": (one.failed, address(wrong, period, account=one.customer.pk)),
        "locked": (one.locked, address(locked, period, account=one.customer.pk)),
        "release": _release(viewer, one.last_call) if one.locked or one.failed >= limit else "",
    }


def _release(viewer: Any, call: int) -> str:
    may = viewer.has_perm(authentication_locks.RELEASE)
    return reverse("admin:accounts_call_release_lock", args=[call]) if may else ""
