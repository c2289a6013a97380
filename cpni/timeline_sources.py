"""Where the events of a timeline are read from: one function for each sort of record.

Each yields events of one customer: of those in the span at least the newest ``most``.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import zip_longest
from typing import Any

from django.db.models import Prefetch, Q
from django.utils.functional import lazy

from accounts import unusual_looks
from accounts.history import actor_name
from accounts.history_words import Words
from accounts.models import (
    AccountChange,
    AuthenticationTry,
    Call,
    ContactOptOut,
    ContactPoint,
    Customer,
    Look,
    LookShown,
    Service,
    User,
)
from accounts.screen_words import screen_words
from cpni import reasons
from cpni.disclosures import shown_to
from cpni.models import (
    Approval,
    Complaint,
    Disclosure,
    InboundMessage,
    OptOutRequest,
    ScriptReading,
)
from cpni.timeline_events import Event, Kind, Span
from notices import as_sent
from notices.models import Delivery, MailingStatement, TelephoneAttempt
from notices.told import Told, told_of

GOOD, BAD, WAIT, GAP, CALM = "good", "bad", "wait", "gap", "calm"
USES = 6  # approvals that one act changes, about; they are one event
STATES = {
    Approval.State.ASSUMED: GOOD,
    Approval.State.EXPRESS: GOOD,
    Approval.State.DENIED: BAD,
    Approval.State.SUSPENDED: GAP,
    Approval.State.ENDED: CALM,
}
UNSENT = {
    Delivery.State.FAILED: BAD,
    Delivery.State.UNREACHABLE: GAP,
    Delivery.State.CANCELLED: CALM,
}
TOLD = {Told.YES: GOOD, Told.SOON: WAIT, Told.NO: BAD, Told.EXEMPT: CALM}
MAIL = {
    InboundMessage.Kind.PERMANENT: BAD,
    InboundMessage.Kind.COMPLAINT: BAD,
    InboundMessage.Kind.TEMPORARY: GAP,
    InboundMessage.Kind.OPT_OUT: GOOD,
    InboundMessage.Kind.QUESTION: WAIT,
}
LOOKED = {Look.What.EXPORTED: WAIT, Look.What.REFUSED: BAD, Look.What.MISSING: GAP}
REASONS = {reason.code: reason for reason in reasons.ALL}
Events = Iterator[Event]


def notices(customer: Customer, span: Span, most: int, viewer: User | None) -> Events:
    """Notices and offers as they left, with their words; those that did not; what came back."""
    carriers = as_sent.CarrierThen()
    # Spelt out: an open span is an empty Q, and “or” drops what is empty.
    mailed = Q(mailed_on__isnull=False) & span.days("mailed_on")
    came_back = Q(outcome_on__isnull=False) & span.days("outcome_on")
    rows = _deliveries(customer).filter(Q(mailed_on=None) | mailed | came_back)
    for delivery in rows.order_by("-id")[:most]:
        if delivery.outcome_on:
            yield _came_back(delivery, span.midnight(delivery.outcome_on))
        record = ("notices.delivery", delivery.pk)
        name = "Offer" if delivery.marketing else "Notice"
        about = f"{delivery.campaign.notice} {delivery.reference}"
        started = delivery.campaign.started_at
        if delivery.mailed_on is None:
            if started:
                words = f"{name} {delivery.get_state_display().lower()}"
                tone = UNSENT.get(Delivery.State(delivery.state), WAIT)
                detail = ". ".join(filter(None, (about, delivery.reason)))
                yield Event(Kind.NOTICE, started, words, detail, tone, record=record)
            continue
        # Letters have a mailing date and no hour: ``sent_at`` is when that date was entered.
        hour = delivery.sent_at if delivery.channel == Delivery.Channel.EMAIL else None
        detail = f"{about}, by {delivery.get_channel_display().lower()}"
        if delivery.contact_point:
            detail += f" to {delivery.contact_point}"
        if delivery.last_objection_day:
            detail += f". May object until {_day(delivery.last_objection_day)}"
        proof = delivery.mailing_proof or delivery.server_answer
        detail += f". {proof}" if proof else ""
        detail += f". Text in {delivery.text.get_language_display()}, {delivery.text.digest[:12]}…"
        at = hour or span.midnight(delivery.mailed_on)
        yield Event(
            Kind.NOTICE,
            at,
            f"{name} sent",
            detail,
            GOOD,
            record=record,
            whole_day=not hour,
            words=_words(delivery, carriers),
        )


def proofs(customer: Customer, span: Span, most: int, viewer: User | None) -> Events:
    """The post's statements about the batches in which letters to the customer were."""
    mailed = Delivery.objects.filter(customer=customer).exclude(batch=None).exclude(mailed_on=None)
    days = set(mailed.values_list("batch", "mailed_on")[:most])
    statements = MailingStatement.objects.filter(batch__in={batch for batch, _ in days})
    for statement in statements.select_related("entered_by", "batch__campaign"):
        if (statement.batch_id, statement.mailed_on) in days:
            yield Event(
                Kind.PROOF,
                span.midnight(statement.mailed_on),
                "Mailing proved",
                f"{statement.proof}: {statement.batch}",
                GOOD,
                actor_name(statement.entered_by),
                record=("notices.mailingstatement", statement.pk),
                whole_day=True,
            )


