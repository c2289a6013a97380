"""What came back: bounces, refused addresses, returned letters, and the substitute notice.

64.2008(d)(3)(iii): a notice that is returned undeliverable must be sent in another form before the
customer counts as noticed; letters are treated alike (domain.md 14.3). The only writer of
``Delivery.outcome``. What was approved on such a notice is taken back one floor up, from
these rows.
"""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts import contacts, history
from accounts.errors import Refused
from accounts.models import ContactPoint, Customer, User
from accounts.permissions import require
from notices import campaigns, change_notices, standing
from notices.models import Campaign, Delivery
from notices.references import delivery_id, reference

Channel, State, Outcome = Delivery.Channel, Delivery.State, Delivery.Outcome
# What can come back by which way.
OUTCOME_OF = {Channel.EMAIL: Outcome.BOUNCED, Channel.POST: Outcome.RETURNED}


@dataclass(frozen=True)
class Result:
    """What recording an outcome did: whether it was new, and the substitute that it opened."""

    new: bool
    substitute: Delivery | None


def record(delivery: Delivery, *, outcome: str, on: date, by: User | None, because: str) -> Result:
    """Record that a sent notice came back: ``bounced`` or ``returned``, learnt on the day ``on``.

    1. The delivery gets the outcome; its clock counts for nothing from then on.
    2. Its address is marked undeliverable.
    3. A substitute in another form is opened, with a clock of its own once it is sent.

    A second report of the same delivery does nothing. Raises Refused when it was not sent, or the
    outcome does not fit its channel.
    """
    require(by, "notices.record_outcome")
    with transaction.atomic():
        campaign = campaigns.hold(delivery.campaign_id)
        locked = Delivery.objects.select_for_update(of=("self",)).get(pk=delivery.pk)
        if locked.outcome:
            return Result(False, None)
        if locked.state != State.SENT:
            raise Refused("This notice has not been sent.", "Only a sent notice can come back.")
        if OUTCOME_OF.get(Channel(locked.channel)) != outcome:
            raise Refused(
                f"A notice by {locked.get_channel_display().lower()} cannot be"
                f" {Outcome(outcome).label.lower()}.",
                "Choose the other outcome.",
            )
        locked.outcome, locked.outcome_on = outcome, on
        history.save(locked, by=by, because=because, update_fields=["outcome", "outcome_on"])
        result = Result(True, _missed(locked, campaign, on=on, by=by, because=because))
    delivery.refresh_from_db()
    return result


def find_letter(code: str) -> Delivery:
    """The letter whose reference was typed or scanned. Raises Refused, and says what is wrong."""
    typed = code.strip()[:40]
    number = delivery_id(typed)
    if number is None:
        raise Refused(
            f"“{typed}” is no reference: a character is missing or misread.",
            "Scan or type it again.",
        )
    letter = Delivery.objects.filter(pk=number).first()
    if letter is None:
        raise Refused(f"There is no letter {reference(number)}.", "Compare it with the envelope.")
    if letter.channel != Channel.POST:
        raise Refused(
            f"{letter.reference} went by {letter.get_channel_display().lower()}.",
            "Record a bounce on its own page.",
        )
    if letter.state == State.BATCHED:
        raise Refused(
            f"{letter.reference} is not confirmed as mailed.", "Confirm its post batch first."
        )
    return letter


def take_back(delivery: Delivery, *, by: User | None, because: str) -> bool:
    """Take back that ``delivery`` came back: it was recorded by mistake.

    The outcome is cleared, so its clock counts again; the address is deliverable again unless
    something else came back from it; the substitute is cancelled. False when nothing is recorded.
    Raises Refused when the substitute has left or is in a post batch.
    """
    require(by, "notices.record_outcome")
    with transaction.atomic():
        campaigns.hold(delivery.campaign_id)
        locked = Delivery.objects.select_for_update(of=("self",)).get(pk=delivery.pk)
        if not locked.outcome:
            return False
        substitute = _following(locked).select_for_update(of=("self",)).first()
        if substitute and substitute.state not in (
            State.QUEUED,
            State.UNREACHABLE,
            State.CANCELLED,
        ):
            raise Refused(
                f"Its substitute {substitute.reference} is"
                f" {substitute.get_state_display().lower()}.",
                "That cannot be taken back any more.",
            )
        if substitute and substitute.state != State.CANCELLED:
            substitute.state = State.CANCELLED
            history.save(substitute, by=by, because=because, update_fields=["state"])
        learnt = locked.outcome_on
        locked.outcome, locked.outcome_on = Outcome.NONE, None
        history.save(locked, by=by, because=because, update_fields=["outcome", "outcome_on"])
        point = locked.contact_point_id
        others = Delivery.objects.filter(contact_point=point).exclude(outcome=Outcome.NONE)
        if point and learnt and not others.exists():
            contacts.unmark_undeliverable(point, marked_on=learnt, by=by, because=because)
    campaigns.finish_if_done(delivery.campaign_id)
    delivery.refresh_from_db()
    return True


