"""What a sending loop holds and writes: its lease on the campaign, its marks, its settlements.

A delivery by e-mail goes queued -> sending -> sent, or back to queued, or failed. "sending" is
committed before the message leaves and settled after it has, so that whatever happens to the
process in between, the row says that the message may have left. Rows are marked only by the loop
that holds the campaign's lease, and no more of them than it has connections.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import F, Q

from accounts.civil import civil_day
from accounts.history import record_ids
from accounts.models import ContactPoint, OneTimeCode, Service
from notices import marketing, outcomes
from notices.clock import window
from notices.models import Campaign, Delivery
from notices.relay import Answer, Meaning

ATTEMPTS = 5
FIRST_BACK_OFF = timedelta(minutes=5)  # then 15, 45 and 135: a server that greylists, or reboots
DOUBT = "It may have left when the sending was interrupted, so it is sent once more."
CANCELLED = "The campaign was cancelled before it was sent."
Status, State = Campaign.Status, Delivery.State
ADDRESS = ContactPoint._meta.get_field("value")
NUMBER = Service._meta.get_field("telephone_number")
CODE = OneTimeCode._meta.get_field("code")
# In these a loop may find rows that a dead one left.
HOLDABLE = (Status.RUNNING, Status.PAUSED, Status.CANCELLED)


@dataclass(frozen=True)
class Job:
    """One message to send. ``address`` is the one frozen with the delivery."""

    delivery_id: int
    text_id: int
    address: str
    name: str
    # What only a message about a change or with a code has: see ``rendering.own_values``.
    own: tuple[str, date, str] | str | None = None
    # Of marketing: whose it is, and why their CPNI may be used for it (``notices.marketing``).
    customer: int = 0
    basis: Any = None


@dataclass(frozen=True)
class Done:
    """What became of one message: ``answer`` is None when it was not tried at all."""

    job: Job
    answer: Answer | None
    at: datetime


@dataclass(frozen=True)
class Lease:
    """A hold on a campaign, and how many messages a dead loop had left in doubt."""

    token: uuid.UUID
    doubtful: int


# --- The lease -------------------------------------------------------------------------------


def take_lease(campaign_id: int, *, at: datetime, seconds: float) -> Lease | None:
    """Hold the campaign for one loop until ``at`` + ``seconds``; None if another loop does.

    The lease of a loop that has not renewed it in time is taken over, and the rows that it was
    sending are put back as doubtful.
    """
    token = uuid.uuid4()
    with transaction.atomic():
        taken = (
            Campaign.objects.filter(pk=campaign_id, status__in=HOLDABLE)
            .filter(Q(lease=None) | Q(lease_until__lte=at))
            .update(lease=token, lease_until=at + timedelta(seconds=seconds))
        )
        return Lease(token, put_back_doubtful(campaign_id, at=at)) if taken else None


def put_back_doubtful(campaign_id: int, *, at: datetime) -> int:
    """Return what a dead loop was sending to the queue. The caller holds the lease.

    They are sent again under the same Message-ID and their clock runs from that second sending: a
    double notice is harmless, a missing one is not. Returns how many.
    """
    doubtful = Delivery.objects.filter(
        campaign_id=campaign_id, channel__in=Delivery.SENT_BY_LOOP, state=State.SENDING
    )
    ids = list(doubtful.values_list("pk", flat=True))
    if ids:
        status = Campaign.objects.values_list("status", flat=True).get(pk=campaign_id)
        gone = status == Status.CANCELLED
        doubtful.filter(pk__in=ids).update(
            state=State.CANCELLED if gone else State.QUEUED,
            in_doubt=F("in_doubt") + 1,
            reason="It may have left before the campaign was cancelled." if gone else DOUBT,
        )
        record(ids, because="A worker stopped before it knew whether this had left", at=at)
    return len(ids)


def check_lease(
    campaign_id: int, token: uuid.UUID, *, at: datetime, seconds: float
) -> tuple[str, datetime] | None:
    """The campaign's status and the end of the lease, renewed when a quarter of it is used up.

    None when the lease is another's. Call it first in the transaction: it locks the campaign, so
    that neither pausing nor a take-over comes between this and what the transaction writes.
    """
    held = (
        Campaign.objects.select_for_update(no_key=True)
        .filter(pk=campaign_id, lease=token)
        .values_list("status", "lease_until")
        .first()
    )
    status, until = held or ("", None)
    if until is None:
        return None
    if until - at < timedelta(seconds=seconds * 0.75):
        until = at + timedelta(seconds=seconds)
        Campaign.objects.filter(pk=campaign_id).update(lease_until=until)
    return status, until


def release_lease(campaign_id: int, token: uuid.UUID) -> None:
    """Let go of the campaign, if it is still held."""
    Campaign.objects.filter(pk=campaign_id, lease=token).update(lease=None, lease_until=None)


# --- What to send ----------------------------------------------------------------------------


def next_jobs(
    campaign_id: int, *, after: int, at: datetime, limit: int, channel: str = Delivery.Channel.EMAIL
) -> list[Job]:
    """The next deliveries after the id ``after`` that wait to be sent by ``channel``, unmarked.

    ``after`` serves only to read on from where the loop is; it begins again from 0 at the end.
    Raises Unreadable when an address cannot be decrypted: better nobody is written to than that
    someone is left out unnoticed.
    """
    waiting = Delivery.objects.filter(
        Q(try_after=None) | Q(try_after__lte=at),
        campaign_id=campaign_id,
        channel=channel,
        state=State.QUEUED,
        pk__gt=after,
    ).order_by("pk")[:limit]
    to = "contact_point" if channel == Delivery.Channel.EMAIL else "service"
    value, field = ("value", ADDRESS) if to == "contact_point" else ("telephone_number", NUMBER)
    rows = waiting.values_list(
        "pk",
        "text_id",
        f"{to}_id",
        f"{to}__{value}",
        "recipient_name",
        "change__kind",
        "change__on",
        "change__says",
        "code_id",
        "code__code",
    )
    return [
        Job(
            pk,
            text,
            field.open(sealed, place),
            name,
            CODE.open(code, code_id) if code_id else (kind, on, says) if kind else None,
        )
        for pk, text, place, sealed, name, kind, on, says, code_id, code in rows
    ]


def mark_sending(jobs: Sequence[Job]) -> list[Job]:
    """Mark ``jobs`` as being sent; those of them that were still waiting are returned.

    Not marked, so not sent, is what :func:`notices.outcomes.give_up` keeps back: it looks when the
    waiting ones are read, and somebody may have moved since. What tells of a change of the account,
    or has a code, goes where it was pinned; of marketing it was asked whether it may go
    (:func:`permitted`), and it needs no consent to notices.

    The mark is a lock and not a fact about the customer, so it leaves no row in history; what it
    ends in does.
    """
    if not jobs:
        return []
    places = ", ".join(["%s"] * len(jobs))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE notices_delivery SET state = 'sending' WHERE id IN ({places})"  # noqa: S608  (numbers of parameters)
            " AND state = 'queued' AND (change_id IS NOT NULL OR code_id IS NOT NULL"
            " OR EXISTS (SELECT 1 FROM accounts_customer c, accounts_contactpoint p"
            " WHERE c.id = notices_delivery.customer_id AND c.status = 'active'"
            " AND (marketing OR c.email_notices_since IS NOT NULL)"
            " AND p.id = contact_point_id AND p.until IS NULL AND p.undeliverable_since IS NULL))"
            " RETURNING id",
            [job.delivery_id for job in jobs],
        )
        marked = {row[0] for row in cursor.fetchall()}
    return [job for job in jobs if job.delivery_id in marked]


def permitted(campaign: Campaign, jobs: Sequence[Job], *, on: date, at: datetime) -> list[Job]:
    """Those of ``jobs`` of marketing that may leave on the civil day ``on``; the others never will.

    Asked in the transaction in which they are marked, for every one: the switch of the customer,
    and their approval where CPNI was used to choose them.
    """
    owners = dict(
        Delivery.objects.filter(pk__in=[job.delivery_id for job in jobs]).values_list(
            "pk", "customer"
        )
    )
    answers = marketing.ask(campaign, set(owners.values()), on=on)
    for reason in set(answers.refused.values()):
        ids = [pk for pk, customer in owners.items() if answers.refused.get(customer) == reason]
        rows = Delivery.objects.filter(pk__in=ids, state=State.QUEUED)
        held = list(rows.select_for_update().values_list("pk", flat=True))
        Delivery.objects.filter(pk__in=held).update(state=State.CANCELLED, reason=reason)
        record(held, because=reason, at=at)
    return [
        replace(job, customer=customer, basis=answers.allowed[customer])
        for job in jobs
        if (customer := owners.get(job.delivery_id, 0)) in answers.allowed
    ]


# --- What became of it -----------------------------------------------------------------------


def settle(
    done: Sequence[Done],
    *,
    cancelled: bool,
    waiting_days: int | None,
    zone: ZoneInfo,
    at: datetime,
    worded_at: datetime,
    marketing_of: Campaign | None = None,
) -> None:
    """Write what became of messages that were marked. The caller holds the lease.

    ``waiting_days`` are what the notice gives, None where it waits for no answer;
    mailing dates are civil days in ``zone``. ``worded_at`` is when the loop took what stands in
    them of the carrier.
    ``cancelled``: the campaign was meanwhile; what is not sent then stays unsent.
    ``marketing_of``: the campaign of marketing that they belong to, whose use of CPNI is recorded.
    """
    accepted = [d for d in done if means(d, Meaning.ACCEPTED)]
    sent = settle_sent(accepted, waiting_days, zone, at, worded_at)
    if marketing_of:
        left = [
            marketing.Sent(d.job.delivery_id, d.job.customer, civil_day(d.at, zone), d.job.basis)
            for d in accepted
            if d.job.delivery_id in sent and d.job.basis
        ]
        marketing.record(marketing_of, left, at=at)
    for d in done:
        if d.answer is None:
            put_back(d, cancelled=cancelled, at=at)
        elif d.answer.meaning is Meaning.NO_SUCH_ADDRESS:
            fail(d, d.answer, zone=zone)
        elif d.answer.meaning is not Meaning.ACCEPTED:
            try_again(d, d.answer, cancelled=cancelled, zone=zone, at=at)


def means(done: Done, meaning: Meaning) -> bool:
    """Whether the relay's answer had this meaning."""
    return done.answer is not None and done.answer.meaning is meaning


