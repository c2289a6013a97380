"""What follows from a message, at once where it is certain, and what an officer makes of it.

One transaction for each message, under its lock: it is done once, however often it is asked for.
"""

from datetime import datetime

from django.db import transaction

from accounts import contact_optouts, history
from accounts.errors import Refused
from accounts.models import Carrier, Customer, User
from accounts.permissions import require
from cpni import approvals, optouts
from cpni.inbound import matching
from cpni.inbound.classifying import NOTHING_TO_DO
from cpni.inbound.consequences import uses_under
from cpni.inbound.reading import read
from cpni.models import InboundMessage, OptOutRequest
from notices import outcomes
from notices.models import Delivery

CORRECT = "cpni.correct_inboundmessage"
Kind, MatchedBy = InboundMessage.Kind, InboundMessage.MatchedBy
Channel, State = Delivery.Channel, Delivery.State

PERHAPS = "It may be an objection"
MOST = 300  # characters of what followed


def act(message: InboundMessage, *, at: datetime) -> bool:
    """Do what follows from ``message``, at the aware instant ``at``; False when that was done.

    A failure of a notice that is certainly matched is recorded; a plain objection is received, and
    applied when it is certainly matched; what a person must read waits. A failure that came before
    the sending loop had settled its delivery is left for the next round.
    """
    with transaction.atomic():
        message = InboundMessage.objects.select_for_update(of=("self",)).get(pk=message.pk)
        if message.acted_at is not None:
            return False
        delivery = message.delivery
        message.to_read = _must_be_read(message)
        if message.kind == Kind.PERMANENT and delivery and message.is_certain:
            if delivery.state in Delivery.PENDING:
                return False
            _fail(message, delivery, by=None, because="Its failure was reported")
        elif message.kind == Kind.OPT_OUT and (delivery is None or _is_notice(delivery)):
            _object(message, at=at, by=None)
        elif message.kind == Kind.COMPLAINT and delivery and message.is_certain:
            _stop_offers(
                message, delivery, by=None, because=f"{delivery.reference} was reported as spam"
            )
        message.acted_at = at
        history.save(message, by=None, because=message.outcome or "Looked at")
    return True


def _stop_offers(
    message: InboundMessage, delivery: Delivery, *, by: User | None, because: str
) -> None:
    """Who reports an offer as spam, or answers it with no, wants no more of them.

    As by a click, for the address (15 USC 7704(a)(4)). That says nothing of CPNI: these are two
    switches (domain.md 0).
    """
    if delivery.marketing and delivery.contact_point:
        contact_optouts.stop_address(
            delivery.customer.remaining,
            delivery.contact_point.value,
            on=message.received_on,
            by=by,
            because=because,
        )
        message.outcome = "Marketing by e-mail is stopped."


def _must_be_read(message: InboundMessage) -> bool:
    if message.candidates.exists() and message.delivery_id:
        return True  # it names several accounts
    if message.kind == Kind.PERMANENT:
        return message.delivery_id is None
    if message.kind in (Kind.DELAYED, Kind.AUTO_REPLY):
        return False
    if message.kind == Kind.OPT_OUT:
        # Who answers a message about a change may mean the change: a person sees what they do.
        return message.delivery is not None and not _is_notice(message.delivery)
    return not message.detail.startswith(NOTHING_TO_DO)


def _is_notice(delivery: Delivery) -> bool:
    return delivery.change_id is None and delivery.code_id is None and not delivery.marketing


def _is_about_an_offer(message: InboundMessage) -> bool:
    """Whether it is an opt-out that answers an offer: from these, and not from uses of CPNI."""
    offer = message.delivery is not None and message.delivery.marketing
    return message.kind == Kind.OPT_OUT and offer


def _fail(message: InboundMessage, delivery: Delivery, *, by: User | None, because: str) -> None:
    """Record that the notice did not arrive, with all that follows from it."""
    on = message.received_on
    reason = f"{because} ({message.detail})" if message.detail else because
    try:
        with transaction.atomic():
            result = outcomes.record(
                delivery, outcome=Delivery.Outcome.BOUNCED, on=on, by=by, because=reason
            )
    except Refused as refused:
        if by:
            raise
        message.outcome, message.to_read = str(refused)[:MOST], True
        return
    if not result.new:
        message.outcome = "It was known already that this notice came back."
        return
    ended = approvals.end_returned(
        delivery, by=by, because="The notice came back, so the customer was never noticed"
    )
    message.bounced = True
    words = ["Recorded as bounced."]
    substitute = result.substitute
    if substitute is None:
        words.append("No substitute was opened.")
    elif substitute.channel == Channel.NONE:
        words.append("There is no other way to reach the customer.")
    else:
        way = substitute.get_channel_display().lower()
        words.append(f"Substitute {substitute.reference} goes by {way}.")
    if ended:
        words.append(f"Approvals taken back: {len(ended)}.")
        if used := uses_under(delivery).count():
            words.append(f"Uses made under them, to be reviewed: {used}.")
            message.to_read = True
    message.outcome = " ".join(words)[:MOST]


