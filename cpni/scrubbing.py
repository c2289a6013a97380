"""Audience scrubbing: what ``decide`` answers for millions of customers, set by set.

One statement reads for each customer of a set which reason they have. It knows what is ordinary:
whoever a waiting request or message may be from, whose service began after the day or has an end,
or whose record changed after it is asked of ``cpni.decisions`` itself, as few are. That both agree
is a property (tests/properties/test_scrubbing.py). A list that was scrubbed is of its day only:
what counts is how a customer stands at the second of the use (64.2009(a)).
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Max, Q

from accounts.civil import add_days
from accounts.models import Customer, Service
from accounts.planner import plan_plainly, sort_in_memory
from cpni import reasons
from cpni.approvals import as_date, as_parameter, held
from cpni.decisions import judge
from cpni.facts import published
from cpni.inbound import consequences
from cpni.jurisdictions import STATE_RULES, STATES, StateRule
from cpni.models import Incident, Recipient, RequestCandidate
from cpni.reasons import BY_CODE, Reason
from cpni.receiving import is_marketing, may_receive
from cpni.standings import gather_many
from notices import consent
from notices.clock import earliest_carrying, expires_after
from notices.models import Campaign, Delivery, PolicyBinding, Use

CHUNK = 20_000  # customers in one statement: fixed costs vanish, and nothing is sorted on disk
ACTIVE = "AND c.status = 'active'"
ASK = "ask"  # what the statement says of whoever is asked of ``decide``
SLICE = 500  # of these at once

FILL = (
    "CREATE TEMPORARY TABLE IF NOT EXISTS scrubbing (customer_id bigint PRIMARY KEY)",
    "DELETE FROM scrubbing",
)


@dataclass(frozen=True)
class Question:
    """What is asked of everybody: as the parameters of ``decide`` have it."""

    use: Use
    on: date
    recipient: Recipient | None = None
    data_classes: tuple[str, ...] = ()
    offered: str = ""


class Scrubbed(NamedTuple):
    """The answer for one customer; ``until`` is the last day on which a yes may be relied on."""

    customer_id: int
    reason: Reason
    until: date | None

    @property
    def allowed(self) -> bool:
        """Whether the use is allowed."""
        return self.reason.verdict is reasons.Verdict.YES


def scrub(customers: Collection[int], question: Question) -> list[Scrubbed]:
    """The answer of ``question`` for each of ``customers``, by their ids, in the ids' order."""
    with transaction.atomic(), connection.cursor() as cursor:
        sort_in_memory()
        for statement in FILL:
            cursor.execute(statement)
        # Our own integers, not parameters: looking for as many marks takes longer than the rest.
        if values := ", ".join(f"({int(pk)})" for pk in set(customers)):
            cursor.execute(f"INSERT INTO scrubbing VALUES {values}")
        # Otherwise the planner takes it to be as large as it was.
        cursor.execute("ANALYZE scrubbing")
        return _answers(question, "IN (SELECT customer_id FROM scrubbing)", "")


def scrub_active(question: Question, *, size: int = CHUNK) -> Iterator[list[Scrubbed]]:
    """The answers for every active customer, in chunks, in the order of their ids."""
    for scope in _ranges(size):
        yield _answers(question, scope, ACTIVE)


def _ranges(size: int) -> Iterator[str]:
    """Ranges of ids, as SQL, that hold every active customer, ``size`` of them in each."""
    low = 0
    while True:
        ids = Customer.objects.active().filter(pk__gt=low).order_by("pk").values_list("pk")[:size]
        last = Customer.objects.filter(pk__in=ids).aggregate(last=Max("pk"))["last"]
        if last is None:
            return
        yield f"BETWEEN {low + 1} AND {int(last)}"
        low = last


