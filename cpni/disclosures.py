"""Record each use of CPNI with the decision that allowed it; refuse what is not allowed."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from accounts import history
from accounts.bulk_rows import among, insert_rows, next_ids
from accounts.civil import civil_day
from accounts.errors import Refused
from accounts.models import Call, Carrier, Customer, User
from accounts.permissions import require
from cpni import reasons
from cpni.decisions import Decision, decide
from cpni.models import (
    Approval,
    CallingList,
    Disclosure,
    MarketingCampaign,
    Recipient,
    RequestedDisclosure,
)
from cpni.one_time import decide_on_call
from notices.models import Delivery, Use

OURSELVES = "The carrier itself"
LISTED = 5_000  # customers whose evidence is looked up in one statement


def record(
    customer: Customer,
    use: Use,
    *,
    on: date,
    recipient: Recipient | None,
    what: str,
    data_classes: Collection[str] = (),
    offered: str = "",
    at: datetime,
    by: User | None,
    because: str,
) -> Disclosure:
    """Record that ``recipient`` used ``what`` of ``customer``'s CPNI on the civil day ``on``.

    ``recipient`` is one of the register, None the carrier itself; ``data_classes`` are those of
    ``PolicyUse.DataClass``. The decision for that day is kept with it (64.2009(a), (c)). Raises
    Refused, and records nothing, when the decision does not allow the use, and for a day after that
    of ``at``: what the customer says until then counts. What the law or the customer asks for has
    papers (``cpni.requested_disclosures``).
    """
    require(by, "cpni.add_disclosure")
    if on > civil_day(at, Carrier.zone_or_default()):
        raise Refused("It cannot have been used in the future.", "Correct the day.")
    if use.recipient in (Use.Recipient.AUTHORITY, Use.Recipient.DESIGNEE) and use.code in PAPERS:
        raise Refused(
            "It needs the paper that asks for it.", "Enter it under Disclosures asked for."
        )
    if recipient is None and use.recipient not in (Use.Recipient.OWN, Use.Recipient.AUTHORITY):
        raise Refused(
            "This use is about others.", "Choose who received it from the register of recipients."
        )
    decision = decide(
        customer, use, on=on, recipient=recipient, data_classes=data_classes, offered=offered
    )
    name = recipient.name if recipient else OURSELVES
    return _keep(decision, name, what=what, at=at, by=by, because=because)


# Uses that only a paper allows, by the kind of the paper.
PAPER_OF = {
    RequestedDisclosure.Kind.COMPELLED.value: "legal",
    RequestedDisclosure.Kind.CUSTOMER.value: "customer-request",
}
PAPERS = frozenset(PAPER_OF.values())
VIEW_COMPELLED = "cpni.view_compelled_requesteddisclosure"


def shown_to(viewer: User | None, rows: QuerySet[Disclosure]) -> QuerySet[Disclosure]:
    """Of ``rows`` those that ``viewer`` may be shown; None is the desk itself.

    What the law compels may be secret (222(c)(1)), the disclosure no less than its paper: both are
    for those who answer for it and those who check.
    """
    if viewer is None or viewer.has_perm(VIEW_COMPELLED):
        return rows
    return rows.exclude(use__code=PAPER_OF[RequestedDisclosure.Kind.COMPELLED])


def record_on_call(
    call: Call, use: Use, *, on: date, what: str, at: datetime, by: User | None, because: str
) -> Disclosure:
    """Record that the representative on ``call`` used ``what`` of the customer's CPNI.

    As :func:`record`, but a consent for this call counts as well (64.2008(f)).
    """
    require(by, "cpni.add_scriptreading")
    decision = decide_on_call(call, use, on=on)
    recipient = f"Our representative on call {call.pk}"
    return _keep(decision, recipient, what=what, at=at, by=by, because=because)


def record_requested(
    paper: RequestedDisclosure, *, on: date, at: datetime, by: User | None, because: str
) -> Disclosure:
    """Record that what ``paper`` asks for was disclosed; the paper is its evidence (222(c))."""
    require(by, "cpni.decide_requesteddisclosure")
    use = Use.objects.get(code=PAPER_OF[paper.kind])
    decision = decide(paper.customer, use, on=on)
    evidence = [["requested disclosure", paper.pk]]
    return _keep(
        decision,
        paper.goes_to,
        what=paper.disclosed[:200],
        evidence=evidence,
        requested=paper,
        at=at,
        by=by,
        because=because,
    )


def _keep(
    decision: Decision,
    name: str,
    *,
    what: str,
    at: datetime,
    by: User | None,
    because: str,
    evidence: Sequence[Any] = (),
    requested: RequestedDisclosure | None = None,
) -> Disclosure:
    if not decision.allowed:
        raise Refused(
            f"This use is not allowed ({decision.verdict.label.lower()}): {decision.sentence}",
            f"See {decision.section}.",
        )
    row = Disclosure(
        customer=decision.customer,
        use=decision.use,
        used_on=decision.on,
        recipient=name,
        received_by=decision.recipient,
        what=what,
        data_classes=list(decision.data_classes),
        reason=decision.code,
        evidence=[*evidence, *proofs(decision)],
        recorded_at=at,
        by=by,
        requested=requested,
    )
    history.save(row, by=by, because=because)
    return row


def proofs(decision: Decision) -> list[list[Any]]:
    """The decision's evidence, as it is kept with a use."""
    return [[e.kind, e.id] for e in decision.evidence]


