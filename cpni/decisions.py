"""May we? One answer, with its reason, the rule's section and the records that prove it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from accounts.models import Customer
from cpni import reasons
from cpni.facts import Facts, Told, declared_when_chosen, gather
from cpni.models import Approval, Incident, OptOutRequest
from cpni.reasons import Reason, Verdict
from notices.clock import expires_after
from notices.models import Delivery, Use

# Marketing that needs no approval, but only to someone who has the service it belongs to.
WITHIN_SERVICES = frozenset({"same-category", "adjunct-services", "equipment"})


@dataclass(frozen=True)
class Evidence:
    """A record that proves a decision: what kind it is, its id, and what it says."""

    kind: str
    id: int
    says: str


@dataclass(frozen=True)
class Decision:
    """The answer for one customer, one use and one day.

    ``since`` is the first day of the state that the answer rests on. ``until`` is the last day on
    which the answer can be relied on (YES), or the customer's last day to object (NOT_YET).
    """

    customer: Customer
    use: Use
    on: date
    reason: Reason
    sentence: str
    since: date | None
    until: date | None
    evidence: tuple[Evidence, ...]

    @property
    def allowed(self) -> bool:
        """Whether the use is allowed."""
        return self.reason.verdict is Verdict.YES

    @property
    def verdict(self) -> Verdict:
        """Yes, no, not yet, or gap."""
        return self.reason.verdict

    @property
    def code(self) -> str:
        """The reason's code, for other programs."""
        return self.reason.code

    @property
    def section(self) -> str:
        """The rule's section."""
        return self.reason.section

    def as_json(self) -> dict[str, Any]:
        """The decision as plain values, dates in ISO form."""
        return {
            "account": self.customer.account_number,
            "use": self.use.code,
            "on": self.on.isoformat(),
            "allowed": self.allowed,
            "verdict": str(self.verdict),
            "reason": self.code,
            "sentence": self.sentence,
            "section": self.section,
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
            "evidence": [{"kind": e.kind, "id": e.id, "says": e.says} for e in self.evidence],
        }


def decide(customer: Customer, use: Use, *, on: date) -> Decision:
    """May ``customer``'s CPNI be put to ``use`` on the civil day ``on`` of the carrier's zone?

    The order is that of domain.md 14.1. ``on`` may be past: the answer is then what was true on
    that day, as far as we know now. Whether the customer may be *contacted* is another question.
    """
    return judge(gather(customer, on), use, on)


def standing(customer: Customer, *, on: date) -> list[Decision]:
    """The decisions for every use that needs the customer's approval."""
    return judge_all(gather(customer, on), on)


def judge_all(facts: Facts, on: date) -> list[Decision]:
    """The same from ``facts`` that were gathered for the same day."""
    uses = Use.objects.filter(mechanism__in=Use.NEED_APPROVAL)
    return [judge(facts, use, on) for use in uses]


