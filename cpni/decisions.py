"""May we? One answer, with its reason, the rule's section and the records that prove it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, ClassVar

from accounts.civil import add_days, in_words
from accounts.models import Customer, Service
from cpni import reasons
from cpni.facts import Choice, Entry, Facts, Told, gather
from cpni.jurisdictions import rule_for
from cpni.knowledge import as_known, recipient_as_known
from cpni.models import Approval, Incident, OptOutRequest, Recipient, Verification
from cpni.proofs import Evidence, proof, said, served, text_of
from cpni.reasons import Reason, Verdict
from cpni.receiving import is_marketing, may_receive
from notices import consent
from notices.clock import expires_after
from notices.models import Delivery, PolicyUse, Use


@dataclass(frozen=True)
class Decision:
    """The answer for one customer, one use and one day.

    ``since`` is the first day of the state that the answer rests on. ``until`` is the last day on
    which the answer can be relied on (YES), or the customer's last day to object (NOT_YET).
    ``recipient``, ``data_classes`` and ``offered`` are those that were asked about. ``known_at`` is
    the instant up to which our records were read; None is now.
    """

    customer: Customer
    use: Use
    on: date
    reason: Reason
    sentence: str
    since: date | None
    until: date | None
    evidence: tuple[Evidence, ...]
    recipient: Recipient | None = None
    data_classes: tuple[str, ...] = ()
    known_at: datetime | None = None
    offered: str = ""

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
            "known_at": self.known_at.isoformat() if self.known_at else None,
            "recipient": self.recipient.name if self.recipient else None,
            "data_classes": list(self.data_classes),
            "offered": self.offered or None,
            "allowed": self.allowed,
            "verdict": str(self.verdict),
            "reason": self.code,
            "sentence": self.sentence,
            "section": self.section,
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
            "evidence": [{"kind": e.kind, "id": e.id, "says": e.says} for e in self.evidence],
        }


def decide(
    customer: Customer,
    use: Use,
    *,
    on: date,
    recipient: Recipient | None = None,
    data_classes: Collection[str] = (),
    offered: str = "",
    known_at: datetime | None = None,
) -> Decision:
    """May ``customer``'s CPNI be put to ``use`` on the civil day ``on`` of the carrier's zone?

    The order is that of domain.md 14.1. ``recipient`` is who would receive it, of the register;
    left out, whoever is of the kind that the use names. ``data_classes`` are those that would be
    used (``PolicyUse.DataClass``); left out, whatever the policy declares. ``offered`` is the
    category (of ``Service.TELECOMMUNICATIONS``) that marketing within their services offers: they
    must have it, or approval is needed (64.2005(b)); left out, any that they have. ``on`` may be
    past: the answer is then what was true on that day, as far as we know now, or as far as we had
    recorded at the aware instant ``known_at``. Whether the customer may be *contacted* is another
    question: see ``cpni.contacting``.
    """
    if known_at is None:
        facts = gather(customer, on)
    else:
        facts = as_known(customer, on, known_at)
        recipient = recipient and recipient_as_known(recipient, known_at)
    decision = judge(
        facts, use, on, recipient=recipient, data_classes=data_classes, offered=offered
    )
    return replace(decision, known_at=known_at)


def standing(customer: Customer, *, on: date) -> list[Decision]:
    """The decisions for every use that needs the customer's approval."""
    return judge_all(gather(customer, on), on)


def judge_all(facts: Facts, on: date) -> list[Decision]:
    """The same from ``facts`` that were gathered for the same day."""
    uses = Use.objects.filter(mechanism__in=Use.NEED_APPROVAL)
    return [judge(facts, use, on) for use in uses]


def judge(
    facts: Facts,
    use: Use,
    on: date,
    *,
    recipient: Recipient | None = None,
    data_classes: Collection[str] = (),
    offered: str = "",
) -> Decision:
    """Decide from ``facts`` that were gathered for the same day: the first step that answers."""
    case = _Case(facts, use, on, recipient, tuple(data_classes), offered)
    for step in _Case.STEPS:
        if answer := step(case):
            return answer
    raise AssertionError("the last step always answers")