def counts(question: Question) -> Counter[str]:
    """How many active customers have each reason, by its code; counted where they are."""
    found: Counter[str] = Counter()
    asking = _Asking(question)
    for scope in _ranges(CHUNK):
        with transaction.atomic(), connection.cursor() as cursor:
            plan_plainly()
            statement = asking.statement(scope, ACTIVE, _doubtful(scope))
            cursor.execute(
                f"SELECT reason, COUNT(*), MIN(id) FROM ({statement}) answers"
                f" GROUP BY reason, CASE WHEN reason = '{ASK}' THEN id END",
                asking.parameters(),
            )
            rows = cursor.fetchall()
        for code, number, _ in rows:
            if code != ASK:
                found[code] += number
        asked = asking.plainly([pk for code, _, pk in rows if code == ASK])
        found.update(answer.reason.code for answer in asked.values())
    return found


def _answers(question: Question, scope: str, among: str) -> list[Scrubbed]:
    """Classify the customers whose id is in ``scope`` (SQL), and ask of whom that is not enough."""
    asking = _Asking(question)
    doubtful = _doubtful(scope)
    with transaction.atomic(), connection.cursor() as cursor:
        plan_plainly()
        cursor.execute(asking.statement(scope, among, doubtful), asking.parameters())
        rows = cursor.fetchall()
    plain = asking.plainly([row[0] for row in rows if row[1] == ASK])
    return [
        plain[pk] if reason == ASK else Scrubbed(pk, BY_CODE[reason], asking.until(reason, *dates))
        for pk, reason, *dates in rows
    ]