def before_window_closed(rows: QuerySet[Disclosure]) -> QuerySet[Disclosure]:
    """Of ``rows`` those that rest on an assumed approval on a day before it could be assumed.

    By what is known of the customer's notices now (64.2008(d)(1)): none had run its time by the day
    of the use. It should find nothing, ever.
    """
    closed = Delivery.objects.notices().filter(
        customer=OuterRef("customer"),
        state=Delivery.State.SENT,
        assume_from__lte=OuterRef("used_on"),
        campaign__notice__uses=OuterRef("use"),
    )
    return rows.filter(~Exists(closed), reason=reasons.ASSUMED.code)


# --- Many at once --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Basis:
    """Why one customer's CPNI may be used: the decision's reason and its evidence."""

    code: str
    evidence: list[list[Any]]


@dataclass(frozen=True)
class Made:
    """What the uses have in common that are recorded together."""

    use: Use
    what: str
    data_classes: tuple[str, ...]
    campaign: MarketingCampaign | None
    recipient: Recipient | None = None
    calling_list: CallingList | None = None


@dataclass(frozen=True)
class Used:
    """One of them: whose, on which civil day, why it may be, by which delivery."""

    customer: int
    on: date
    basis: Basis
    delivery: int | None = None


COLUMNS = (
    *("id", "customer", "use", "used_on", "recipient", "received_by", "what", "data_classes"),
    *("reason", "evidence", "recorded_at", "by", "campaign", "calling_list", "delivery"),
)


def record_many(
    rows: Sequence[Used], made: Made, *, at: datetime, by: User | None, because: str
) -> int:
    """Record all of ``rows``, which were decided upon, set by set; call it in a transaction.

    Measured on PostgreSQL, on a machine shared by six: 100,000 in 10 seconds with their history.
    Returns how many.
    """
    if not rows:
        return 0
    ids = next_ids(Disclosure, len(rows))
    classes = json.dumps(list(made.data_classes))
    name = made.recipient.name if made.recipient else OURSELVES
    recorded_at = connection.ops.adapt_datetimefield_value(at)
    day_of = {used.on: connection.ops.adapt_datefield_value(used.on) for used in rows}
    insert_rows(
        Disclosure,
        COLUMNS,
        (
            (
                *(pk, used.customer, made.use.pk, day_of[used.on], name),
                *(made.recipient and made.recipient.pk, made.what, classes),
                *(used.basis.code, json.dumps(used.basis.evidence), recorded_at, by and by.pk),
                *(made.campaign and made.campaign.pk, made.calling_list and made.calling_list.pk),
                used.delivery,
            )
            for pk, used in zip(ids, rows, strict=True)
        ),
    )
    return history.record_ids(Disclosure, ids, kind="+", by=by, because=because, at=at)


def bases(customers: Mapping[int, str], use: Use) -> Iterator[tuple[int, Basis]]:
    """The basis of each of ``customers``, of whom the reason's code is known by now.

    An approval names the notice or the request that it rests on, as the decision does.
    """
    ids = sorted(customers)
    for start in range(0, len(ids), LISTED):
        part = ids[start : start + LISTED]
        rows = Approval.objects.filter(among("customer", part), use=use).values_list(
            "customer", "pk", "delivery", "delivery__text", "request"
        )
        known = {row[0]: row[1:] for row in rows}
        for pk in part:
            yield pk, Basis(customers[pk], _evidence(customers[pk], known.get(pk)))


def _evidence(code: str, approval: tuple[Any, ...] | None) -> list[list[Any]]:
    if approval is None:
        return []
    number, delivery, text, request = approval
    if code == reasons.EXPRESS.code:
        return [["opt-out request", request]] if request else [["approval", number]]
    if code == reasons.ASSUMED.code:
        return [["delivery", delivery], ["notice text", text], ["approval", number]]
    return []
