"""What an assumed approval rests on, link by link: what auditors ask to see of each.

The words that were sent, the proof that they were, the window, the absence of an objection, and the
record of the approval (64.2007, 64.2008). Read for many at once, in a fixed number of queries.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from cpni.models import Approval, OptOutRequest, RequestCandidate
from notices import consent
from notices.models import Delivery, MailingStatement


@dataclass(frozen=True)
class Chain:
    """The links of one approval. ``entry`` is the row of history that recorded it."""

    approval: Approval
    statement: MailingStatement | None
    objections: tuple[OptOutRequest, ...]
    waiting: tuple[OptOutRequest, ...]
    entry: Any

    @property
    def delivery(self) -> Delivery:
        """The notice on which it is assumed."""
        assert self.approval.delivery is not None  # noqa: S101  (constraint: assumed has notice)
        return self.approval.delivery

    @property
    def proof(self) -> str:
        """What shows that the notice left."""
        delivery = self.delivery
        return delivery.mailing_proof or delivery.server_answer

    @property
    def last_day(self) -> date | None:
        """The customer's last day to object."""
        return self.delivery.last_objection_day

    @property
    def recorded_on(self) -> Any:
        """The instant at which the approval was recorded."""
        return self.entry.history_date if self.entry else None

    @property
    def problems(self) -> list[str]:
        """Which links do not hold, in words; none when the approval stands."""
        delivery, approval = self.delivery, self.approval
        found = []
        if delivery.text.computed_digest() != delivery.text.digest:
            found.append("The text is not what its digest says.")
        if delivery.mailed_on is None or delivery.assume_from is None:
            return [*found, "The notice was not sent."]
        if not self.proof and self.statement is None:
            found.append("Nothing shows that the notice left.")
        if delivery.outcome:
            found.append(f"The notice came back on {delivery.outcome_on}.")
        if not consent.counts(delivery, approval.customer):
            found.append("It went by e-mail, and no consent to that is on record for that day.")
        if approval.effective_on < delivery.assume_from:
            found.append(f"Assumed before {delivery.assume_from}, the day after the window.")
        if self.objections:
            found.append(f"An objection was received on {self.objections[0].received_on}.")
        if self.waiting:
            found.append(f"{self.waiting[0].reference} may be an objection and is not matched yet.")
        if self.entry is None:
            found.append("No history says when it was recorded.")
        return found


def chains(approvals: Sequence[Approval]) -> list[Chain]:
    """The chain of each of ``approvals``, which are assumed, in their order."""
    rows = Approval.objects.filter(pk__in=[a.pk for a in approvals]).select_related(
        "customer",
        "use",
        "run",
        "delivery__contact_point",
        "delivery__text__notice__policy_version",
        "delivery__campaign__notice",
    )
    found = {row.pk: row for row in rows}
    ordered = [found[a.pk] for a in approvals]
    statements = _statements(ordered)
    objections, waiting = _objections(ordered), _waiting(ordered)
    entries = _entries(ordered)
    return [
        Chain(
            approval,
            statements.get((_of(approval).batch_id, _of(approval).mailed_on)),
            tuple(
                request
                for request in objections[approval.customer_id]
                if _concerns(request, approval)
            ),
            tuple(waiting[approval.customer_id]),
            entries.get(approval.pk),
        )
        for approval in ordered
    ]


def _of(approval: Approval) -> Delivery:
    assert approval.delivery is not None  # noqa: S101  (constraint: assumed has notice)
    return approval.delivery


def _statements(approvals: Sequence[Approval]) -> dict[Any, MailingStatement]:
    batches = {_of(approval).batch_id for approval in approvals} - {None}
    rows = MailingStatement.objects.filter(batch__in=batches).order_by("pk")
    return {(row.batch_id, row.mailed_on): row for row in rows}


def _objections(approvals: Sequence[Approval]) -> dict[int, list[OptOutRequest]]:
    found: dict[int, list[OptOutRequest]] = defaultdict(list)
    rows = OptOutRequest.objects.filter(
        customer__in={approval.customer_id for approval in approvals},
        wish=OptOutRequest.Wish.OPT_OUT,
        status=OptOutRequest.Status.APPLIED,
    )
    for request in rows.defer("stated", "proof").prefetch_related("uses").order_by("pk"):
        assert request.customer_id is not None  # noqa: S101  (the query says so)
        found[request.customer_id].append(request)
    return found


def _concerns(request: OptOutRequest, approval: Approval) -> bool:
    """Whether ``request`` speaks of the use, and reached us once the notice was mailed."""
    mailed_on = _of(approval).mailed_on
    uses = {use.pk for use in request.uses.all()}
    spoken_of = request.all_uses or approval.use_id in uses
    return spoken_of and mailed_on is not None and request.received_on >= mailed_on


def _waiting(approvals: Sequence[Approval]) -> dict[int, list[OptOutRequest]]:
    found: dict[int, list[OptOutRequest]] = defaultdict(list)
    candidates = RequestCandidate.objects.filter(
        customer__in={approval.customer_id for approval in approvals},
        request__status=OptOutRequest.Status.RECEIVED,
        request__wish=OptOutRequest.Wish.OPT_OUT,
    )
    for candidate in candidates.select_related("request").order_by("request_id"):
        found[candidate.customer_id].append(candidate.request)
    return found


def _entries(approvals: Sequence[Approval]) -> dict[int, Any]:
    """The latest row of history of each in which it is assumed."""
    rows = Approval.history.filter(
        id__in=[approval.pk for approval in approvals], state=Approval.State.ASSUMED
    )
    return {row.id: row for row in rows.order_by("history_date", "history_id")}