def _as_sent(delivery: Delivery, carriers: as_sent.CarrierThen) -> str:
    return as_sent.whole(delivery, carriers.at(as_sent.made_at(delivery)))


_words = lazy(_as_sent, str)  # made where they are shown: the customer page shows none


def _came_back(delivery: Delivery, at: datetime) -> Event:
    detail = (f"{delivery.campaign.notice} {delivery.reference}", delivery.reason)
    return Event(
        Kind.RETURN,
        at,
        f"Notice {delivery.get_outcome_display().lower()}",
        ". ".join(filter(None, detail)),
        BAD,
        record=("notices.delivery", delivery.pk),
        whole_day=True,
    )


def _deliveries(customer: Customer) -> Any:
    rows = Delivery.objects.filter(customer=customer, change=None, code=None)
    return rows.select_related(
        "campaign__notice", "contact_point", "text__notice__policy_version", "change", "batch"
    )


def account_changes(customer: Customer, span: Span, most: int, viewer: User | None) -> Events:
    """Changes of which the customer is told: when, how and where they were, or why not."""
    sent = Delivery.objects.select_related("contact_point", "service").order_by("pk")
    rows = (
        AccountChange.objects.filter(span.instants("at"), customer=customer)
        .select_related("by", "telling__by")
        .prefetch_related(Prefetch("deliveries", sent))
        .order_by("-id")[:most]
    )
    for change in rows:
        told, words = told_of(change, change.deliveries.all(), on=span.last)
        yield Event(
            Kind.CHANGE,
            change.at,
            f"{change.get_kind_display()} changed",
            f"{change.get_route_display()}. {told}. {words}",
            TOLD[told],
            actor_name(change.by),
            change.because,
            ("accounts.accountchange", change.pk),
        )


def mail(customer: Customer, span: Span, most: int, viewer: User | None) -> Events:
    """Messages that came by mail: what each was taken for, and what followed.

    Also those of which a person found out, by the request in them, that they were the customer's.
    """
    requests = OptOutRequest.objects.filter(customer=customer)
    asked = {pk for pair in requests.values_list("pk", "split_from") for pk in pair if pk}
    theirs = Q(customer=customer) | Q(request__in=asked)
    rows = (
        InboundMessage.objects.filter(span.instants("received_at"), theirs)
        # What they wrote is on the message's own page.
        .defer("sender", "subject", "words")
        .select_related("read_by")
        .order_by("-received_at", "-id")[:most]
    )
    for message in rows:
        followed = message.outcome or (
            "A person must read it" if message.to_read else "Nothing followed"
        )
        kind = message.get_kind_display()
        yield Event(
            Kind.MAIL,
            message.received_at,
            f"Mail: {kind.lower()}",
            f"{': '.join(filter(None, (kind, message.detail)))}. {followed}",
            MAIL.get(InboundMessage.Kind(message.kind), CALM),
            actor_name(message.read_by) if message.read_by else "",
            record=("cpni.inboundmessage", message.pk),
        )


