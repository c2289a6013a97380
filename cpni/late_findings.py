"""Look back: uses of CPNI that what we know now would not have allowed, for the officer to settle.

A late objection, a notice that came back, a match that was taken back, an incident or a corrected
record changes what was so on a past day. The hourly job asks ``decide`` again, for the day of each
use, of every customer whose records were touched since its last run: a verb that forgets to call it
is found all the same. The only writer of ``LateFinding``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import groupby

from django.db import transaction
from django.db.models import Min, Q, QuerySet

from accounts import history, runs
from accounts.errors import Refused
from accounts.models import ContactPoint, Customer, Run, Service, User
from accounts.permissions import require
from cpni import reasons
from cpni.decisions import Decision, judge
from cpni.models import (
    Approval,
    Disclosure,
    Incident,
    LateFinding,
    OptOutRequest,
    Recipient,
    Verification,
)
from cpni.standings import gather_many
from notices.models import Delivery, PolicyBinding, PolicyVersion

JOB = "look back at uses"
SETTLE = "cpni.settle_latefinding"
CHUNK = 500  # uses of one day that are decided upon at once, in a fixed number of queries
OPT_OUT = OptOutRequest.Wish.OPT_OUT
# A row of history is dated before it is committed, and looking twice finds nothing twice.
OVERLAP = timedelta(hours=6)
# Nothing is known yet: when it is, the record of it is touched.
UNDECIDED = frozenset({reasons.OPEN_REQUEST.code, reasons.UNREAD.code})


def run(*, at: datetime) -> Run:
    """Look at everything that was touched since the last run that finished; at first, at all."""
    done = Run.objects.filter(name=JOB, error="", finished_at__isnull=False)
    last = done.order_by("-started_at").first()
    since = last.started_at - OVERLAP if last else None
    with runs.run(JOB) as row:
        row.counts = look_back(to_look_at(since), at=at)
    return row


def to_look_at(since: datetime | None) -> QuerySet[Disclosure]:
    """Uses whose decision may be another by what was recorded since ``since``; None is all.

    What a customer consented to on a call (64.2008(f)) ends with the call, and what the law or the
    customer asked for needs no approval: neither is among them.
    """
    all_uses = Disclosure.objects.exclude(reason=reasons.ONE_TIME.code).filter(requested=None)
    if since is None:
        return all_uses
    return all_uses.filter(
        Q(customer__in=_touched(since))
        | _by_all(since)
        | Q(pk__in=LateFinding.objects.filter(settled_at=None).values("disclosure"))
    )


def _touched(since: datetime) -> set[int]:
    """The customers with uses on record of whom something was recorded since ``since``."""
    asked = OptOutRequest.history.filter(history_date__gte=since).values("id")
    # Whose it was before a match was taken back stands in an earlier row.
    sources = [
        OptOutRequest.history.filter(id__in=asked, customer_id__isnull=False).values("customer_id"),
        Customer.history.filter(history_date__gte=since).values("id"),
        # New deliveries and assumed approvals are the bulk, and take no approval away.
        Delivery.history.filter(history_date__gte=since, history_type="~")
        .exclude(state__in=Delivery.PENDING)
        .values("customer_id"),
        Approval.history.filter(history_date__gte=since)
        .exclude(state=Approval.State.ASSUMED)
        .values("customer_id"),
        *(
            model.history.filter(history_date__gte=since).values("customer_id")
            for model in (Service, ContactPoint, PolicyBinding, Verification)
        ),
    ]
    used = Disclosure.objects.order_by()
    found: set[int] = set()
    for source in sources:
        rows = used.filter(customer__in=source).values_list("customer_id", flat=True)
        found.update(rows.distinct())
    # Of merged accounts what the customer says as the one that remains counts too (_decide_again).
    for source in sources[:2]:
        found.update(Customer.objects.filter(merged_into__in=source).values_list("pk", flat=True))
    while more := set(
        Customer.objects.filter(merged_into__in=found).values_list("pk", flat=True)
    ).difference(found):
        found |= more
    return found


def _by_all(since: datetime) -> Q:
    """What concerns everybody: an incident from its first day on, a recipient, a past policy."""
    touched = Incident.history.filter(history_date__gte=since).values("id")
    first = Incident.history.filter(id__in=touched).aggregate(day=Min("started_on"))["day"]
    found = Q(
        received_by__in=Recipient.history.filter(history_date__gte=since).values("id"),
    )
    if first is not None:
        found |= Q(used_on__gte=first)
    policies = PolicyVersion.history.filter(
        history_date__gte=since, status=PolicyVersion.Status.PUBLISHED
    )
    day = policies.aggregate(day=Min("effective_on"))["day"]
    return found | Q(used_on__gte=day) if day else found


def look_back(uses: QuerySet[Disclosure], *, at: datetime) -> dict[str, int]:
    """Decide again upon each of ``uses``, for its own day, with what is known at ``at``.

    What would not be allowed becomes a finding, once; an open finding that would be allowed is
    settled by itself, and is open again when that has changed. Returns the counts.
    """
    counts = {"looked at": 0, "found": 0, "allowed after all": 0}
    rows = uses.select_related("use", "received_by").order_by("used_on", "pk")
    for on, same_day in groupby(rows.iterator(chunk_size=CHUNK), lambda used: used.used_on):
        for part in _parts(same_day):
            counts["looked at"] += len(part)
            with transaction.atomic():
                _settle_or_find(part, _decide_again(part, on), counts, at=at)
    return counts


def _parts(uses: Iterator[Disclosure]) -> Iterator[list[Disclosure]]:
    part: list[Disclosure] = []
    for used in uses:
        part.append(used)
        if len(part) == CHUNK:
            yield part
            part = []
    if part:
        yield part


def _decide_again(part: Sequence[Disclosure], on: date) -> dict[int, Decision]:
    rows = Customer.objects.filter(pk__in={used.customer_id for used in part})
    people = list(rows.select_related("merged_into"))
    remaining = {one.pk: one.remaining for one in people if one.merged_into}
    facts = gather_many([*people, *remaining.values()], on)
    for pk, other in remaining.items():
        # What the customer objected to since, they could only as the account that remains.
        objections = tuple(
            choice for choice in facts[other.pk].choices if choice.request.wish == OPT_OUT
        )
        facts[pk] = replace(facts[pk], choices=facts[pk].choices + objections)
    return {
        used.pk: judge(
            facts[used.customer_id],
            used.use,
            on,
            recipient=used.received_by,
            data_classes=used.data_classes,
        )
        for used in part
    }


def _settle_or_find(
    part: Sequence[Disclosure],
    decided: dict[int, Decision],
    counts: dict[str, int],
    *,
    at: datetime,
) -> None:
    known = {
        finding.disclosure_id: finding
        for finding in LateFinding.objects.select_for_update().filter(disclosure__in=part)
    }
    for used in part:
        decision, finding = decided[used.pk], known.get(used.pk)
        stands = _stands(used, decision)
        if stands and finding and finding.is_open:
            finding.settled_at = at
            finding.note = "It was allowed after all: what spoke against it was taken back."
            history.save(finding, by=None, because="What is known has changed again")
            counts["allowed after all"] += 1
        elif not stands and decision.code not in UNDECIDED:
            # A merged account is asked about as the one that remains, which has uses of its own.
            if decision.reason is reasons.MERGED or (finding and not finding.settled_itself):
                continue
            found = finding or LateFinding(disclosure=used)
            found.found_at, found.reason = at, decision.code
            found.sentence = decision.sentence[:300]
            found.settled_at, found.note = None, ""
            history.save(found, by=None, because="What is known now would not have allowed it")
            counts["found"] += 1


def _stands(used: Disclosure, decision: Decision) -> bool:
    """Whether it is allowed still, with what is known now.

    The daily job had recorded what a use by silence rested on; where an objection was taken back
    since, the ledger has it anew from that day on only, and the notice says the rest.
    """
    by_silence = used.reason == reasons.ASSUMED.code
    return decision.allowed or (by_silence and decision.reason is reasons.NOT_RECORDED)


def standing() -> QuerySet[LateFinding]:
    """The findings that were not taken back by themselves, settled or not."""
    return LateFinding.objects.exclude(settled_at__isnull=False, settled_by=None)


def settle(finding: LateFinding, *, note: str, at: datetime, by: User | None, because: str) -> bool:
    """Settle ``finding`` with what was done about it; False when it is settled.

    Raises Refused without a word about it.
    """
    require(by, SETTLE)
    if not note.strip():
        raise Refused(
            "It is not said what was done.", "Say it: whom it reached, and what they were told."
        )
    with transaction.atomic():
        locked = LateFinding.objects.select_for_update().get(pk=finding.pk)
        if not locked.is_open:
            return False
        locked.settled_at, locked.settled_by, locked.note = at, by, note.strip()[:500]
        history.save(locked, by=by, because=because)
    finding.refresh_from_db()
    return True
