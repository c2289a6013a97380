"""The sending loop: one campaign's e-mail, over several open connections, from rows to proof.

One loop at a time holds a campaign (``Campaign.lease``). It works in turns; in each, one
transaction

1. sees that the lease is still held and the campaign still running (both locked),
2. settles the messages that finished since the last turn,
3. marks the next ones as being sent, never more than one for a connection;

then the marked ones are handed to the threads, each of which has one connection and never touches
the database. So at any moment a process that is killed leaves at most one message per connection
in doubt, a pause or cancellation acts within one message per connection, and where to go on is in
the rows, not in a cursor.

Turns are committed durably: marks might be committed asynchronously on PostgreSQL, but a turn also
settles, and a settlement lost in a crash of the server would be a second notice without a record.
As a turn serves all connections that are ready, the wait for the disk is shared by them.
"""

import logging
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parseaddr
from enum import StrEnum
from queue import Empty, SimpleQueue
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.civil import civil_day
from accounts.errors import Refused
from accounts.models import Carrier
from notices import (
    campaigns,
    channels,
    claims,
    links,
    marketing,
    outcomes,
    quotas,
    return_addresses,
    samples,
)
from notices.claims import Done, Job
from notices.models import Campaign, Delivery, NoticeText
from notices.pace import Pace
from notices.placeholders import fill
from notices.references import reference
from notices.relay import Answer, Lately, Meaning
from notices.rendering import Compiled, ascii_address, compile_message, own_values
from notices.sender import Report, Sender

log = logging.getLogger(__name__)

READ_AHEAD = 500
LOOK_UP = 0.5  # seconds after which an idle loop looks whether it should end
# A turn costs about the same for one message as for ten, so a loop that has heard of one that is
# done waits so many seconds for others. Measured: half the processor time and 1.2 times the speed.
GATHER = 0.005
# So many messages not taken, one after the other, are the relay's fault or the list's, not theirs.
IN_A_ROW = 20


class Ended(StrEnum):
    """Why a loop ended."""

    DONE = "everything was sent"
    WAITING = "the rest waits for its next attempt"
    TIME_UP = "there is more to send"
    STOPPED = "the worker was told to stop"
    NOT_RUNNING = "the campaign is not running"
    HELD = "another loop sends this campaign"
    RELAY = "the relay takes nothing at present"
    PAUSED = "the campaign paused itself"


COUNTED_AS = {
    Meaning.ACCEPTED: "sent",
    Meaning.NO_SUCH_ADDRESS: "refused",
    Meaning.DECLINED: "to be tried again",
    Meaning.LATER: "to be tried again",
    Meaning.DOUBT: "in doubt",
}


@dataclass
class Result:
    """What one loop did: messages by what became of them, and why it ended."""

    ended: Ended
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def go_on(self) -> bool:
        """Whether another loop should follow at once."""
        return self.ended in (Ended.TIME_UP, Ended.STOPPED)


def send(
    campaign_id: int,
    *,
    clock: Callable[[], datetime] = timezone.now,
    seconds: float = 300,
    stopping: Callable[[], bool] = lambda: False,
) -> Result:
    """Send the e-mail of a running campaign that waits to be sent, for about ``seconds``.

    A no-op when another loop holds the campaign or it is not running. ``clock`` gives aware
    instants that move on; ``stopping`` is asked between messages. A relay that takes nothing, for
    whatever reason that may pass, ends the loop and loses nothing; a reason that needs a person
    pauses the campaign and says it there.
    """
    lease = claims.take_lease(campaign_id, at=clock(), seconds=settings.SENDING_LEASE)
    if lease is None:
        held = Campaign.objects.filter(pk=campaign_id, status=Campaign.Status.RUNNING).exists()
        return Result(Ended.HELD if held else Ended.NOT_RUNNING)
    try:
        campaign = Campaign.objects.select_related("notice__policy_version", "cpni_use").get(
            pk=campaign_id
        )
        if campaign.status != Campaign.Status.RUNNING:
            return Result(Ended.NOT_RUNNING, {"in doubt": lease.doubtful})
        prepared = prepare(campaign)
        if samples.due(campaign):
            sampled = samples.send(campaign, at=clock())
            ended = Ended.PAUSED if sampled else Ended.WAITING
            return Result(ended, {"in doubt": lease.doubtful})
        loop = Loop(prepared, lease.token, clock, seconds, stopping)
        loop.counts["in doubt"] += lease.doubtful
        loop.run()
        if loop.ended is Ended.PAUSED:
            campaigns.pause(campaign, by=None, because=loop.because)
    except Refused as refused:
        campaigns.pause(campaign, by=None, because=str(refused))
        return Result(Ended.PAUSED, {"in doubt": lease.doubtful})
    finally:
        claims.release_lease(campaign_id, lease.token)
    if loop.ended is Ended.DONE:
        campaigns.finish_if_done(campaign_id)
    return Result(loop.ended or Ended.STOPPED, dict(loop.counts))