def settle_sent(
    done: Sequence[Done],
    waiting_days: int | None,
    zone: ZoneInfo,
    at: datetime,
    worded_at: datetime,
) -> set[int]:
    """Write that these were accepted, each with its own mailing date and clock; returns which."""
    if not done:
        return set()
    params: list[Any] = []
    for d in done:
        mailed_on = civil_day(d.at, zone)
        days = [mailed_on]
        if waiting_days is not None:
            clock = window(mailed_on, waiting_days, by_post=False)
            days += [clock.last_objection_day, clock.assume_from]
        params += [
            d.job.delivery_id,
            d.answer.words if d.answer else "",
            connection.ops.adapt_datetimefield_value(d.at),
            connection.ops.adapt_datetimefield_value(worded_at),
            *map(connection.ops.adapt_datefield_value, days),
        ]
    waits = waiting_days is not None
    columns = ", ".join(["%s"] * (7 if waits else 5))
    values = ", ".join([f"({columns})"] * len(done))
    clocks = ", last_objection_day = v.column6, assume_from = v.column7" if waits else ""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notices_delivery SET state = 'sent', reason = '', attempts = attempts + 1,"  # noqa: S608  (numbers of parameters)
            " try_after = NULL, server_answer = v.column2, sent_at = v.column3,"
            f" worded_at = v.column4, mailed_on = v.column5{clocks}"
            f" FROM (VALUES {values}) AS v"
            " WHERE notices_delivery.id = v.column1 AND notices_delivery.state = 'sending'"
            " RETURNING notices_delivery.id",
            params,
        )
        ids = [row[0] for row in cursor.fetchall()]
    record(ids, because="The relay accepted it", at=at)
    return set(ids)


