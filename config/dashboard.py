"""The home page: what needs someone today, each with its count and its list.

What a role may not view, it does not see.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Count, Min
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts import calls, looks, unusual_looks
from accounts.admin.acts import person
from accounts.civil import add_days, civil_day
from accounts.models import AccountChange, Carrier, Run
from accounts.within_call import TAKE_CALLS
from cpni import gaps
from cpni.assuming import JOB
from cpni.models import Complaint, Incident, OptOutRequest
from cpni.seal_state import seal_state
from notices import letters, telephone_tasks
from notices.gaps import missed, told_by_nothing
from notices.models import Campaign, Delivery, TelephoneTask

SOON = 14  # days ahead that "closing soon" looks


@dataclass(frozen=True)
class Tile:
    """One question: its count, its words, how urgent, and where its list is."""

    count: int
    title: str
    detail: str
    tone: str
    address: str
    counted: bool = True  # whether "none" says anything


def carrier_name(request: HttpRequest) -> str | None:
    """The carrier's name under the product's."""
    carrier = Carrier.get() if request.user.is_authenticated else None
    return carrier.legal_name if carrier else None


def environment(request: HttpRequest) -> list[str] | None:
    """A label that says that this installation is a trial."""
    return None if settings.PRODUCTION else ["Trial", "warning"]


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Fill in the home page."""
    today = Carrier.today()
    tiles = list(tiles_for(request, today))
    context.update(
        title="Today",
        desk_today=today,
        desk_needed=[tile for tile in tiles if tile.count and tile.tone != "good"],
        desk_quiet=[tile for tile in tiles if not (tile.count and tile.tone != "good")],
        desk_setup=setup_step(request),
        desk_call=call_step(request),
    )
    return context


def call_step(request: HttpRequest) -> tuple[str, str] | None:
    """Where whoever takes calls goes next: words and an address."""
    if not request.user.has_perm(TAKE_CALLS):
        return None
    if there := calls.open_call(person(request)):
        looks.note(request, [there.customer_id], what=looks.What.LISTED, detail="open call")
        address = reverse("desk:call", args=[there.pk])
        return f"Go back to call {there.pk} with {there.customer.name}", address
    return "Take a call", reverse("desk:find")


def setup_step(request: HttpRequest) -> tuple[str, str] | None:
    """What an empty installation needs first: words and an address."""
    if Carrier.get() is None and request.user.has_perm("accounts.add_carrier"):
        return "Fill in the carrier’s record first.", reverse("admin:accounts_carrier_add")
    return None


def tiles_for(request: HttpRequest, today: date) -> Iterator[Tile]:
    """The tiles that this person may see, in order of urgency."""
    may = request.user.has_perm
    if may("cpni.view_optoutrequest"):
        yield unmatched(today)
    if may("accounts.view_customer") and may("notices.view_delivery"):
        yield from customers(today)
    if may("notices.view_delivery"):
        yield from deliveries(today)
    if may("accounts.view_accountchange"):
        yield untold()
    if may("notices.call_telephonetask"):
        yield telephone_list()
    if may("notices.view_postbatch"):
        yield batches(today)
        if may("notices.view_delivery"):
            yield unbatched(today)
    if may("notices.view_campaign"):
        yield from waiting_campaigns()
    if may("cpni.view_incident"):
        yield incidents()
    if may("cpni.resolve_complaint"):
        yield open_complaints(today)
    if may("accounts.review_unusuallook"):
        yield unusual(request)
    if may("accounts.view_run"):
        yield daily_job(today)
    if may("cpni.view_seal"):
        yield history_seals()


def listed(name: str, query: str = "") -> str:
    """The address of a list of the admin, filtered."""
    return reverse(f"admin:{name}_changelist") + query


def ago(day: date, today: date) -> str:
    """``day`` as seen from ``today``: “today”, “yesterday”, “4 days ago”."""
    days = (today - day).days
    return ("today", "yesterday")[days] if 0 <= days < 2 else f"{days} days ago"


def unmatched(today: date) -> Tile:
    """Requests that wait to be matched, and how long the oldest has waited."""
    waiting = OptOutRequest.objects.filter(status=OptOutRequest.Status.RECEIVED)
    number, oldest = waiting.aggregate(number=Count("pk"), day=Min("received_on")).values()
    detail = f"The oldest came {ago(oldest, today)}." if oldest else "None waits."
    return Tile(
        number,
        "opt-out requests to be matched",
        detail,
        "bad",
        listed("cpni_optoutrequest", "?status__exact=received"),
    )


def customers(today: date) -> Iterator[Tile]:
    """Customers who fell outside the process."""
    questions = (
        ("never_noticed", gaps.never_noticed, "customers never noticed", "64.2008(a)(1), (b)"),
        ("overdue", gaps.overdue, "two-year notices overdue", "64.2008(d)(2)"),
    )
    for code, question, title, rule in questions:
        yield Tile(
            question(on=today).count(),
            title,
            f"Their CPNI may not be used for marketing ({rule}).",
            "gap",
            listed("accounts_customer", f"?cpni={code}"),
        )


