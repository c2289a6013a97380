"""Assuming approval where a notice's waiting period has passed without objection: the 33 days.

With ``cpni.approvals`` the only writer of ``Approval``. It can run twice, at once, or a week late:
dates come from the deliveries and the requests, never from when the job ran.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts import history
from accounts.models import Carrier, ContactPoint, Customer, Run, User
from accounts.runs import run as job_run
from cpni import optouts
from cpni.approvals import (
    as_date,
    as_parameter,
    end_groundless,
    held,
    lapsed,
    may_have_objected,
    spread_choices,
    suspend_stale,
)
from cpni.inbound import consequences, mailbox
from cpni.jurisdictions import STATES
from cpni.models import Approval, RequestCandidate
from notices import consent
from notices.clock import earliest_carrying
from notices.models import Campaign, Notice, PolicyBinding

JOB = "assume approvals"
# Customers in one transaction: large enough that fixed costs vanish (20,000 approvals a second on
# PostgreSQL on two cores), small enough that nobody waits long for a locked row.
CHUNK = 5_000

ASSUME = "assume"
ALREADY = "already"
# What the report says of the deliveries that were left alone, in the order in which they are asked.
LEFT_ALONE = {
    "discontinued": "Discontinued or merged customer",
    "opt_in_needed": "Use needs opt-in",
    "denied": "Customer opted out",
    "express": "Customer expressly approved",
    "undeliverable": "Notice did not reach the customer",
    "not_mailed": "Not mailed yet",
    "no_consent": "E-mailed without the customer's consent to that",
    "earlier_service": "Notice belongs to an earlier period of service",
    "not_yet": "Waiting period still runs",
    "overdue": "Notice older than two years",
    "held": "Held by an incident",
    "open_request": "May have objected: a request waits to be matched",
    "unverified": "Not verified in time, as their state asks",
    "unread": "A message of theirs waits to be read",
    "mailbox": "The mailbox has not been read since their last day",
    ALREADY: "Assumed already",
}


# Classifying costs about as much as writing, so each chunk is classified once and the result kept.
KEEP = (
    "CREATE TEMPORARY TABLE IF NOT EXISTS assuming (customer_id bigint, use_id bigint,"
    " delivery_id bigint, assume_from date, reason varchar(20))",
    "CREATE INDEX IF NOT EXISTS assuming_pair ON assuming (customer_id, use_id)",
    "DELETE FROM assuming",
)

# Why each notice to each customer of a chunk leads, or does not lead, to an assumption. The range
# is given for every table, or PostgreSQL reads the whole of each one again for every chunk.
JUDGE = f"""
INSERT INTO assuming
SELECT d.customer_id, nu.use_id, d.id, d.assume_from, CASE
  WHEN c.status <> 'active' THEN 'discontinued'
  WHEN u.mechanism <> 'opt_out' THEN 'opt_in_needed'
  WHEN a.state = 'denied' THEN 'denied'
  WHEN a.state = 'express' THEN 'express'
  WHEN d.outcome <> '' OR d.state IN ('failed', 'unreachable') THEN 'undeliverable'
  WHEN d.mailed_on IS NULL THEN 'not_mailed'
  WHEN {consent.lacking("d", "c")} THEN 'no_consent'
  WHEN d.mailed_on < c.active_since THEN 'earlier_service'
  WHEN d.assume_from > %(on)s THEN 'not_yet'
  WHEN d.mailed_on < %(earliest)s THEN 'overdue'
  WHEN {held("d")} THEN 'held'
  WHEN a.state = 'assumed' AND e.outcome = '' AND e.mailed_on >= d.mailed_on
    AND NOT {held("e")} AND NOT {consent.lacking("e", "c")} THEN 'already'
  WHEN d.last_objection_day >= %(read_until)s THEN 'mailbox'
  ELSE 'assume' END
FROM notices_delivery d
JOIN notices_campaign k ON k.id = d.campaign_id
JOIN notices_notice_uses nu ON nu.notice_id = k.notice_id
JOIN notices_use u ON u.id = nu.use_id
JOIN accounts_customer c ON c.id = d.customer_id AND c.id BETWEEN %(low)s AND %(high)s
LEFT JOIN cpni_approval a ON a.customer_id = d.customer_id AND a.use_id = nu.use_id
  AND a.customer_id BETWEEN %(low)s AND %(high)s
LEFT JOIN notices_delivery e ON e.id = a.delivery_id
  AND e.customer_id BETWEEN %(low)s AND %(high)s
