"""What we knew about a customer at a past instant: the facts, from what was recorded by then.

Every record that a decision rests on keeps its history, whose rows say when they were recorded. A
record that was entered, changed or corrected since is read here as it was, so that the answer of an
instant stays what it was. Of what a purge has removed nothing is known any more, at any instant.
"""

from collections.abc import Iterable
from copy import copy
from datetime import date, datetime
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from accounts.models import ContactPoint, Customer, Service
from cpni.facts import (
    Choice,
    Entry,
    Facts,
    Message,
    Policies,
    Told,
    provided,
    spell_of,
    state_of,
)
from cpni.models import (
    Approval,
    InboundMessage,
    Incident,
    OptOutRequest,
    Recipient,
    RequestCandidate,
    Verification,
)
from notices.models import Delivery, PolicyBinding, PolicyVersion

M = TypeVar("M", bound=Model)


def as_known(customer: Customer, on: date, at: datetime) -> Facts:
    """As ``cpni.facts.gather``, from what had been recorded by the aware instant ``at``."""
    found = _then([customer], at)
    # Not on record yet: there was no service that we knew of.
    person = found[0] if found else customer
    spell = spell_of(person, on, known_at=at) if found else None
    versions = _then(PolicyVersion.objects.prefetch_related("declared"), at)
    policies = Policies(v for v in versions if v.status == PolicyVersion.Status.PUBLISHED)
    bindings = [
        binding
        for binding in _then(PolicyBinding.objects.filter(customer=customer), at)
        if binding.since <= on
    ]
    deliveries = (
        Delivery.objects.notices()
        .filter(customer=customer)
        .select_related("campaign__notice__policy_version", "text")
        .prefetch_related("campaign__notice__uses")
        .order_by("id")
    )
    requests = _requests(customer, at)
    approvals = list(Approval.objects.filter(customer=customer).values_list("pk", flat=True))
    ledger = Approval.history.filter(id__in=approvals, history_date__lte=at)
    return Facts(
        customer=person,
        spell=spell,
        services=provided(_then(Service.objects.filter(customer=customer), at), on),
        state=state_of(_then(ContactPoint.objects.filter(customer=customer), at), on),
        verifications=tuple(
            v
            for v in _then(Verification.objects.filter(customer=customer).order_by("pk"), at)
            if v.verified_on <= on
        ),
        choices=tuple(_choices(requests, customer)),
        told=tuple(
            Told(d, frozenset(use.pk for use in d.campaign.notice.uses.all()))
            for d in _then(deliveries, at)
            if d.state != Delivery.State.CANCELLED
        ),
        ledger=tuple(
            Entry(*row)
            for row in ledger.order_by("history_date", "history_id").values_list(
                "id", "use_id", "state", "effective_on", "delivery_id"
            )
        ),
        incidents=tuple(_then(Incident.objects.all(), at)),
        open_requests=tuple(
            request
            for request, _, candidate in requests
            if candidate
            and request.status == OptOutRequest.Status.RECEIVED
            and request.wish == OptOutRequest.Wish.OPT_OUT
        ),
        messages=tuple(_messages(customer, at)),
        policies=policies,
        governing=policies.governing(bindings, spell.since if spell else person.active_since),
    )


def recipient_as_known(recipient: Recipient, at: datetime) -> Recipient:
    """``recipient`` as it stood in the register at the aware instant ``at``."""
    if found := _then([recipient], at):
        return found[0]
    # Not registered yet: there was no contract that we knew of, on any day.
    unknown = copy(recipient)
    unknown.began_on = date.max
    return unknown


def _rows(history: Any, at: datetime) -> dict[int, Any]:
    """Of each record in ``history`` the last row recorded by ``at``, by the record's id."""
    found = {}
    for row in history.filter(history_date__lte=at).order_by("history_date", "history_id"):
        found[row.id] = row
    return {pk: row for pk, row in found.items() if row.history_type != "-"}


def _then(records: "QuerySet[M] | Iterable[M]", at: datetime) -> list[M]:
    """Of ``records``, which are as they are now, those that were on record at ``at``, as they were.

    What history does not repeat never changes.
    """
    live = list(records)
    if not live:
        return []
    model: Any = type(live[0])
    rows = _rows(model.history.filter(id__in=[record.pk for record in live]), at)
    return [_as_in(record, rows[record.pk]) for record in live if record.pk in rows]


def _as_in(record: M, row: Any) -> M:
    """A copy of ``record`` with the values of the history row ``row``."""
    then = copy(record)
    then._state = copy(record._state)
    then._state.fields_cache = dict(record._state.fields_cache)
    for field in row.tracked_fields:
        setattr(then, field.attname, getattr(row, field.attname))
    return then


def _requests(customer: Customer, at: datetime) -> list[tuple[OptOutRequest, Any, bool]]:
    """Requests that were the customer's at ``at``, or may have been: (request, its row, may be)."""
    maybe = _rows(RequestCandidate.history.filter(customer_id=customer.pk), at)
    may_be = {row.request_id for row in maybe.values()}
    theirs = OptOutRequest.history.filter(customer_id=customer.pk).values("id")
    live = OptOutRequest.objects.filter(Q(pk__in=theirs) | Q(pk__in=may_be)).in_bulk()
    rows = _rows(OptOutRequest.history.filter(id__in=live), at)
    return [(_as_in(live[pk], row), row, pk in may_be) for pk, row in sorted(rows.items())]


def _choices(
    requests: Iterable[tuple[OptOutRequest, Any, bool]], customer: Customer
) -> Iterable[Choice]:
    for request, row, _ in requests:
        applied = request.status == OptOutRequest.Status.APPLIED
        if applied and request.customer_id == customer.pk and request.effective_on:
            named = frozenset(kept.use_id for kept in row.uses.all())
            yield Choice(request, None if request.all_uses else named, request.effective_on)


def _messages(customer: Customer, at: datetime) -> Iterable[Message]:
    """Messages that waited at ``at`` and were the customer's, or may have been."""
    theirs = InboundMessage.history.filter(customer_id=customer.pk).values("id")
    maybe = InboundMessage.candidates.through.objects.filter(customer=customer)
    either = Q(id__in=theirs) | Q(id__in=maybe.values("inboundmessage"))
    rows = _rows(InboundMessage.history.filter(either), at)
    asked = {row.request_id for row in rows.values() if row.request_id}
    requests = _rows(OptOutRequest.history.filter(id__in=asked), at)
    for pk, row in sorted(rows.items()):
        may_be = any(kept.customer_id == customer.pk for kept in row.candidates.all())
        request = requests.get(row.request_id)
        to_match = request is not None and request.status == OptOutRequest.Status.RECEIVED
        known = row.to_read and row.customer_id == customer.pk
        if known or (may_be and (row.to_read or to_match)):
            yield Message(pk, row.received_on)