def deliveries(today: date) -> Iterator[Tile]:
    """Notices that did not arrive, and windows that close soon."""
    yield Tile(
        missed(Delivery.objects.all()).count(),
        "notices that did not arrive",
        "Nothing else has been sent since (64.2008(d)(3)(iii)).",
        "gap",
        listed("notices_delivery", "?missed=open"),
    )
    until = add_days(today, SOON)
    closing = Delivery.objects.filter(
        state=Delivery.State.SENT, outcome="", last_objection_day__range=(today, until)
    )
    yield Tile(
        closing.count(),
        f"waiting periods end within {SOON} days",
        "Approval is assumed the day after, by itself.",
        "good",
        listed(
            "notices_delivery",
            f"?last_objection_day_from={today}&last_objection_day_to={until}",
        ),
    )


def untold() -> Tile:
    """Changes of accounts of which the customer does not know."""
    return Tile(
        told_by_nothing(AccountChange.objects.all()).count(),
        "account changes of which the customer could not be told",
        "Nothing of record is left to write to or call (64.2010(f)). Tell them, and record it.",
        "bad",
        listed("accounts_accountchange", "?told=no"),
    )


def telephone_list() -> Tile:
    """Whom nothing written reaches, to be told of a changed policy."""
    waiting = TelephoneTask.objects.filter(state=TelephoneTask.State.OPEN).count()
    due = telephone_tasks.to_call_now(at=timezone.now()).count() if waiting else 0
    return Tile(
        waiting,
        "customers to be told by telephone",
        f"{due} can be called now." if waiting else "Of a changed policy.",
        "wait",
        reverse("desk:policy-calls"),
    )


def batches(today: date) -> Tile:
    """Letters that nobody has confirmed as mailed."""
    waiting = letters.unconfirmed()
    number = sum(batch.waiting for batch in waiting)  # type: ignore[attr-defined]
    zone = Carrier.zone_or_default()
    detail = "None waits."
    if waiting:
        made = ago(civil_day(waiting[0].created_at, zone), today)
        detail = f"The oldest batch was made {made}. No clock runs until it is confirmed."
    return Tile(
        number, "letters not confirmed as mailed", detail, "wait", listed("notices_postbatch")
    )


def unbatched(today: date) -> Tile:
    """Letters of account changes that nobody has put in a batch: they should leave at once."""
    found = letters.to_be_batched(Delivery.objects.all()).aggregate(
        number=Count("pk"), oldest=Min("happened_at")
    )
    detail, tone = "None waits.", "wait"
    if found["oldest"]:
        day = civil_day(found["oldest"], Carrier.zone_or_default())
        detail = (
            f"The oldest tells of what happened {ago(day, today)}."
            " Make a batch of their campaign (64.2010(f))."
        )
        tone = "wait" if day >= today else "bad"
    return Tile(
        found["number"],
        "letters of account changes that wait to be made into a batch",
        detail,
        tone,
        listed("notices_delivery", "?letters=waiting"),
    )


def waiting_campaigns() -> Iterator[Tile]:
    """Campaigns that wait for a person."""
    waiting = Campaign.objects.values_list("status").annotate(number=Count("pk")).order_by()
    numbers = dict(waiting.filter(status__in=(Campaign.Status.DRAFT, Campaign.Status.PAUSED)))
    for status, title, detail, tone in (
        (Campaign.Status.DRAFT, "campaigns to be approved", "By someone else.", "wait"),
        (Campaign.Status.PAUSED, "campaigns paused", "Resume or cancel them.", "bad"),
    ):
        yield Tile(
            numbers.get(status, 0),
            title,
            detail,
            tone,
            listed("notices_campaign", f"?status__exact={status}"),
        )


def incidents() -> Tile:
    """Failures of an opt-out route that hold approvals back."""
    return Tile(
        Incident.objects.filter(released_on=None).count(),
        "incidents hold approvals back",
        "An opt-out route failed (64.2009(f)).",
        "bad",
        listed("cpni_incident"),
    )


def open_complaints(today: date) -> Tile:
    """Complaints that nobody has looked into yet, and how old the oldest is."""
    waiting = Complaint.objects.filter(resolved_on=None)
    number, oldest = waiting.aggregate(number=Count("pk"), day=Min("received_on")).values()
    return Tile(
        number,
        "complaints about release of CPNI open",
        f"The oldest came {ago(oldest, today)} (64.2009(e))." if oldest else "None is open.",
        "bad",
        listed("cpni_complaint", "?status=open"),
    )


def unusual(request: HttpRequest) -> Tile:
    """Looks at customers that this person should have explained."""
    return Tile(
        unusual_looks.unreviewed(person(request)).count(),
        "unusual looks at customers to be reviewed",
        "Ask the person, and note the explanation.",
        "wait",
        listed("accounts_unusuallook", "?review=open"),
    )


def daily_job(today: date) -> Tile:
    """Whether the daily job has run for today."""
    last = Run.objects.filter(name=JOB, error="", finished_at__isnull=False).first()
    if last and last.for_day and last.for_day >= today:
        at = timezone.localtime(last.started_at)
        detail = f"Last run today at {at:%H:%M}."
        return Tile(0, "daily job", detail, "good", listed("accounts_run"), counted=False)
    detail = "It has never run."
    if last and last.for_day:
        detail = f"It last ran {ago(last.for_day, today)}; what is due waits for it."
    return Tile(1, "daily job has not run today", detail, "bad", listed("accounts_run"))


def history_seals() -> Tile:
    """Whether history is sealed, published, and as it was sealed."""
    state = seal_state(timezone.now())
    tone = ("bad" if state.urgent else "wait") if state.wrong else "good"
    address = listed("cpni_seal")
    return Tile(state.wrong, state.title, state.detail, tone, address, counted=False)