def waiting(*, at: datetime) -> list[int]:
    """The campaigns that need a loop at the instant ``at`` and have none."""
    email = Delivery.objects.filter(campaign=OuterRef("pk"), channel__in=Delivery.SENT_BY_LOOP)
    due = email.filter(Q(try_after=None) | Q(try_after__lte=at), state=Delivery.State.QUEUED)
    left = email.filter(state=Delivery.State.SENDING)
    return list(
        Campaign.objects.filter(Q(lease=None) | Q(lease_until__lte=at))
        .filter(Q(sample_after=None) | Q(sample_after__lte=at))
        .filter(Q(Exists(due), status=Campaign.Status.RUNNING) | Q(Exists(left)))
        .filter(status__in=claims.HOLDABLE)
        .order_by("pk")
        .values_list("pk", flat=True)
    )


@dataclass(frozen=True)
class Prepared:
    """What a loop needs to know about its campaign. None of it can change while it runs."""

    campaign: Campaign
    # When the texts were compiled: what stands in them of the carrier is as it was then.
    at: datetime
    origin: str
    texts: dict[int, Compiled]
    zone: ZoneInfo
    # Of Message-IDs, which stay the same whatever key comes later, and of return addresses.
    first_key: str
    newest_key: str
    # Messages that ask nothing have no link to the customer's own page, and no address for replies.
    asks: bool
    replies_to: str

    @property
    def channel(self) -> str:
        """By which way this campaign's loop sends: e-mail, unless it stands for another."""
        return self.campaign.channel or Delivery.Channel.EMAIL

    def compose(self, job: Job, at: datetime) -> tuple[str, str, bytes]:
        """Sender, recipient and bytes of one message. Raises Unaddressable."""
        text = self.texts[job.text_id]
        number = job.delivery_id
        message_id = return_addresses.message_id(
            number, self.first_key, self.campaign.message_domain
        )
        own = own_values(job.own, text.language)
        unsubscribe = ""
        if self.asks:
            own["choice_link"] = links.address(number, self.newest_key)
        elif self.campaign.notice.is_marketing:
            unsubscribe = links.unsubscribe_address(number, self.newest_key)
            own["unsubscribe_link"] = unsubscribe
        if self.channel != Delivery.Channel.EMAIL:
            own |= {"customer_name": job.name, "reference": reference(number)}
            return message_id, job.address, channels.content(fill(text.short, own), text.language)
        address = ascii_address(job.address)
        return (
            self._return_address(number, return_addresses.BOUNCE) or self.origin,
            address,
            text.message(
                address=address,
                name=job.name,
                message_id=message_id,
                reference=reference(number),
                at=at,
                own=own,
                unsubscribe=unsubscribe,
                # 64.2008(d)(3)(ii): customers object by simply replying. There is nothing to object
                # to in a message about a change, and what is written back must not be taken for an
                # objection.
                reply_to=(
                    self._return_address(number, return_addresses.REPLY) or self.replies_to
                    if self.asks
                    else ""
                ),
            ),
        )

    def _return_address(self, number: int, kind: str) -> str:
        base = settings.RETURN_ADDRESS
        return return_addresses.address(number, self.newest_key, kind, base) if base else ""


def prepare(campaign: Campaign) -> Prepared:
    """Compile the campaign's texts. Raises Refused when the installation cannot send them."""
    way = campaign.channel or Delivery.Channel.EMAIL
    if not channels.set_up(way):
        if way == Delivery.Channel.EMAIL:
            raise Refused("No mail relay is set up.", "Set EMAIL_URL and resume the campaign.")
        raise Refused(
            f"No {way} gateway is set up.",
            f"Set {way.upper()}_GATEWAY_URL and resume the campaign.",
        )
    now = timezone.now()
    carrier = Carrier.get()
    if carrier is None:
        raise Refused("The carrier is not filled in.", "Fill it in and resume the campaign.")
    texts = NoticeText.objects.filter(notice=campaign.notice).select_related(
        "notice__policy_version"
    )
    return Prepared(
        campaign=campaign,
        at=now,
        origin=ascii_address(parseaddr(settings.DEFAULT_FROM_EMAIL)[1]),
        texts={text.pk: compile_message(text, carrier) for text in texts},
        zone=carrier.zone,
        first_key=links.first_key(at=now),
        newest_key=links.newest_key(at=now),
        asks=not (campaign.notice.as_it_happens or campaign.notice.is_marketing),
        replies_to=ascii_address(carrier.optout_email),
    )