@dataclass(frozen=True)
class _Case:
    """One question, and the steps by which it is answered, in the order of domain.md 14.1."""

    facts: Facts
    use: Use
    on: date
    recipient: Recipient | None
    data_classes: tuple[str, ...]
    offered: str

    def answer(
        self,
        reason: Reason,
        *evidence: Evidence,
        day: date | None = None,
        other: object = "",
        since: date | None = None,
        until: date | None = None,
    ) -> Decision:
        sentence = reason.sentence.format(day=in_words(day) if day else "", other=other)
        if reason.verdict is Verdict.YES:
            until = self.soonest(until)
        return Decision(
            self.facts.customer,
            self.use,
            self.on,
            reason,
            sentence,
            since,
            until,
            evidence,
            recipient=self.recipient,
            data_classes=self.data_classes,
            offered=self.offered,
        )

    def soonest(self, until: date | None) -> date | None:
        """The last day of a yes: ``until``, or that of the contract or the service if sooner."""
        ends = [until, self.recipient.ended_on if self.recipient else None]
        spell = self.facts.spell
        if spell and spell.ended_on and is_marketing(self.use):
            ends.append(add_days(spell.ended_on, -1))  # on the day it ends it has ended
        return min((day for day in ends if day), default=None)

    # --- What no approval decides ----------------------------------------------------------------

    def merged(self) -> Decision | None:
        """Of an account that was merged, the other one is asked about."""
        customer = self.facts.customer
        if customer.merged_into is None or not _ended_by(customer.discontinued_on, self.on):
            return None
        return self.answer(reasons.MERGED, other=customer.merged_into.account_number)

    def prohibited(self) -> Decision | None:
        """Tracking calls to competitors: never."""
        if self.use.mechanism == Use.Mechanism.PROHIBITED:
            return self.answer(reasons.PROHIBITED)
        return None

    def received_by(self) -> Decision | None:
        """A recipient must be under contract that day, and what the use is about."""
        recipient = self.recipient
        if recipient is None:
            return None
        if not recipient.current(self.on):
            return self.answer(reasons.RECIPIENT_NOT_CURRENT, other=recipient)
        if not may_receive(recipient, self.use):
            is_what = recipient.get_relationship_display().lower()
            return self.answer(reasons.RECIPIENT_DIFFERS, other=f"{recipient} is: {is_what}")
        return None

    def not_marketing(self) -> Decision | None:
        """Service, billing, fraud, the law, an emergency: yes."""
        return None if is_marketing(self.use) else self.answer(reasons.NO_APPROVAL_NEEDED)

    def no_customer(self) -> Decision | None:
        """Before the first service."""
        return None if self.facts.spell else self.answer(reasons.NOT_A_CUSTOMER)

    def objected(self) -> Decision | None:
        """An opt-out stands, also after the service ended."""
        choice = self.facts.choice(self.use, self.on)
        if self.use.needs_approval and choice and choice.request.wish == OptOutRequest.Wish.OPT_OUT:
            day = choice.effective_on
            return self.answer(reasons.OPTED_OUT, said(choice.request), day=day, since=day)
        return None

    def discontinued(self) -> Decision | None:
        """Approvals end with the service."""
        ended = self.facts.spell and self.facts.spell.ended_on
        if ended and ended <= self.on:
            return self.answer(reasons.DISCONTINUED, day=ended, since=ended)
        return None

    def within_services(self) -> Decision | None:
        """Marketing within a category that the customer has; by an affiliate, only with two."""
        if self.use.mechanism != Use.Mechanism.NONE:
            return None
        if undeclared := self.undeclared(self.facts.declared(self.use)):
            return undeclared
        if unserved := self.unserved(self.facts.services):
            return unserved
        has = [s for s in self.facts.services if self.offered in ("", s.category)]
        evidence = [served(service) for service in has]
        if policy := self.facts.governing:
            evidence.append(Evidence("policy version", policy.pk, str(policy)))
        services, until = self.facts.services, None
        for day in sorted({service.ended_on for service in services if service.ended_on}):
            services = tuple(s for s in services if s.ended_on is None or s.ended_on > day)
            if self.unserved(services):
                until = day
                break
        return self.answer(reasons.SERVES_CATEGORY, *evidence, until=until)

    def unserved(self, services: Collection[Service]) -> Decision | None:
        """Why a customer who has ``services`` has none to which the use belongs."""
        categories, recipient = {service.category for service in services}, self.recipient
        if not categories or (self.offered and self.offered not in categories):
            return self.answer(reasons.NO_SERVICE)
        if recipient and len(categories) < 2:
            return self.answer(reasons.ONE_CATEGORY)
        if recipient and not categories.intersection(recipient.categories):
            return self.answer(reasons.NOT_SERVED_BY, other=recipient)
        return None

    # --- What the customer's approval decides ----------------------------------------------------

    def expressly_approved(self) -> Decision | None:
        """The customer opted in; under the policy of that day, or the one they are under now."""
        choice = self.facts.choice(self.use, self.on)
        if choice is None:
            return None
        declared = self.facts.declared(self.use) or self.facts.declared_when_chosen(
            choice, self.use
        )
        if undeclared := self.undeclared(declared):
            return undeclared
        if waits := self.may_have_objected(choice):
            return self.held_for(waits, said(choice.request))
        day = choice.effective_on
        return self.answer(reasons.EXPRESS, said(choice.request), day=day, since=day)

    def needs_opt_in(self) -> Decision | None:
        """Silence approves no use that needs an opt-in."""
        if self.use.mechanism == Use.Mechanism.OPT_IN:
            return self.answer(reasons.OPT_IN_NEEDED)
        return None

    def told_and_silent(self) -> Decision:
        """Approval by silence: a notice that arrived, whose window has passed, unbroken."""
        facts, on = self.facts, self.on
        told = self.told()
        arrived = [t for t in told if t.delivery.mailed_on is not None and not t.missed]
        good = [t for t in arrived if consent.counts(t.delivery, facts.customer)]
        closed = [t for t in good if _assume_from(t) <= on]
        in_force = [t for t in closed if expires_after(_mailed_on(t)) >= on]
        if not in_force:
            return self.nothing_in_force(told, arrived, good, closed)
        free = [t for t in in_force if not _incident(facts, t.delivery, on)]
        if not free:
            incident = _incident(facts, in_force[-1].delivery, on)
            assert incident is not None  # noqa: S101  (that is why nothing is free)
            evidence = Evidence("incident", incident.pk, str(incident))
            return self.answer(
                reasons.HELD, proof(in_force[-1].delivery), evidence, day=incident.started_on
            )
        if waits := self.may_have_objected():
            return self.held_for(waits, proof(free[-1].delivery))
        counting = [t for t in free if self.last_day(t) >= on]
        if not counting:
            return self.lapsed(free[-1])
        entry = facts.recorded(self.use, on)
        assumed = entry if entry and entry.state == Approval.State.ASSUMED else None
        resting = [t for t in counting if assumed and t.delivery.pk == assumed.delivery_id]
        if assumed is None or not resting:
            return self.not_recorded(counting[-1].delivery)
        # Silence approves a use, not another policy: until they are under a version that declares
        # it, or after they took that back, the earlier promise holds.
        if undeclared := self.undeclared(facts.declared(self.use)):
            return undeclared
        return self.assumed(resting[-1], assumed)

    def may_have_objected(self, since: Choice | None = None) -> OptOutRequest | None:
        """An opt-out waits to be matched that may be this customer's, whatever it is about.

        It counts from its receipt at any time (64.2007(a)(2)), so until a person has decided whose
        it is, nothing is used that it may end, unless the customer chose ``since``.
        """
        for request in self.facts.open_requests:
            older = since and (request.received_on, request.pk) < (
                since.request.received_on,
                since.request.pk,
            )
            if request.received_on <= self.on and not older:
                return request
        return None

    def held_for(self, request: OptOutRequest, ground: Evidence) -> Decision:
        """What rests on ``ground`` is held until ``request`` is matched."""
        return self.answer(reasons.OPEN_REQUEST, ground, said(request), other=request.reference)

    def told(self) -> list[Told]:
        """Notices of this period of service that asked for this use, and were not mailed later."""
        since = self.facts.spell.since if self.facts.spell else self.on
        return [
            t
            for t in self.facts.told
            if self.use.pk in t.use_ids
            and (t.delivery.mailed_on is None or since <= t.delivery.mailed_on <= self.on)
        ]

    def nothing_in_force(
        self, told: list[Told], arrived: list[Told], good: list[Told], closed: list[Told]
    ) -> Decision:
        """Why no notice carries an approval: open window, overdue, on its way, missed, none."""
        if len(good) > len(closed):
            open_now = next(t for t in reversed(good) if t not in closed).delivery
            day = open_now.last_objection_day
            return self.answer(
                reasons.WINDOW_OPEN, proof(open_now), day=day, since=open_now.mailed_on, until=day
            )
        if closed:
            last = closed[-1]
            day = expires_after(_mailed_on(last))
            return self.answer(reasons.OVERDUE, proof(last.delivery), day=day)
        if any(t.delivery.state in Delivery.PENDING for t in told):
            return self.answer(reasons.NOT_MAILED)
        if arrived:
            sent = arrived[-1].delivery
            return self.answer(reasons.NO_CONSENT, proof(sent), day=sent.mailed_on)
        if told:
            return self.answer(reasons.UNDELIVERABLE, *(proof(t.delivery) for t in told))
        return self.answer(reasons.NEVER_NOTICED)

    def not_recorded(self, last: Delivery) -> Decision:
        """Why the daily job has not assumed it: a message waits to be read, or it has not run."""
        for waiting in self.facts.messages:
            if waiting.received_on <= self.on:
                evidence = Evidence("message", waiting.id, f"Received {waiting.received_on}")
                return self.answer(reasons.UNREAD, proof(last), evidence, day=waiting.received_on)
        return self.answer(reasons.NOT_RECORDED, proof(last), day=last.last_objection_day)

    def undeclared(self, declared: PolicyUse | None) -> Decision | None:
        """What the policy has not promised: this use, for this recipient, of these data."""
        policy = self.facts.governing or "No published policy"
        if declared is None:
            return self.answer(reasons.NOT_DECLARED, other=policy)
        if self.recipient and not declared.names(self.recipient.name):
            return self.answer(reasons.RECIPIENT_NOT_DECLARED, other=declared.policy_version)
        if not declared.covers(self.data_classes):
            return self.answer(reasons.DATA_NOT_DECLARED, other=declared.policy_version)
        return None

    def verification(self, told: Told) -> Verification | None:
        """How the customer verified last what they had approved by silence to that notice."""
        began_on = _assume_from(told)
        verified = [v for v in self.facts.verifications if began_on <= v.verified_on]
        return verified[-1] if verified else None

    def last_day(self, told: Told) -> date:
        """The last day on which a notice carries approval, as far as the customer's state lets it
        stand (``cpni.jurisdictions``)."""
        until = expires_after(_mailed_on(told))
        rule = rule_for(self.facts.state, self.on)
        if rule and self.verification(told) is None:
            until = min(until, rule.last_day(_assume_from(told)))
        return until

    def lapsed(self, told: Told) -> Decision:
        """What was approved by silence was not verified in time, as the state asks."""
        rule = rule_for(self.facts.state, self.on)
        assert rule is not None  # noqa: S101  (no other rule ends a notice that is in force)
        reason = replace(reasons.UNVERIFIED, section=rule.section)
        evidence = (proof(told.delivery), text_of(told.delivery))
        return self.answer(reason, *evidence, day=self.last_day(told), other=rule.name)

    def assumed(self, told: Told, entry: Entry) -> Decision:
        """Approved by silence, as the daily job recorded it in ``entry``."""
        delivery = told.delivery
        evidence = [
            proof(delivery),
            text_of(delivery),
            Evidence("approval", entry.approval_id, f"Assumed, effective {entry.effective_on}"),
        ]
        if rule_for(self.facts.state, self.on) and (verified := self.verification(told)):
            evidence.append(Evidence("verification", verified.pk, str(verified)))
        return self.answer(
            reasons.ASSUMED,
            *evidence,
            day=delivery.last_objection_day,
            since=entry.effective_on,
            until=self.last_day(told),
        )

    STEPS: ClassVar[tuple[Callable[["_Case"], Decision | None], ...]] = (
        merged,
        prohibited,
        received_by,
        not_marketing,
        no_customer,
        objected,
        discontinued,
        within_services,
        expressly_approved,
        needs_opt_in,
        told_and_silent,
    )


def _ended_by(day: date | None, on: date) -> bool:
    return day is None or day <= on


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