WHERE d.customer_id BETWEEN %(low)s AND %(high)s AND d.state <> 'cancelled'
"""

# Whoever may have objected is held, until a person has found out whose request it is. From
# the few requests that wait to the chunk, so that it costs nothing where nobody has written.
HOLD_CANDIDATES = f"""
UPDATE assuming SET reason = 'open_request' FROM notices_delivery d
WHERE d.id = assuming.delivery_id AND assuming.reason IN ('assume', 'already')
  AND assuming.customer_id IN (SELECT q.customer_id FROM cpni_requestcandidate q
    WHERE q.customer_id BETWEEN %(low)s AND %(high)s)
  AND {may_have_objected("d")}
"""

# What a state has let lapse is assumed again only once it is verified. From the addresses in such
# a state to the chunk.
LAPSE = f"""
UPDATE assuming SET reason = 'unverified' FROM notices_delivery d
WHERE d.id = assuming.delivery_id AND assuming.reason IN ('assume', 'already')
  AND assuming.customer_id IN (SELECT p.customer_id FROM accounts_contactpoint p
    WHERE p.customer_id BETWEEN %(low)s AND %(high)s
      AND p.state IN ({", ".join(map(repr, STATES))}))
  AND ({{lapsed}})
"""

# Leave one row for each customer and use: a notice to assume from, else the newest.
KEEP_ONE = """
DELETE FROM assuming WHERE EXISTS (SELECT 1 FROM assuming better
  WHERE better.customer_id = assuming.customer_id AND better.use_id = assuming.use_id
  AND CASE WHEN (better.reason = 'assume') = (assuming.reason = 'assume')
    THEN better.delivery_id > assuming.delivery_id ELSE better.reason = 'assume' END)
"""

# The guard on the conflict is asked of the row as it is when it is locked, so an opt-out that is
# committed while this statement runs is not overwritten.
ASSUME_CHUNK = """
INSERT INTO cpni_approval
  (customer_id, use_id, state, effective_on, because, delivery_id, run_id, version)
SELECT customer_id, use_id, 'assumed', assume_from, %(because)s, delivery_id, %(run)s, 1
FROM assuming WHERE reason = 'assume'
ON CONFLICT (customer_id, use_id) DO UPDATE SET
  state = excluded.state, effective_on = excluded.effective_on, because = excluded.because,
  delivery_id = excluded.delivery_id, request_id = NULL, run_id = excluded.run_id,
  version = cpni_approval.version + 1
WHERE cpni_approval.state NOT IN ('denied', 'express')
  AND (cpni_approval.state <> 'assumed' OR cpni_approval.delivery_id <> excluded.delivery_id)
"""

# Whoever was told of a changed policy and did not object is moved to it, from the day on which it
# governs them. Only ever onwards: never to a version as old as the one that they are under on that
# day, or older, be that the one in force when their present service began, one that they accepted
# on a call since, or another one whose waiting period has passed (``further`` is asked of these).
BIND_CHUNK = f"""
INSERT INTO notices_policybinding (customer_id, policy_version_id, since, delivery_id)
WITH told AS (
  SELECT d.customer_id, v.id AS version_id, v.effective_on, c.active_since,
    MIN(d.id) AS delivery_id, MIN(CASE
      WHEN d.assume_from < v.effective_on THEN v.effective_on ELSE d.assume_from END) AS since
  FROM notices_delivery d
  JOIN notices_campaign k ON k.id = d.campaign_id
  JOIN notices_notice n ON n.id = k.notice_id
  JOIN notices_policyversion v ON v.id = n.policy_version_id
  JOIN accounts_customer c ON c.id = d.customer_id
  WHERE n.kind = 'policy_change' AND d.customer_id BETWEEN %(low)s AND %(high)s
    AND d.state = 'sent' AND d.outcome = '' AND d.assume_from <= %(on)s
    AND v.effective_on <= %(on)s AND c.status = 'active' AND d.mailed_on >= c.active_since
    AND NOT EXISTS (SELECT 1 FROM cpni_optoutrequest r WHERE r.customer_id = d.customer_id
      AND r.status = 'applied' AND r.wish = 'opt_out' AND r.received_on >= d.mailed_on)
    AND NOT EXISTS (SELECT 1 FROM notices_telephonetask t WHERE t.customer_id = d.customer_id
      AND t.policy_version_id = v.id AND t.answer = 'refused')
    AND NOT EXISTS (SELECT 1 FROM notices_policybinding b WHERE b.customer_id = d.customer_id
      AND b.policy_version_id = v.id)
    AND d.last_objection_day < %(read_until)s
    AND NOT {held("d")} AND NOT {may_have_objected("d")}
    AND d.customer_id NOT IN ({consequences.HELD.format(scope="BETWEEN %(low)s AND %(high)s")})
  GROUP BY d.customer_id, v.id, v.effective_on, c.active_since
), onwards AS (
  SELECT * FROM told WHERE told.effective_on > COALESCE(
    (SELECT w.effective_on FROM notices_policybinding b
      JOIN notices_policyversion w ON w.id = b.policy_version_id
      WHERE b.customer_id = told.customer_id
        AND b.since BETWEEN told.active_since AND told.since
      ORDER BY b.since DESC, b.id DESC LIMIT 1),
    (SELECT MAX(w.effective_on) FROM notices_policyversion w
      WHERE w.status = 'published' AND w.effective_on <= told.active_since),
    (SELECT MIN(w.effective_on) FROM notices_policyversion w WHERE w.status = 'published'))
)
SELECT customer_id, version_id, since, delivery_id FROM onwards
WHERE NOT EXISTS (SELECT 1 FROM onwards further WHERE further.customer_id = onwards.customer_id
  AND further.effective_on > onwards.effective_on AND further.since <= onwards.since)