def refused_by_server(
    delivery_id: int, *, reason: str, answer: str, on: date, address_is_bad: bool
) -> Delivery | None:
    """Record that the relay would not take an e-mail, for good, on the civil day ``on``.

    sending -> failed, with ``reason`` in words and the server's ``answer``; the address is marked
    undeliverable when ``address_is_bad``; a substitute is opened, and returned.
    """
    with transaction.atomic():
        campaign = campaigns.hold(
            Delivery.objects.values_list("campaign", flat=True).get(pk=delivery_id)
        )
        locked = Delivery.objects.select_for_update(of=("self",)).get(pk=delivery_id)
        if locked.state != State.SENDING:
            return None
        locked.state, locked.reason, locked.server_answer = State.FAILED, reason, answer
        locked.try_after, locked.failed_on = None, on
        history.save(
            locked,
            by=None,
            because=reason,
            update_fields=["state", "reason", "server_answer", "try_after", "failed_on"],
        )
        return _missed(
            locked, campaign, on=on, by=None, because=reason, address_is_bad=address_is_bad
        )


def give_up(waiting: QuerySet[Delivery], *, on: date, by: User | None = None) -> set[int]:
    """Keep back what must not leave as it was frozen; returns the ids of those, of ``waiting``.

    Pauses, caps and post batches lie between the start and the sending, and people move meanwhile.
    A notice goes only to a customer, at an address that is theirs still and at which nothing has
    come back, and by e-mail only with approval (64.2008(d)(3)(i)): at the moment when it goes.

    1. Of who is no customer any more, or was merged into another account: queued -> cancelled. So
       are offers, which are owed to nobody.
    2. Of the others: queued -> failed, and a substitute goes to where the customer is reached now,
       in the same form if there is one.

    What tells of a change, or has a code, goes where it was pinned. ``on`` is the civil day.
    """
    held_back = waiting.filter(
        ~Q(customer__status=Customer.Status.ACTIVE)
        | Q(contact_point__until__isnull=False)
        | Q(contact_point__undeliverable_since__isnull=False)
        | Q(channel=Channel.EMAIL, marketing=False, customer__email_notices_since=None),
        state=State.QUEUED,
        change=None,
        code=None,
    )
    given_up = set()
    for pk, campaign_id in held_back.order_by("pk").values_list("pk", "campaign"):
        with transaction.atomic():
            campaign = campaigns.hold(campaign_id)
            locked = Delivery.objects.select_for_update(of=("self",)).get(pk=pk)
            owed, reason = _why_not(locked)
            if locked.state != State.QUEUED or not reason:
                continue
            locked.state, locked.reason = State.FAILED if owed else State.CANCELLED, reason
            locked.try_after, locked.failed_on = None, on if owed else None
            fields = ["state", "reason", "try_after", "failed_on"]
            history.save(locked, by=by, because=reason, update_fields=fields)
            if owed:
                _open_substitute(locked, campaign, on=on, by=by)
            given_up.add(pk)
    return given_up


def _why_not(delivery: Delivery) -> tuple[bool, str]:
    """Whether it is owed to the customer all the same, and why it must not leave as it is."""
    customer, point = delivery.customer, delivery.contact_point
    owed = not delivery.marketing
    if customer.status == Customer.Status.MERGED:
        return False, "The account was merged into another before it was sent."
    if customer.status != Customer.Status.ACTIVE:
        return False, "The service ended before it was sent."
    if point and point.until:
        return owed, Delivery.MOVED
    if point and point.undeliverable_since:
        return owed, Delivery.NOTHING_ARRIVES
    if owed and delivery.channel == Channel.EMAIL and customer.email_notices_since is None:
        return owed, Delivery.NO_CONSENT
    return owed, ""


def _missed(
    delivery: Delivery,
    campaign: Campaign,
    *,
    on: date,
    by: User | None,
    because: str,
    address_is_bad: bool = True,
) -> Delivery | None:
    if address_is_bad and delivery.contact_point_id is not None:
        contacts.mark_undeliverable([delivery.contact_point_id], on=on, by=by, because=because)
    return _open_substitute(delivery, campaign, on=on, by=by)