def objections(customer: Customer, span: Span, most: int, viewer: User | None) -> Events:
    """Requests on the day on which they reached us, and as they were entered and applied."""
    until = Span(span.zone, last=span.last)
    rows = OptOutRequest.objects.filter(until.days("received_on"), customer=customer)
    rows = rows.defer("stated", "proof")
    requests = {request.pk: request for request in rows.order_by("-received_on", "-id")[:most]}
    for request in requests.values():
        dates = [
            f"{name} {_day(day)}"
            for name, day in (("dated", request.letter_date), ("postmark", request.postmark))
            if day
        ]
        yield Event(
            Kind.OBJECTION,
            span.midnight(request.received_on),
            f"{request.get_wish_display()}: received",
            ", ".join([f"By {request.get_route_display().lower()}, {request.reference}", *dates]),
            WAIT,
            record=("cpni.optoutrequest", request.pk),
            whole_day=True,
        )
    applied = OptOutRequest.Status.APPLIED
    history = OptOutRequest.history.filter(span.instants("history_date"), id__in=list(requests))
    for row in history.order_by("-history_id")[:most]:
        detail = str(requests[row.id])
        if row.effective_on:
            detail += f". Counts from {_day(row.effective_on)}"
        tone = {OptOutRequest.Status.RECEIVED: WAIT, applied: GOOD}.get(row.status, CALM)
        if row.wish == OptOutRequest.Wish.OPT_OUT and row.status == applied:
            tone = BAD
        words = f"{row.get_wish_display()}: {row.get_status_display().lower()}"
        yield _of_history(Kind.OBJECTION, row, words, detail, tone, "cpni.optoutrequest", row.id)


def no_marketing(customer: Customer, span: Span, most: int, viewer: User | None) -> Events:
    """Channels by which the customer wants no marketing, and allowed it again."""
    ids = ContactOptOut.objects.filter(customer=customer).values("pk")
    rows = ContactOptOut.history.filter(span.instants("history_date"), id__in=ids)
    for row in rows.order_by("-history_id")[:most]:
        channel = row.get_channel_display().lower()
        words = f"Marketing by {channel} {'allowed again' if row.until else 'stopped'}"
        detail = f"From {_day(row.until or row.since)}"
        yield _of_history(
            Kind.MARKETING, row, words, detail, CALM, "accounts.contactoptout", row.id
        )