def judge(facts: Facts, use: Use, on: date) -> Decision:
    """Decide from ``facts`` that were gathered for the same day."""

    def answer(
        reason: Reason,
        *evidence: Evidence,
        day: date | None = None,
        other: object = "",
        since: date | None = None,
        until: date | None = None,
    ) -> Decision:
        sentence = reason.sentence.format(
            day=f"{day:%B} {day.day}, {day.year}" if day else "", other=other
        )
        return Decision(facts.customer, use, on, reason, sentence, since, until, evidence)

    if facts.customer.merged_into is not None:
        return answer(reasons.MERGED, other=facts.customer.merged_into.account_number)
    if use.mechanism == Use.Mechanism.PROHIBITED:
        return answer(reasons.PROHIBITED)
    if use.mechanism == Use.Mechanism.NONE and use.code not in WITHIN_SERVICES:
        return answer(reasons.NO_APPROVAL_NEEDED)
    if facts.spell is None:
        return answer(reasons.NOT_A_CUSTOMER)
    ended = facts.spell.ended_on
    choice = facts.choice(use, on)
    if use.needs_approval and choice and choice.request.wish == OptOutRequest.Wish.OPT_OUT:
        day = choice.effective_on
        return answer(reasons.OPTED_OUT, said(choice.request), day=day, since=day)
    if ended is not None and ended <= on:
        return answer(reasons.DISCONTINUED, day=ended, since=ended)
    if use.mechanism == Use.Mechanism.NONE:
        if use.pk not in facts.governing_use_ids:
            return answer(reasons.NOT_DECLARED, other=facts.governing or "No published policy")
        return answer(reasons.SERVES_CATEGORY if facts.served else reasons.NO_SERVICE)
    if choice:
        if use.pk not in facts.governing_use_ids and not declared_when_chosen(choice, use):
            return answer(reasons.NOT_DECLARED, other=facts.governing or "No published policy")
        day = choice.effective_on
        return answer(reasons.EXPRESS, said(choice.request), day=day, since=day)
    if use.mechanism == Use.Mechanism.OPT_IN:
        return answer(reasons.OPT_IN_NEEDED)

    told = [
        t
        for t in facts.told
        if use.pk in t.use_ids
        and (t.delivery.mailed_on is None or facts.spell.since <= t.delivery.mailed_on <= on)
    ]
    good = [t for t in told if t.delivery.mailed_on is not None and not t.missed]
    entry = facts.recorded(use, on)
    closed = [t for t in good if _assume_from(t) <= on]
    in_force = [t for t in closed if expires_after(_mailed_on(t)) >= on]
    if not in_force:
        return _why_nothing_in_force(told, good, closed, answer)
    free = [t for t in in_force if not _incident(facts, t.delivery, on)]
    if not free:
        incident = _incident(facts, in_force[-1].delivery, on)
        assert incident is not None  # noqa: S101  (that is why nothing is free)
        evidence = Evidence("incident", incident.pk, str(incident))
        return answer(reasons.HELD, proof(in_force[-1].delivery), evidence, day=incident.started_on)
    resting = [
        t
        for t in free
        if entry and entry.state == Approval.State.ASSUMED and t.delivery.pk == entry.delivery_id
    ]
    if not resting or entry is None:
        last = free[-1].delivery
        return answer(reasons.NOT_RECORDED, proof(last), day=last.last_objection_day)
    delivery = resting[-1].delivery
    return answer(
        reasons.ASSUMED,
        proof(delivery),
        Evidence("notice text", delivery.text_id, f"SHA-256 {delivery.text.digest}"),
        Evidence("approval", entry.approval_id, f"Assumed, effective {entry.effective_on}"),
        day=delivery.last_objection_day,
        since=entry.effective_on,
        until=expires_after(_mailed_on(resting[-1])),
    )


def _why_nothing_in_force(
    told: list[Told], good: list[Told], closed: list[Told], answer: Any
) -> Decision:
    """Why no notice carries an assumed approval: open window, overdue, on its way, missed, none."""
    if len(good) > len(closed):
        open_now = next(t for t in reversed(good) if t not in closed).delivery
        day = open_now.last_objection_day
        result = answer(
            reasons.WINDOW_OPEN, proof(open_now), day=day, since=open_now.mailed_on, until=day
        )
    elif closed:
        last = closed[-1]
        result = answer(reasons.OVERDUE, proof(last.delivery), day=expires_after(_mailed_on(last)))
    elif any(t.delivery.state in Delivery.PENDING for t in told):
        result = answer(reasons.NOT_MAILED)
    elif told:
        result = answer(reasons.UNDELIVERABLE, *(proof(t.delivery) for t in told))
    else:
        result = answer(reasons.NEVER_NOTICED)
    return result


def _mailed_on(told: Told) -> date:
    assert told.delivery.mailed_on is not None  # noqa: S101  (constraint: sent iff dated)
    return told.delivery.mailed_on


def _assume_from(told: Told) -> date:
    assert told.delivery.assume_from is not None  # noqa: S101  (constraint: sent iff dated)
    return told.delivery.assume_from


def _incident(facts: Facts, delivery: Delivery, on: date) -> Incident | None:
    """An incident that holds back what ``delivery`` would allow (domain.md 5.2)."""
    for incident in facts.incidents:
        if (
            delivery.mailed_on is not None
            and delivery.last_objection_day is not None
            and incident.started_on <= delivery.last_objection_day
            and (incident.ended_on is None or incident.ended_on >= delivery.mailed_on)
            and (incident.released_on is None or incident.released_on > on)
        ):
            return incident
    return None


def said(request: OptOutRequest) -> Evidence:
    """A request as evidence."""
    proof_text = f"; proof: {request.proof}" if request.proof else ""
    return Evidence("opt-out request", request.pk, f"{request}{proof_text}")


def proof(delivery: Delivery) -> Evidence:
    """A delivery as evidence: which notice, which way, when, and what shows that it left."""
    way = delivery.get_channel_display()
    if delivery.outcome:
        fate = f"{delivery.get_outcome_display()}, learnt {delivery.outcome_on}"
    elif delivery.mailed_on:
        fate = f"mailed {delivery.mailed_on} ({delivery.mailing_proof or delivery.server_answer})"
    else:
        fate = delivery.get_state_display().lower()
    return Evidence("delivery", delivery.pk, f"{delivery.campaign.notice}, {way}, {fate}")