def _doubtful(scope: str) -> list[int]:
    """Whoever a request or message that waits may be from, in ``scope``: they are few."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT customer_id FROM {RequestCandidate._meta.db_table} WHERE customer_id {scope}"
        )
        found = {row[0] for row in cursor.fetchall()}
        cursor.execute(consequences.HELD.format(scope=scope))
        found |= {row[0] for row in cursor.fetchall()}
    return sorted(found)


class _Asking:
    """One question, made into SQL: what is the same for everybody is worked out here once."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.policies = published()
        incidents = Incident.objects.filter(Q(released_on=None) | Q(released_on__gt=question.on))
        self.held = held("d") if incidents.exists() else "1 = 0"
        self.rules = [rule for rule in STATE_RULES if rule.since <= question.on]
        self.last_days: dict[tuple[Any, Any, Any], date | None] = {}

    # --- What is the same for everybody ----------------------------------------------------------

    def for_all(self) -> Reason | None:
        """A reason that everybody has, whatever their records say."""
        use, recipient, on = self.question.use, self.question.recipient, self.question.on
        if use.mechanism == Use.Mechanism.PROHIBITED:
            return reasons.PROHIBITED
        if recipient and not recipient.current(on):
            return reasons.RECIPIENT_NOT_CURRENT
        if recipient and not may_receive(recipient, use):
            return reasons.RECIPIENT_DIFFERS
        if not is_marketing(use):
            return reasons.NO_APPROVAL_NEEDED
        return None

    def undeclared(self, version: str) -> str:
        """SQL: why the version with the id ``version`` does not carry the use, or ''."""
        question, said = self.question, []
        for policy in self.policies.versions:
            declared = self.policies.declares(policy, question.use)
            if declared is None:
                code = reasons.NOT_DECLARED.code
            elif question.recipient and not declared.names(question.recipient.name):
                code = reasons.RECIPIENT_NOT_DECLARED.code
            elif not declared.covers(question.data_classes):
                code = reasons.DATA_NOT_DECLARED.code
            else:
                code = ""
            said.append(f"WHEN {policy.pk} THEN '{code}'")
        if not said:
            return f"'{reasons.NOT_DECLARED.code}'"
        return f"CASE {version} {' '.join(said)} ELSE '{reasons.NOT_DECLARED.code}' END"

    def in_force(self, day: str) -> str:
        """SQL: the id of the version in force on ``day``; before the first, the first."""
        versions = self.policies.versions
        if not versions:
            return "NULL"
        later = "".join(
            f" WHEN {day} >= '{version.effective_on:%Y-%m-%d}' THEN {version.pk}"
            for version in reversed(versions[1:])
        )
        return f"CASE{later} ELSE {versions[0].pk} END" if later else str(versions[0].pk)

    # --- The statement ---------------------------------------------------------------------------

    def statement(self, scope: str, among: str, doubtful: Sequence[int]) -> str:
        """The SQL for the customers in ``scope``: (id, reason, mailed on, unverified since,
        discontinued on)."""
        use = self.question.use
        ask = f"c.id IN ({', '.join(map(str, doubtful))})" if doubtful else "1 = 0"
        if reason := self.for_all():
            answer = f"'{reason.code}'"
        elif use.mechanism == Use.Mechanism.NONE:
            answer = self.within_services()
        else:
            answer = self.by_approval(ask)
        # Prohibited, or asked for by nobody's record: an account that was merged is named first.
        merged = "c.status = 'merged' AND c.discontinued_on <= %(on)s"
        bound = "NULL"
        if PolicyBinding.objects.exists():
            bound = (
                "(SELECT b.policy_version_id FROM notices_policybinding b"
                " WHERE b.customer_id = c.id AND b.since BETWEEN c.active_since AND %(on)s"
                " ORDER BY b.since DESC, b.id DESC LIMIT 1)"
            )
        governing = f"COALESCE({bound}, {self.in_force('c.active_since')})"
        campaigns = Campaign.objects.filter(notice__uses=use).values_list("pk", flat=True)
        asked = ", ".join(map(str, campaigns)) or "NULL"
        covers = (
            "r.all_uses"
            if use.mechanism == Use.Mechanism.OPT_OUT
            else ("r.all_uses AND r.wish = 'opt_out'")
        )
        unverified = " OR ".join(self.unverified(rule) for rule in self.rules) or "1 = 0"
        counts = f"{CARRIES} AND NOT ({self.held}) AND NOT ({self.lapsed()})"
        return f"""
WITH chosen AS (
  SELECT c.id, c.status, c.active_since, c.discontinued_on, c.email_notices_since,
    c.email_notices_withdrawn_on, {governing} AS version_id
  FROM accounts_customer c WHERE c.id {scope} {among}
), spoke AS (
  SELECT r.customer_id, r.wish, r.received_on, ROW_NUMBER() OVER (
    PARTITION BY r.customer_id ORDER BY r.received_on DESC, r.id DESC) AS place
  FROM cpni_optoutrequest r JOIN chosen c ON c.id = r.customer_id
  WHERE r.customer_id {scope} AND r.status = 'applied' AND r.effective_on <= %(on)s
    AND (({covers}) OR (NOT r.all_uses AND EXISTS (SELECT 1 FROM cpni_optoutrequest_uses n
      WHERE n.optoutrequest_id = r.id AND n.use_id = {use.pk})))
    AND (r.wish = 'opt_out' OR r.received_on >= c.active_since)
), lives AS (
  SELECT p.customer_id, MIN(p.state) AS state FROM accounts_contactpoint p
  WHERE p.customer_id {scope} AND p.kind = 'post' AND p.state IN ({_listed(STATES)})
    AND p.since <= %(on)s AND (p.until IS NULL OR p.until > %(on)s)
  GROUP BY p.customer_id
), proved AS (
  SELECT v.customer_id, MAX(v.verified_on) AS verified_on FROM cpni_verification v
  WHERE v.customer_id {scope} AND v.verified_on <= %(on)s GROUP BY v.customer_id
), told AS (
  SELECT d.customer_id,
    MAX(CASE WHEN d.state IN ({_listed(Delivery.PENDING)}) THEN 1 ELSE 0 END) AS pending,
    MAX(CASE WHEN {ARRIVED} THEN 1 ELSE 0 END) AS arrived,
    MAX(CASE WHEN {GOOD} AND d.assume_from > %(on)s THEN 1 ELSE 0 END) AS running,
    MAX(CASE WHEN {GOOD} AND d.assume_from <= %(on)s THEN 1 ELSE 0 END) AS closed,
    MAX(CASE WHEN {CARRIES} THEN 1 ELSE 0 END) AS carried,
    MAX(CASE WHEN {CARRIES} AND NOT ({self.held}) THEN 1 ELSE 0 END) AS free,
    MAX(CASE WHEN {counts} THEN 1 ELSE 0 END) AS counting,
    MAX(CASE WHEN {counts} AND a.state = 'assumed' AND a.delivery_id = d.id
      THEN d.mailed_on END) AS rests_on
  FROM notices_delivery d JOIN chosen c ON c.id = d.customer_id
  LEFT JOIN cpni_approval a ON a.customer_id = d.customer_id AND a.use_id = {use.pk}
    AND a.customer_id {scope}
  LEFT JOIN lives z ON z.customer_id = d.customer_id
  LEFT JOIN proved w ON w.customer_id = d.customer_id
  WHERE d.customer_id {scope} AND d.campaign_id IN ({asked}) AND d.state <> 'cancelled'
    AND d.change_id IS NULL AND d.code_id IS NULL AND NOT d.marketing
    AND (d.mailed_on IS NULL OR (d.mailed_on >= c.active_since AND d.mailed_on <= %(on)s))
  GROUP BY d.customer_id
)
SELECT c.id, CASE WHEN {merged} THEN 'merged' WHEN c.active_since > %(on)s THEN '{ASK}'
  ELSE {answer} END AS reason, t.rests_on,
  CASE WHEN t.rests_on IS NOT NULL AND ({unverified}) THEN a.effective_on END AS unverified_since,
  c.discontinued_on
FROM chosen c
LEFT JOIN spoke s ON s.customer_id = c.id AND s.place = 1
LEFT JOIN told t ON t.customer_id = c.id
LEFT JOIN lives z ON z.customer_id = c.id
LEFT JOIN proved w ON w.customer_id = c.id
LEFT JOIN cpni_approval a ON a.customer_id = c.id AND a.use_id = {use.pk} AND a.customer_id {scope}
ORDER BY c.id"""

    def within_services(self) -> str:
        """SQL: marketing within the customer's services."""
        has = (
            "FROM accounts_service v WHERE v.customer_id = c.id"
            f" AND v.category IN ({_listed(Service.TELECOMMUNICATIONS)})"
            " AND v.started_on <= %(on)s AND (v.ended_on IS NULL OR v.ended_on >= %(on)s)"
        )
        undeclared, recipient = self.undeclared("c.version_id"), self.question.recipient
        offered = f" AND v.category = '{self.question.offered}'" if self.question.offered else ""
        shared = ""
        if recipient:
            shared = (
                f" WHEN (SELECT COUNT(DISTINCT v.category) {has}) < 2 THEN 'one_category'"
                f" WHEN NOT EXISTS (SELECT 1 {has} AND v.category IN"
                f" ({_listed(recipient.categories)})) THEN 'not_served_by'"
            )
        return (
            f"CASE WHEN {ENDED} THEN 'discontinued'"
            f" WHEN {undeclared} <> '' THEN {undeclared}"
            f" WHEN NOT EXISTS (SELECT 1 {has}{offered}) THEN 'no_service'{shared}"
            f" WHEN EXISTS (SELECT 1 {has} AND v.ended_on IS NOT NULL) THEN '{ASK}'"
            f" ELSE 'within_services' END"
        )

    def by_approval(self, ask: str) -> str:
        """SQL: what the customer said, or did not say to a notice."""
        now, then = self.undeclared("c.version_id"), self.undeclared(self.in_force("s.received_on"))
        chosen = f"CASE WHEN {now} <> 'not_declared' THEN {now} ELSE {then} END"
        silence = "'opt_in_needed'"
        if self.question.use.mechanism == Use.Mechanism.OPT_OUT:
            silence = f"""CASE
    WHEN {ask} OR a.effective_on > %(on)s THEN '{ASK}'
    WHEN COALESCE(t.carried, 0) = 0 THEN CASE
      WHEN t.customer_id IS NULL THEN 'never_noticed' WHEN t.running = 1 THEN 'window_open'
      WHEN t.closed = 1 THEN 'overdue' WHEN t.pending = 1 THEN 'not_mailed'
      WHEN t.arrived = 1 THEN 'no_consent' ELSE 'undeliverable' END
    WHEN t.free = 0 THEN 'held'
    WHEN t.counting = 0 THEN 'unverified'
    WHEN t.rests_on IS NULL THEN 'not_recorded'
    WHEN {now} <> '' THEN {now}
    ELSE 'assumed' END"""
        return (
            f"CASE WHEN s.wish = 'opt_out' THEN 'opted_out' WHEN {ENDED} THEN 'discontinued'"
            f" WHEN s.wish = 'opt_in' THEN CASE WHEN {ask} THEN '{ASK}'"
            f" WHEN ({chosen}) <> '' THEN ({chosen}) ELSE 'express' END ELSE {silence} END"
        )

    def unverified(self, rule: StateRule, began_on: str = "a.effective_on") -> str:
        """SQL: whether ``rule`` asks for a verification, since ``began_on``, that there is not."""
        return (
            # Of whoever lives elsewhere it is false, and not unknown.
            f"(z.state IS NOT NULL AND z.state = '{rule.state}'"
            f" AND (w.verified_on IS NULL OR w.verified_on < {began_on}))"
        )

    def lapsed(self) -> str:
        """SQL: whether a rule has let lapse, unverified, what the notice ``d`` allowed."""
        on = self.question.on
        return (
            " OR ".join(
                f"(d.assume_from < '{rule.earliest_counting(on)}'"
                f" AND {self.unverified(rule, 'd.assume_from')})"
                for rule in self.rules
            )
            or "1 = 0"
        )

    def parameters(self) -> dict[str, Any]:
        """The parameters of the statement."""
        on = self.question.on
        return {"on": as_parameter(on), "earliest": as_parameter(earliest_carrying(on))}

    # --- What is read from a row -----------------------------------------------------------------

    def until(
        self, reason: str, mailed_on: Any, unverified_since: Any, discontinued_on: Any
    ) -> date | None:
        """The last day of a yes; kept, as there are few days on which one began."""
        if BY_CODE[reason].verdict is not reasons.Verdict.YES:
            return None
        if reason != reasons.ASSUMED.code:
            mailed_on = unverified_since = None
        key = (mailed_on, unverified_since, discontinued_on)
        if key not in self.last_days:
            self.last_days[key] = self.last_day(*key)
        return self.last_days[key]

    def last_day(self, mailed_on: Any, unverified_since: Any, discontinued_on: Any) -> date | None:
        """The soonest of what ends a yes."""
        question, ends = self.question, []
        if mailed_on is not None:
            ends.append(expires_after(as_date(mailed_on)))
        if unverified_since is not None:
            ends += [rule.last_day(as_date(unverified_since)) for rule in self.rules]
        if question.recipient and question.recipient.ended_on:
            ends.append(question.recipient.ended_on)
        if discontinued_on is not None and is_marketing(question.use):
            ends.append(add_days(as_date(discontinued_on), -1))
        return min(ends, default=None)

    def plainly(self, ids: Sequence[int]) -> dict[int, Scrubbed]:
        """What ``decide`` answers for ``ids``."""
        question, found = self.question, {}
        for start in range(0, len(ids), SLICE):
            rows = Customer.objects.filter(pk__in=ids[start : start + SLICE])
            people = list(rows.select_related("merged_into"))
            for pk, facts in gather_many(people, question.on).items():
                decision = judge(
                    facts,
                    question.use,
                    question.on,
                    recipient=question.recipient,
                    data_classes=question.data_classes,
                    offered=question.offered,
                )
                until = decision.until if decision.allowed else None
                found[pk] = Scrubbed(pk, BY_CODE[decision.code], until)
        return found


# Of a notice ``d``: it arrived as far as we know, with consent if it came by e-mail; its window has
# passed and it is not too old.
ARRIVED = "d.mailed_on IS NOT NULL AND d.outcome = ''"
GOOD = f"{ARRIVED} AND NOT {consent.lacking('d', 'c')}"
CARRIES = f"{GOOD} AND d.assume_from <= %(on)s AND d.mailed_on >= %(earliest)s"
ENDED = "c.discontinued_on <= %(on)s"


def _listed(codes: Collection[str]) -> str:
    """``codes`` of our own as SQL, for an IN list."""
    return ", ".join(f"'{code}'" for code in codes) or "NULL"