def _open_substitute(
    delivery: Delivery, campaign: Campaign, *, on: date, by: User | None
) -> Delivery | None:
    """Queue the notice once more in another form, or put the customer on the exceptions list.

    ``campaign`` is held, so it is neither finished nor cancelled meanwhile. None when it was
    cancelled before, or the next round exists already.
    """
    if campaign.status == Campaign.Status.CANCELLED or delivery.code_id or delivery.marketing:
        # A code that did not arrive is asked for once more by whoever is on the line, and an offer
        # is owed to nobody.
        return None
    following = _following(delivery).first()
    if following and following.state == State.CANCELLED:
        return _revive(following, by=by)
    if delivery.change_id:
        return _open_next_way(delivery, campaign, by=by)
    if following:
        return None
    point = _another_way(delivery, on=on)
    substitute = Delivery(
        campaign=campaign,
        customer=delivery.customer,
        round=delivery.round + 1,
        text=delivery.text,
        channel=_channel(point),
        contact_point=point,
        recipient_name=delivery.customer.name,
        state=State.QUEUED if point else State.UNREACHABLE,
        reason=""
        if point
        else "There is no other way to reach the customer. Ask on the next call.",
    )
    history.save(substitute, by=by, because=f"Substitute for notice {delivery.reference}")
    if point:
        campaigns.reopen(campaign, by=by, because="A substitute notice was added")
    return substitute


def _following(delivery: Delivery) -> QuerySet[Delivery]:
    """What was opened because ``delivery`` did not arrive."""
    later = Delivery.objects.filter(customer=delivery.customer_id, round=delivery.round + 1)
    if delivery.change_id:
        return later.filter(change=delivery.change_id)
    return later.filter(campaign=delivery.campaign_id, change=None, code=None)


def _revive(substitute: Delivery, *, by: User | None) -> Delivery:
    """Queue a substitute again that was cancelled because the return was taken back."""
    nowhere = substitute.channel == Channel.NONE
    substitute.state = State.UNREACHABLE if nowhere else State.QUEUED
    substitute.reason = substitute.reason if nowhere else ""
    fields = ["state", "reason"]
    history.save(substitute, by=by, because="It came back after all", update_fields=fields)
    if not nowhere:
        campaigns.reopen(substitute.campaign, by=by, because="A substitute notice was added")
    return substitute


def _open_next_way(delivery: Delivery, campaign: Campaign, *, by: User | None) -> Delivery | None:
    """Tell of the change by the next way that was pinned with it; else a person must see it."""
    way = change_notices.next_way(delivery)
    if way is None:
        return None
    nowhere = way.channel == Channel.NONE
    following = Delivery(
        campaign=campaign
        if nowhere
        else standing.campaign(
            campaign.notice.kind,
            way.channel,
            at=timezone.now(),
            message_domain=campaign.message_domain,
            of=campaign.notice,
        ),
        customer=delivery.customer,
        round=delivery.round + 1,
        text=delivery.text,
        channel=way.channel,
        contact_point=way.point,
        service=way.service,
        change=delivery.change,
        recipient_name=delivery.recipient_name,
        state=State.UNREACHABLE if nowhere else State.QUEUED,
        reason=change_notices.NOWHERE if nowhere else "",
    )
    history.save(following, by=by, because=f"Follows {delivery.reference}, which did not arrive")
    return following


def _channel(point: ContactPoint | None) -> str:
    if point is None:
        return Channel.NONE
    return Channel.EMAIL if point.kind == ContactPoint.Kind.EMAIL else Channel.POST


def _another_way(delivery: Delivery, *, on: date) -> ContactPoint | None:
    """A deliverable contact point of the customer in a form in which nothing has come back.

    What was given up before it left did not come back: the same form serves, at another address.
    """
    before = Delivery.objects.filter(campaign=delivery.campaign, customer=delivery.customer)
    tried = set(before.exclude(reason__in=Delivery.GIVEN_UP).values_list("channel", flat=True))
    notice, customer = delivery.campaign.notice, delivery.customer
    consented = customer.email_notices_since and customer.email_notices_since <= on
    may = {Channel.POST: notice.by_post, Channel.EMAIL: notice.by_email and consented}
    usable = ContactPoint.objects.current().filter(customer=customer, undeliverable_since=None)
    for channel in sorted(may, key=lambda channel: channel != delivery.channel):
        point = usable.filter(kind=channel).first()
        if may[channel] and channel not in tried and point:
            return point
    return None