def approvals(customer: Customer, span: Span, most: int, viewer: User | None) -> Events:
    """Changes of approvals; those of one act are one event, however many uses it spoke of."""
    ids = Approval.objects.filter(customer=customer).values("pk")
    rows = (
        Approval.history.filter(span.instants("history_date"), id__in=ids)
        .select_related("use")
        .order_by("-history_date", "-history_id")[: most * USES]
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
        tone = STATES[Approval.State(first.state)]
        yield _of_history(Kind.DECISION, first, words, detail, tone, "cpni.approval", first.id)


def disclosures(customer: Customer, span: Span, most: int, viewer: User | None) -> Events:
    """Who used or received the customer's CPNI, and why that was allowed."""
    rows = Disclosure.objects.filter(span.days("used_on"), customer=customer)
    for used in shown_to(viewer, rows).select_related("use", "by")[:most]:
        reason = REASONS.get(used.reason)
        allowed = f". Allowed: {used.reason.replace('_', ' ')} ({reason.section})" if reason else ""
        yield Event(
            Kind.DISCLOSURE,
            span.midnight(used.used_on),
            "Information used",
            f"{used.recipient}: {used.what}, for: {used.use}{allowed}",
            WAIT,
            actor_name(used.by),
            record=("cpni.disclosure", used.pk),
            whole_day=True,
        )


def calls(customer: Customer, span: Span, most: int, viewer: User | None) -> Events:
    """Calls, as they began and as they ended."""
    until = Span(span.zone, last=span.last)
    rows = Call.objects.filter(until.instants("started_at"), customer=customer)
    for call in rows.defer("caller_name", "note").select_related("by").order_by("-id")[:most]:
        record, who = ("accounts.call", call.pk), actor_name(call.by)
        about = f"{call.get_direction_display()}: {call.get_caller_display().lower()}"
        yield Event(Kind.CALL, call.started_at, str(call), about, CALM, who, record=record)
        if call.ended_at:
            words = call.get_outcome_display()
            yield Event(Kind.CALL, call.ended_at, f"{call} ended", words, CALM, who, record=record)


def authentications(customer: Customer, span: Span, most: int, viewer: User | None) -> Events:
    """Tries to find out whether a caller was who they said they were."""
    rows = AuthenticationTry.objects.filter(span.instants("at"), customer=customer)
    good = AuthenticationTry.Result.PASSED
    for tried in rows.select_related("by").order_by("-id")[:most]:
        yield Event(
            Kind.CALL,
            tried.at,
            f"Authentication: {tried.get_result_display().lower()}",
            ". ".join(filter(None, (tried.get_method_display(), tried.detail))),
            GOOD if tried.result == good else BAD,
            actor_name(tried.by),
            record=("accounts.authenticationtry", tried.pk),
        )


def readings(customer: Customer, span: Span, most: int, viewer: User | None) -> Events:
    """Scripts that were read, the answers, and where the recordings are."""
    rows = ScriptReading.objects.filter(span.instants("at"), customer=customer)
    for read in rows.select_related("by", "script").order_by("-id")[:most]:
        recording = f"Recording: {read.recording}" if read.recording else ""
        said = f"{read.script}, in {read.get_language_display()}"
        yield Event(
            Kind.CALL,
            read.at,
            f"Script read: {read.get_answer_display().lower()}",
            ". ".join(filter(None, (said, recording))),
            GOOD if read.answer == ScriptReading.Answer.YES else CALM,
            actor_name(read.by),
            record=("cpni.scriptreading", read.pk),
        )


def told_by_telephone(customer: Customer, span: Span, most: int, viewer: User | None) -> Events:
    """Tries to tell of a changed policy by telephone."""
    rows = TelephoneAttempt.objects.filter(span.instants("at"), customer=customer)
    for tried in rows.select_related("by", "task__policy_version").order_by("-id")[:most]:
        yield Event(
            Kind.CALL,
            tried.at,
            "Called about a changed policy",
            f"{tried.task.policy_version}. {tried.get_outcome_display()}",
            GOOD if tried.outcome in TelephoneAttempt.TOLD else CALM,
            actor_name(tried.by),
            record=("notices.telephonetask", tried.task_id),
        )


def complaints(customer: Customer, span: Span, most: int, viewer: User | None) -> Events:
    """Complaints, as they came and as they were resolved."""
    rows = Complaint.objects.filter(customer=customer).defer("said", "found")
    for complaint in rows.select_related("entered_by")[:most]:
        about, record = complaint.get_category_display(), ("cpni.complaint", complaint.pk)
        for day, words, tone in (
            (complaint.received_on, "Complaint received", WAIT),
            (complaint.resolved_on, "Complaint resolved", GOOD),
        ):
            if day:
                at = span.midnight(day)
                yield Event(Kind.COMPLAINT, at, words, about, tone, record=record, whole_day=True)


def changes(customer: Customer, span: Span, most: int, viewer: User | None) -> Events:
    """Changes of the record itself."""
    found = customer.history.filter(Span(span.zone, last=span.last).instants("history_date"))
    rows = list(found.order_by("-history_date", "-history_id")[: most + 1])
    for row, before in zip_longest(rows, rows[1:]):
        if before is None:
            if row.history_type == "+":
                yield _of_customer(row, "Record created", str(row.account_number))
            continue
        words = Words(Customer, row).context_for_delta_changes(row.diff_against(before))
        detail = ", ".join(f"{c['field']}: {c['old']} → {c['new']}" for c in words)
        if detail:
            yield _of_customer(row, "Record changed", detail)


def contacts(customer: Customer, span: Span, most: int, viewer: User | None) -> Events:
    """Contact points that came or ended."""
    known = {point.pk: point for point in customer.contact_points.all()}
    rows = ContactPoint.history.filter(span.instants("history_date"), id__in=list(known))
    for row in rows.order_by("-history_date", "-history_id")[:most]:
        point = known[row.id]
        words = f"{point.get_kind_display()} {_verb(row, row.until)}"
        yield _of_customer(row, words, str(point))


def services(customer: Customer, span: Span, most: int, viewer: User | None) -> Events:
    """Services that came or ended."""
    known = {service.pk: service for service in customer.services.all()}
    rows = Service.history.filter(span.instants("history_date"), id__in=list(known))
    for row in rows.order_by("-history_date", "-history_id")[:most]:
        yield _of_customer(row, f"Service {_verb(row, row.ended_on)}", str(known[row.id]))


def looks(customer: Customer, span: Span, most: int, viewer: User | None) -> Events:
    """Who saw the customer's data, alone or among others. Two questions: each has its index."""
    named = Look.objects.filter(span.instants("at"), customer_id=customer.pk)
    among = LookShown.objects.filter(customer_id=customer.pk).values("look_id")
    listed = Look.objects.filter(span.instants("at"), pk__in=among)
    for rows in (named, listed):
        seen = unusual_looks.of_people_whom(viewer, rows, "by_id") if viewer else rows
        for look in seen.order_by("-id")[:most]:
            detail = screen_words(look.screen)
            if look.rows > 1:
                detail += f", with {look.rows:,} customers"
            yield Event(
                Kind.LOOK,
                look.at,
                look.get_what_display(),
                ". ".join(filter(None, (detail, look.detail))),
                LOOKED.get(Look.What(look.what), CALM),
                look.actor,
                record=("accounts.look", look.pk),
            )


def _verb(row: Any, ended: date | None) -> str:
    return "ended" if ended else "added" if row.history_type == "+" else "changed"


def _of_customer(row: Any, what: str, detail: str) -> Event:
    number = row.id if isinstance(row, Customer.history.model) else row.customer_id
    return _of_history(Kind.CHANGE, row, what, detail, CALM, "accounts.customer", number)


def _of_history(
    kind: Kind, row: Any, what: str, detail: str, tone: str, model: str, number: int
) -> Event:
    return Event(
        kind,
        row.history_date,
        what,
        detail,
        tone,
        row.actor,
        row.history_change_reason or "",
        (model, number),
    )


def _day(day: date) -> str:
    return f"{day:%b} {day.day}, {day.year}"


# Each with the kinds of its events.
SOURCES: tuple[
    tuple[frozenset[Kind], Callable[[Customer, Span, int, User | None], Events]], ...
] = (
    (frozenset({Kind.NOTICE, Kind.RETURN}), notices),
    (frozenset({Kind.PROOF}), proofs),
    (frozenset({Kind.CHANGE}), account_changes),
    (frozenset({Kind.MAIL}), mail),
    (frozenset({Kind.OBJECTION}), objections),
    (frozenset({Kind.MARKETING}), no_marketing),
    (frozenset({Kind.DECISION}), approvals),
    (frozenset({Kind.DISCLOSURE}), disclosures),
    (frozenset({Kind.CALL}), calls),
    (frozenset({Kind.CALL}), authentications),
    (frozenset({Kind.CALL}), readings),
    (frozenset({Kind.CALL}), told_by_telephone),
    (frozenset({Kind.COMPLAINT}), complaints),
    (frozenset({Kind.CHANGE}), changes),
    (frozenset({Kind.CHANGE}), contacts),
    (frozenset({Kind.CHANGE}), services),
    (frozenset({Kind.LOOK}), looks),
)
