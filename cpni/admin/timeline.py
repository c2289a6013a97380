"""What happened with a customer, newest first: notices, objections, approvals, changes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import zip_longest
from typing import Any

from django.db.models import Prefetch
from django.urls import reverse

from accounts.admin.customers import telephone_words
from accounts.admin.labels import BAD, CALM, GOOD, WAIT, label
from accounts.admin.record_history import Words
from accounts.history import actor_name
from accounts.models import AccountChange, Carrier, ContactPoint, Customer, Service
from cpni.admin.approvals import STATE_TONES
from cpni.models import Approval, OptOutRequest
from notices.admin.account_changes import TONES
from notices.admin.deliveries import state_label
from notices.models import Delivery
from notices.told import told_of

MOST = 40  # events on the page; the records' own histories have the rest
Status = OptOutRequest.Status


@dataclass(frozen=True)
class Event:
    """One thing that happened."""

    at: datetime
    what: str
    detail: str
    who: str = ""
    why: str = ""
    link: str = ""
    # A mailing has a day and no hour.
    whole_day: bool = False


def timeline(customer: Customer) -> list[Event]:
    """The newest ``MOST`` events of ``customer``, in a fixed number of queries."""
    events = [
        *notices(customer),
        *account_changes(customer),
        *objections(customer),
        *approvals(customer),
        *changes(customer),
        *parts(ContactPoint, customer.contact_points.all()),
        *parts(Service, customer.services.all()),
    ]
    return sorted(events, key=lambda event: event.at, reverse=True)[:MOST]


def notices(customer: Customer) -> Iterator[Event]:
    """Notices that were mailed, came back, or could not be."""
    zone = Carrier.zone_or_default()
    deliveries = (
        Delivery.objects.notices()
        .filter(customer=customer)
        .select_related("campaign__notice", "contact_point", "text")
        .order_by("-id")[:MOST]
    )
    for delivery in deliveries:
        detail = f"{delivery.campaign.notice} {delivery.reference}"
        if delivery.contact_point:
            way = delivery.get_channel_display().lower()
            detail += f", by {way} to {delivery.contact_point}"
        if delivery.last_objection_day and not delivery.outcome:
            detail += f". May object until {_day(delivery.last_objection_day)}"
        if delivery.reason:
            detail += f". {delivery.reason}"
        link = reverse("admin:notices_delivery_change", args=[delivery.pk])
        day = delivery.mailed_on or _day_of(delivery.campaign.started_at, zone)
        if day is None:
            continue
        # Letters have a mailing date and no hour: ``sent_at`` is when that date was entered.
        hour = delivery.sent_at if delivery.channel == Delivery.Channel.EMAIL else None
        at = hour or datetime.combine(day, time.min, zone)
        yield Event(at, state_label(delivery, "Notice "), detail, link=link, whole_day=not hour)


def account_changes(customer: Customer) -> Iterator[Event]:
    """Changes of which the customer is told: when, how and where they were, or why not."""
    sent = Delivery.objects.select_related("contact_point", "service").order_by("pk")
    rows = (
        AccountChange.objects.filter(customer=customer)
        .select_related("by", "telling__by")
        .prefetch_related(Prefetch("deliveries", sent))
        .order_by("-id")[:MOST]
    )
    for change in rows:
        told, words = told_of(change, change.deliveries.all())
        yield Event(
            change.at,
            label(f"{change.get_kind_display()} changed", TONES[told]),
            f"{change.get_route_display()}. {told}. {words}",
            who=actor_name(change.by),
            why=change.because,
            link=reverse("admin:accounts_accountchange_change", args=[change.pk]),
        )


def objections(customer: Customer) -> Iterator[Event]:
    """Requests as they were entered and applied."""
    requests = {r.pk: r for r in OptOutRequest.objects.filter(customer=customer)}
    rows = OptOutRequest.history.filter(id__in=list(requests)).order_by("-history_id")[:MOST]
    for row in rows:
        detail = str(requests[row.id])
        if row.effective_on:
            detail += f". Counts from {_day(row.effective_on)}"
        tone = {Status.RECEIVED: WAIT, Status.APPLIED: GOOD}.get(row.status, CALM)
        words = f"{row.get_wish_display()}: {row.get_status_display().lower()}"
        if row.wish == OptOutRequest.Wish.OPT_OUT and row.status == Status.APPLIED:
            tone = BAD
        link = reverse("admin:cpni_optoutrequest_change", args=[row.id])
        yield _event(row, label(words, tone), detail, link)


def approvals(customer: Customer) -> Iterator[Event]:
    """Changes of approvals; those of one act are one event, however many uses it spoke of."""
    ids = list(Approval.objects.filter(customer=customer).values_list("pk", flat=True))
    rows = (
        Approval.history.filter(id__in=ids)
        .select_related("use")
        .order_by("-history_date", "-history_id")[: MOST * 6]
    )
    acts: dict[tuple[Any, ...], list[Any]] = {}
    for row in rows:
        second = row.history_date.replace(microsecond=0)
        acts.setdefault((second, row.state, row.history_change_reason), []).append(row)
    for same in acts.values():
        first = same[0]
        uses = "; ".join(dict.fromkeys(str(row.use) for row in same))
        words = f"Approval {first.get_state_display().lower()}"
        detail = f"From {_day(first.effective_on)}: {uses}"
        yield _event(first, label(words, STATE_TONES[Approval.State(first.state)]), detail)


def changes(customer: Customer) -> Iterator[Event]:
    """Changes of the record itself."""
    rows = list(customer.history.order_by("-history_date", "-history_id")[: MOST + 1])
    link = reverse("admin:accounts_customer_history", args=[customer.pk])
    for row, before in zip_longest(rows, rows[1:]):
        if before is None:
            if row.history_type == "+":
                yield _event(row, label("Record created"), str(row.account_number), link)
            continue
        delta = row.diff_against(before)
        found = Words(Customer, row).context_for_delta_changes(delta)
        detail = ", ".join(f"{c['field']}: {c['old']} → {c['new']}" for c in found)
        if detail:
            yield _event(row, label("Record changed"), detail, link)


def parts(
    model: type[ContactPoint] | type[Service], of_customer: Iterable[ContactPoint | Service]
) -> Iterator[Event]:
    """Contact points or services that came or ended."""
    known = {part.pk: part for part in of_customer}
    rows = model.history.filter(id__in=list(known)).order_by("-history_date", "-history_id")[:MOST]
    for row in rows:
        part = known[row.id]
        ended = getattr(row, "until", None) or getattr(row, "ended_on", None)
        kind = part.get_kind_display() if isinstance(part, ContactPoint) else "Service"
        verb = "ended" if ended else "added" if row.history_type == "+" else "changed"
        words = str(part)
        if isinstance(part, Service):
            words = f"{part.get_category_display()} {telephone_words(part.telephone_number)}"
        yield _event(row, label(f"{kind} {verb}"), words)


def _event(row: Any, what: str, detail: str, link: str = "") -> Event:
    return Event(
        at=row.history_date,
        what=what,
        detail=detail,
        who=row.actor,
        why=row.history_change_reason or "",
        link=link,
    )


def _day(day: date) -> str:
    return f"{day:%b} {day.day}, {day.year}"


def _day_of(instant: datetime | None, zone: Any) -> date | None:
    return instant.astimezone(zone).date() if instant else None