def put_back(done: Done, *, cancelled: bool, at: datetime) -> None:
    """Return to the queue what was marked and then not tried. Nothing happened to it."""
    if cancelled:
        change(done, at, because=CANCELLED, state=State.CANCELLED, reason=CANCELLED)
    else:
        Delivery.objects.filter(pk=done.job.delivery_id, state=State.SENDING).update(
            state=State.QUEUED
        )


def fail(done: Done, answer: Answer, *, zone: ZoneInfo) -> None:
    """Write that the message will never be taken; a substitute in another form is opened."""
    bad = answer.meaning is Meaning.NO_SUCH_ADDRESS
    outcomes.refused_by_server(
        done.job.delivery_id,
        reason="The relay refused this address for good."
        if bad
        else f"The relay did not take it in {ATTEMPTS} attempts.",
        answer=answer.words,
        on=civil_day(done.at, zone),
        address_is_bad=bad,
    )


def try_again(done: Done, answer: Answer, *, cancelled: bool, zone: ZoneInfo, at: datetime) -> None:
    """Put back what was not taken, to be tried later; after the last attempt it has failed."""
    doubt = answer.meaning is Meaning.DOUBT
    attempts = 1 + Delivery.objects.values_list("attempts", flat=True).get(pk=done.job.delivery_id)
    changes: dict[str, object] = {
        "attempts": attempts,
        "in_doubt": F("in_doubt") + int(doubt),
        "server_answer": answer.words,
    }
    if cancelled:
        change(done, at, because=CANCELLED, state=State.CANCELLED, reason=CANCELLED, **changes)
    elif attempts >= ATTEMPTS:
        # No history row of its own: failing writes one, and two at one instant look alike.
        Delivery.objects.filter(pk=done.job.delivery_id, state=State.SENDING).update(**changes)
        fail(done, answer, zone=zone)
    else:
        change(
            done,
            at,
            because="The connection was lost in between" if doubt else "The relay did not take it",
            state=State.QUEUED,
            reason=DOUBT if doubt else "The relay did not take it yet; it is tried again.",
            try_after=at + back_off(attempts, answer.wait),
            **changes,
        )


def back_off(attempts: int, wait: timedelta | None = None) -> timedelta:
    """How long to leave the relay alone after so many attempts; no less than it asked for."""
    return max(FIRST_BACK_OFF * 3 ** (attempts - 1), wait or timedelta())


def change(done: Done, at: datetime, *, because: str, **changes: object) -> None:
    """Change one delivery that is being sent, with its history row."""
    rows = Delivery.objects.filter(pk=done.job.delivery_id, state=State.SENDING)
    if rows.update(**changes):
        record([done.job.delivery_id], because=because, at=at)


def record(ids: Sequence[int], *, because: str, at: datetime) -> None:
    """History rows of these deliveries as they are now; no person did it."""
    record_ids(Delivery, ids, by=None, because=because, at=at)