class Loop:
    """One sending loop: what is on its way, and what it decides in each turn."""

    def __init__(
        self,
        prepared: Prepared,
        token: UUID,
        clock: Callable[[], datetime],
        seconds: float,
        stopping: Callable[[], bool],
    ) -> None:
        self.prepared, self.token, self.clock, self.stopping = prepared, token, clock, stopping
        self.end_at = time.monotonic() + seconds
        self.renew_at = 0.0
        self.pace = Pace(prepared.campaign.rate_per_minute, now=time.monotonic())
        self.left = quotas.left_today(prepared.campaign, clock, prepared.zone)
        self.bad, self.tried = campaigns.refused_or_bounced(prepared.campaign)
        self.most = settings.SMTP_CONNECTIONS
        self.reports: SimpleQueue[Report] = SimpleQueue()
        self.senders: set[Sender] = set()
        self.ready: list[Sender] = []
        self.busy = 0
        self.jobs: deque[Job] = deque()
        self.after = 0
        self.finished: list[Done] = []
        self.in_a_row = 0
        self.lately = Lately()
        self.counts: Counter[str] = Counter()
        self.ended: Ended | None = None
        self.because = ""
        self.fault = ""

    def run(self) -> None:
        """Take turns until there is a reason to end and nothing is on its way any more."""
        try:
            while self.turn() and not (self.ended and not self.busy and not self.finished):
                self.listen()
        finally:
            for sender in self.senders:
                sender.dismiss()
            for sender in self.senders:
                sender.join()
        if self.fault:
            raise RuntimeError(f"{self.fault} while sending; the log says where")

    def listen(self) -> None:
        """Wait until a sender reports or another message may go; take in all there is to hear."""
        patience = LOOK_UP
        if self.jobs and self.ready and not self.ended:
            patience = min(patience, self.pace.wait(time.monotonic()))
        elif not self.jobs and len(self.ready) == len(self.senders):
            patience = 0.0  # nothing is on its way that could report
        try:
            self.hear(self.reports.get(timeout=patience))
            over = time.monotonic() + GATHER
            while True:
                left = over - time.monotonic() if self.busy else 0.0
                self.hear(self.reports.get(timeout=max(0.0, left)))
        except Empty:
            pass
        if self.stopping():
            self.end(Ended.STOPPED)
        elif time.monotonic() >= self.end_at:
            self.end(Ended.TIME_UP)

    def hear(self, report: Report) -> None:
        """Take in one report of a sender."""
        if report.done:
            self.busy -= 1
            self.finished.append(report.done)
            self.judge(report.done)
        if report.ready:
            self.ready.append(report.sender)
        if report.fault:
            self.fault = report.fault
            self.end(Ended.STOPPED)
        if report.gone:
            # A relay may allow fewer connections than we want: do with those that it allows.
            self.senders.discard(report.sender)
            self.most = len(self.senders)
            if not self.senders and report.gone.lasting:
                self.end(Ended.PAUSED, f"The relay refuses our mail: {report.gone.words}")
            elif not self.senders:
                log.warning("Campaign %s waits for the relay", self.prepared.campaign.pk)
                self.end(Ended.RELAY)

    def judge(self, done: Done) -> None:
        """Count, and end the loop when too many in a row were not taken."""
        if done.answer is None:
            return
        self.counts[COUNTED_AS[done.answer.meaning]] += 1
        self.watch(done.answer)
        if done.answer.meaning is Meaning.ACCEPTED:
            self.in_a_row = 0
            return
        self.in_a_row += 1
        if self.in_a_row < IN_A_ROW:
            return
        if done.answer.meaning in (Meaning.NO_SUCH_ADDRESS, Meaning.DECLINED):
            because = f"{self.in_a_row} messages in a row were refused: {done.answer.words}"
            self.end(Ended.PAUSED, because)
        else:
            log.warning("Campaign %s waits for the relay", self.prepared.campaign.pk)
            self.end(Ended.RELAY)

    def watch(self, answer: Answer) -> None:
        """Pause when a storm of refusals begins, before the relay's good name is gone."""
        self.bad += answer.meaning is Meaning.NO_SUCH_ADDRESS
        self.tried += answer.meaning in (Meaning.NO_SUCH_ADDRESS, Meaning.ACCEPTED)
        campaign = self.prepared.campaign
        why = campaigns.too_many(campaign, self.bad, self.tried), self.lately.hear(answer)
        if not campaign.stands and any(why):
            self.end(Ended.PAUSED, why[0] or why[1])

    def end(self, reason: Ended, because: str = "") -> None:
        """Hand out nothing more. The first reason counts."""
        if self.ended is None:
            self.ended, self.because = reason, because[:200]

    def turn(self) -> bool:
        """Settle, mark, hand out (see the module). False when the lease is another loop's."""
        jobs = self.choose()
        if not (jobs or self.finished or time.monotonic() >= self.renew_at):
            return True
        now, moment, campaign = self.clock(), time.monotonic(), self.prepared.campaign
        with transaction.atomic():
            held = claims.check_lease(
                campaign.pk, self.token, at=now, seconds=settings.SENDING_LEASE
            )
            if held is None:
                # What is on its way was recorded as doubtful by the loop that took over.
                self.end(Ended.HELD)
                return False
            status, until = held
            if status != Campaign.Status.RUNNING:
                self.end(Ended.NOT_RUNNING)
                jobs = []
            claims.settle(
                self.finished,
                cancelled=status == Campaign.Status.CANCELLED,
                waiting_days=campaign.notice.waiting_days if self.prepared.asks else None,
                zone=self.prepared.zone,
                at=now,
                worded_at=self.prepared.at,
                marketing_of=campaign if campaign.notice.is_marketing else None,
            )
            if campaign.notice.is_marketing and jobs:
                jobs = self.permitted(jobs, now)
            jobs = claims.mark_sending(jobs)
            handed = len(jobs) - sum(done.answer is None for done in self.finished)
            if self.left is not None and handed:
                quotas.count(campaign, handed, on=civil_day(now, self.prepared.zone))
        self.finished.clear()
        left = (until - now).total_seconds()
        self.renew_at = moment + left / 4
        for job in jobs:
            self.ready.pop().hand(job, until=moment + left)
        self.busy += len(jobs)
        return True

    def permitted(self, jobs: list[Job], now: datetime) -> list[Job]:
        """Of marketing those that may leave at ``now``; none when its review does not cover it."""
        campaign, today = self.prepared.campaign, civil_day(now, self.prepared.zone)
        if refused := marketing.why_not(campaign, on=today):
            self.end(Ended.PAUSED, str(refused))
            return []
        return claims.permitted(campaign, jobs, on=today, at=now)

    def choose(self) -> list[Job]:
        """The messages to send now: as many as pace and ready connections allow."""
        room = self.pace.allowed(time.monotonic(), self.most - self.busy)
        if self.left is not None:
            room = min(room, self.left)
        if self.ended:
            return []
        if self.left == 0 or not self.open_now():
            # The schedule looks again each minute.
            if not self.busy and not self.finished:
                self.end(Ended.WAITING)
            return []
        if room <= 0:
            return []
        if not self.jobs and not self.read_on() and not self.busy and not self.finished:
            self.end(Ended.WAITING if self.any_left() else Ended.DONE)
        room = min(room, len(self.jobs))
        opening = len(self.senders) - len(self.ready) - self.busy
        for _ in range(min(room - len(self.ready) - opening, self.most - len(self.senders))):
            sender = Sender(
                self.reports,
                self.prepared.compose,
                channels.transport(self.prepared.channel),
                self.clock,
            )
            self.senders.add(sender)
            sender.start()
        room = min(room, len(self.ready))
        self.pace.used(room)
        if self.left is not None:
            self.left -= room
        return [self.jobs.popleft() for _ in range(room)]

    def open_now(self) -> bool:
        """Whether this is an hour at which its messages leave."""
        campaign = self.prepared.campaign
        if campaign.send_from is None:
            return True
        now = self.clock()
        return quotas.opens_at(campaign, now, self.prepared.zone) <= now

    def read_on(self) -> bool:
        """Fetch the next deliveries that wait; after the last, begin again with the first.

        Those that must not leave any more are given up at once. False when none waits.
        """
        campaign_id, at = self.prepared.campaign.pk, self.clock()
        for after in dict.fromkeys((self.after, 0)):
            jobs = claims.next_jobs(
                campaign_id, after=after, at=at, limit=READ_AHEAD, channel=self.prepared.channel
            )
            if jobs:
                self.after = jobs[-1].delivery_id
                read = Delivery.objects.filter(pk__in=[job.delivery_id for job in jobs])
                given_up = outcomes.give_up(read, on=civil_day(at, self.prepared.zone))
                self.jobs.extend(job for job in jobs if job.delivery_id not in given_up)
                return True
        self.after = 0
        return False

    def any_left(self) -> bool:
        """Whether deliveries wait for a later attempt."""
        return Delivery.objects.filter(
            campaign=self.prepared.campaign,
            channel=self.prepared.channel,
            state__in=Delivery.PENDING,
        ).exists()