def _object(message: InboundMessage, *, at: datetime, by: User | None) -> None:
    """Receive the objection, and apply it when it is certain whose it is."""
    request = OptOutRequest(
        wish=OptOutRequest.Wish.OPT_OUT,
        route=OptOutRequest.Route.EMAIL,
        stated=f"{message.words}\n\nFrom: {_written_by(message) or 'nobody'}",
        received_on=message.received_on,
    )
    because = f"By e-mail, message {message.pk}"
    today = max(Carrier.today(), message.received_on)
    optouts.receive(request, today=today, at=at, by=by, because=because)
    message.request = request
    if message.customer is None or not message.is_certain:
        message.outcome = f"Opt-out request {request.reference} waits to be matched."
        return
    changed = optouts.apply(
        request, customer=message.customer.remaining, on=today, by=by, because=because
    )
    message.outcome = (
        f"Opt-out request {request.reference} was applied; approvals changed: {changed}."
    )


def _written_by(message: InboundMessage) -> str:
    """The name and address that it says it is from; the name stands in the message as it came."""
    if not message.raw.storage.exists(message.raw.name or ""):
        return message.sender
    with message.raw.storage.open(message.raw.name or "") as file:
        return matching.written_by(read(file.read()))


def correct(
    message: InboundMessage,
    *,
    kind: str,
    delivery: Delivery | None = None,
    customer: Customer | None = None,
    at: datetime,
    by: User | None,
    because: str,
) -> str:
    """Say what ``message`` really is, and whose; what follows from that follows, and it is read.

    ``delivery`` or ``customer`` corrects the match; without either it stays. What had followed from
    a mistake is taken back: an opt-out that was none is undone and rejected, a bounce that was none
    is taken back with its substitute. An opt-out that answers an offer stops marketing, unless
    ``customer`` says that it means the use of their information; that stop is not taken back here.
    Returns what was done. Raises Refused when that cannot be.
    """
    require(by, CORRECT)
    with transaction.atomic():
        message = InboundMessage.objects.select_for_update(of=("self",)).get(pk=message.pk)
        before = (message.kind, message.delivery_id, message.customer_id)
        if delivery or customer:
            message.delivery = delivery
            message.customer = (delivery.customer if delivery else customer).remaining  # type: ignore[union-attr]
            message.matched_by = MatchedBy.PERSON
        message.kind = kind
        after = (message.kind, message.delivery_id, message.customer_id)
        done = _take_back(message, before, after, at=at, by=by, because=because)
        message.outcome = ""
        if kind == Kind.PERMANENT:
            if message.delivery is None:
                raise Refused("It is not known which notice failed.", "Enter its reference.")
            if not message.bounced:
                _fail(message, message.delivery, by=by, because=because)
        elif message.delivery and (kind == Kind.COMPLAINT or _is_about_an_offer(message)):
            _stop_offers(message, message.delivery, by=by, because=because)
        elif kind == Kind.OPT_OUT:
            if message.request is None:
                if message.customer and message.matched_by == MatchedBy.SENDER:
                    message.matched_by = MatchedBy.PERSON
                _object(message, at=at, by=by)
            elif message.customer and message.request.status == OptOutRequest.Status.RECEIVED:
                optouts.apply(
                    message.request,
                    customer=message.customer,
                    on=Carrier.today(),
                    by=by,
                    because=because,
                )
                message.outcome = f"Opt-out request {message.request.reference} was applied."
        message.outcome = " ".join(filter(None, (done, message.outcome)))[:MOST]
        _mark(message, at=at, by=by)
        history.save(message, by=by, because=because)
    return message.outcome


def _take_back(
    message: InboundMessage,
    before: tuple[str, int | None, int | None],
    after: tuple[str, int | None, int | None],
    *,
    at: datetime,
    by: User | None,
    because: str,
) -> str:
    """Undo what had followed from ``before`` and does not follow from ``after``. In words."""
    words = []
    if message.bounced and (message.kind != Kind.PERMANENT or before[1] != after[1]):
        failed = Delivery.objects.get(pk=before[1] or 0)
        outcomes.take_back(failed, by=by, because=because)
        message.bounced = False
        words.append(f"{failed.reference} is no longer recorded as bounced.")
    whole = message.request
    none = message.kind != Kind.OPT_OUT or _is_about_an_offer(message)
    if whole is not None and (none or before[2] != after[2]):
        split = whole.status == OptOutRequest.Status.SPLIT
        if split and not none:
            raise Refused(
                f"Request {whole.reference} was split: it speaks for several customers.",
                "Take back the match of the part that is wrong.",
            )
        for request in whole.parts.order_by("pk") if split else [whole]:
            if request.status == OptOutRequest.Status.APPLIED:
                optouts.undo(request, on=Carrier.today(), by=by, because=because)
                request.refresh_from_db()
                words.append(f"Request {request.reference} is no longer applied.")
            if none and request.status == OptOutRequest.Status.RECEIVED:
                optouts.reject(request, by=by, because=because)
                words.append(f"Request {request.reference} is rejected.")
        if none:
            message.request = None
    return " ".join(words)


def mark_read(message: InboundMessage, *, at: datetime, by: User | None, because: str) -> bool:
    """A person has read ``message`` and nothing more follows; False when it was read already."""
    require(by, CORRECT)
    with transaction.atomic():
        message = InboundMessage.objects.select_for_update(of=("self",)).get(pk=message.pk)
        if not message.to_read:
            return False
        _mark(message, at=at, by=by)
        history.save(message, by=by, because=because)
    return True


def _mark(message: InboundMessage, *, at: datetime, by: User | None) -> None:
    message.to_read, message.read_at, message.read_by = False, at, by
    message.acted_at = message.acted_at or at