ON CONFLICT (customer_id, policy_version_id) WHERE call_id IS NULL DO NOTHING
"""


@dataclass
class Report:
    """What a run of the daily job did, or would do, by reason; all numbers count approvals."""

    on: date
    assumed: int = 0
    ended: int = 0
    suspended: int = 0
    moved_to_policy: int = 0
    left_alone: Counter[str] = field(default_factory=Counter)

    def as_json(self) -> dict[str, Any]:
        """The report as plain values; reasons by their codes."""
        return {
            "on": self.on.isoformat(),
            "assumed": self.assumed,
            "ended": self.ended,
            "suspended": self.suspended,
            "moved_to_policy": self.moved_to_policy,
            "left_alone": dict(sorted(self.left_alone.items())),
        }


def assume_due(
    *, on: date, by: User | None = None, progress: Callable[[int], object] | None = None
) -> Report:
    """Assume approval wherever a waiting period has passed by the civil day ``on``.

    0. Look again for whom each request that waits to be matched may come from: they are held.
    1. End what service, a returned notice or an earlier period of service has ended; suspend what
       is older than two years, was not verified as a state asks, or is held, by an incident or by a
       request that may be the customer's.
    2. Spread opt-outs "for all uses" to uses that were added since.
    3. In chunks of customers, each its own transaction: assume what is due, with history; move
       customers who were told of a changed policy, and did not object, to that version.

    Only notices whose ``assume_from`` is ``on`` or earlier count, so the customer's last day stays
    the customer's (64.2008(d)(1)). Running it again, or by two workers at once, changes nothing
    more. ``progress`` is told the number of customers that are done. Returns the counts.
    """
    report = Report(on=on)
    with job_run(JOB, for_day=on, by=by) as run:
        optouts.keep_all_candidates()
        report.ended = end_groundless(run, on=on, by=by)
        report.suspended = suspend_stale(run, on=on, by=by)
        spread_choices(on=on, by=by)
        # Most days nobody was told of a changed policy: then nobody need be looked for.
        told = Campaign.objects.filter(notice__kind=Notice.Kind.POLICY_CHANGE).exists()
        for low, high, size in customer_chunks():
            with transaction.atomic():
                _assume_chunk(run, on, low, high, report, by)
                if told:
                    _bind_chunk(run, on, low, high, report, by)
            if progress:
                progress(size)
        run.counts = report.as_json()
    return report


def _classify(on: date, low: int, high: int) -> Counter[str]:
    """Fill the temporary table ``assuming`` for one chunk of customers. Returns counts by reason.

    Writes to no other table, so that a forecast may call it too.
    """
    with connection.cursor() as cursor:
        for statement in KEEP:
            cursor.execute(statement)
        cursor.execute(JUDGE, _values(on, low, high))
        if RequestCandidate.objects.filter(customer__gte=low, customer__lte=high).exists():
            cursor.execute(HOLD_CANDIDATES, _values(on, low, high))
        here = ContactPoint.objects.filter(customer__gte=low, customer__lte=high)
        if here.filter(kind=ContactPoint.Kind.POST, state__in=STATES).exists():
            cursor.execute(LAPSE.format(lapsed=lapsed("d", on)), _values(on, low, high))
        _hold_unread(low, high)
        cursor.execute(KEEP_ONE)
        cursor.execute("SELECT reason, COUNT(*) FROM assuming GROUP BY reason")
        return Counter(dict(cursor.fetchall()))


def _hold_unread(low: int, high: int) -> None:
    """Assume nothing for customers of whom a message waits to be read: it may object.

    Asked once for the chunk: a condition on each of its rows would cost a tenth of the whole.
    """
    if unread := consequences.held(low, high):
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE assuming SET reason = 'unread' WHERE reason = 'assume'"
                f" AND customer_id IN ({', '.join(map(str, unread))})"
            )


def _assume_chunk(run: Run, on: date, low: int, high: int, report: Report, by: User | None) -> None:
    because = "Waiting period passed without objection"
    counts = _classify(on, low, high)
    counts.pop(ASSUME, None)
    report.left_alone.update(counts)
    with connection.cursor() as cursor:
        cursor.execute(ASSUME_CHUNK, {"because": because, "run": run.pk})
        assumed = cursor.rowcount
    if assumed:
        history.record_rows(
            Approval,
            "t.customer_id BETWEEN %s AND %s AND t.run_id = %s AND t.state = 'assumed'",
            [low, high, run.pk],
            kind="(CASE WHEN t.version = 1 THEN '+' ELSE '~' END)",
            by=by,
            because=f"{because} ({run})",
            at=timezone.now(),
        )
    report.assumed += assumed


def _bind_chunk(run: Run, on: date, low: int, high: int, report: Report, by: User | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(BIND_CHUNK, _values(on, low, high))
        moved = cursor.rowcount
    if not moved:
        return
    report.moved_to_policy += moved
    history.record_rows(
        PolicyBinding,
        "t.customer_id BETWEEN %s AND %s AND NOT EXISTS"
        " (SELECT 1 FROM notices_historicalpolicybinding h WHERE h.id = t.id)",
        [low, high],
        kind="+",
        by=by,
        because=f"Told of the changed policy and did not object ({run})",
        at=timezone.now(),
    )


@dataclass(frozen=True)
class Due:
    """One approval that a run on a day would assume."""

    account_number: str
    name: str
    use: str
    assume_from: date
    delivery_id: int


def due(*, on: date) -> Iterator[Due]:
    """Whom a run on the civil day ``on`` would assume approval for, as things stand now."""
    for low, high, _ in customer_chunks():
        _classify(on, low, high)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT c.account_number, c.name, u.code, z.assume_from, z.delivery_id"
                " FROM assuming z JOIN accounts_customer c ON c.id = z.customer_id"
                " JOIN notices_use u ON u.id = z.use_id WHERE z.reason = 'assume'"
                " ORDER BY c.id, u.id"
            )
            rows = cursor.fetchall()
        for account, name, use, assume_from, delivery in rows:
            yield Due(account, name, use, as_date(assume_from), delivery)


def forecast(*, on: date) -> Report:
    """What :func:`assume_due` would count on the civil day ``on``; changes no record."""
    report = Report(on=on)
    for low, high, _ in customer_chunks():
        report.left_alone.update(_classify(on, low, high))
    report.assumed = report.left_alone.pop(ASSUME, 0)
    return report


def customer_chunks(size: int = CHUNK) -> Iterator[tuple[int, int, int]]:
    """Ranges of customer ids, (lowest, highest, number of customers), that cover everyone."""
    low = 0
    while True:
        ids = Customer.objects.filter(pk__gt=low).order_by("pk").values_list("pk", flat=True)
        chunk = list(ids[:size])
        if not chunk:
            return
        yield chunk[0], chunk[-1], len(chunk)
        low = chunk[-1]


def _values(on: date, low: int, high: int) -> dict[str, Any]:
    """What the statements of one chunk are given."""
    return {
        "on": as_parameter(on),
        "earliest": as_parameter(earliest_carrying(on)),
        "read_until": as_parameter(_read_until(on)),
        "low": low,
        "high": high,
    }


def _read_until(on: date) -> date:
    """Whose last day is before this one has no objection that lies unread in the mailbox.

    With none, and for days to come, nothing is held for it.
    """
    if not settings.MAILBOX or on > Carrier.today():
        return date.max
    return mailbox.read_until() or date.min
