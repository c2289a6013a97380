"""What became of each recipient of a campaign: one fate each, so that fates sum to the recipients.

A recipient may have had several deliveries: a substitute follows what did not arrive. What counts
is the last one that was not cancelled. Querysets only; nothing here writes.
"""

from django.db.models import Exists, OuterRef, Q, QuerySet, TextChoices

from notices.models import Delivery

State, Outcome = Delivery.State, Delivery.Outcome


class Fate(TextChoices):
    """What can have become of a recipient."""

    WAITING = "waiting", "Waiting to be sent"
    SENT = "sent", "Sent, nothing came back"
    SUBSTITUTE_WAITING = "substitute_waiting", "Did not arrive; a substitute waits"
    SUBSTITUTE_SENT = "substitute_sent", "Did not arrive; a substitute was sent"
    BOUNCED = "bounced", "Bounced, nothing sent since"
    RETURNED = "returned", "Returned by the post, nothing sent since"
    FAILED = "failed", "Failed, nothing sent since"
    UNREACHABLE = "unreachable", "No way to reach them"
    CANCELLED = "cancelled", "Cancelled before it was sent"


_PENDING = Q(state__in=Delivery.PENDING)
_ARRIVED = Q(state=State.SENT, outcome=Outcome.NONE)
# Of a deciding delivery.
_CONDITIONS = {
    Fate.WAITING: _PENDING & Q(round=1),
    Fate.SENT: _ARRIVED & Q(round=1),
    Fate.SUBSTITUTE_WAITING: _PENDING & Q(round__gt=1),
    Fate.SUBSTITUTE_SENT: _ARRIVED & Q(round__gt=1),
    Fate.BOUNCED: Q(outcome=Outcome.BOUNCED),
    Fate.RETURNED: Q(outcome=Outcome.RETURNED),
    Fate.FAILED: Q(state=State.FAILED),
    Fate.UNREACHABLE: Q(state=State.UNREACHABLE),
    Fate.CANCELLED: Q(state=State.CANCELLED),
}


def deciding(deliveries: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """Of ``deliveries`` of campaigns the one of each recipient that says what became of them.

    The last that was not cancelled: a substitute is cancelled when what came back had arrived after
    all. Where all are cancelled, the first.
    """
    later = Delivery.objects.filter(
        campaign=OuterRef("campaign"),
        customer=OuterRef("customer"),
        round__gt=OuterRef("round"),
        change=None,
        code=None,
    ).exclude(state=State.CANCELLED)
    return deliveries.filter(
        ~Q(state=State.CANCELLED) | Q(round=1), ~Exists(later), change=None, code=None
    )


def of_fate(deliveries: QuerySet[Delivery], fate: Fate) -> QuerySet[Delivery]:
    """Of ``deliveries`` of campaigns the deciding ones of recipients with that fate."""
    return deciding(deliveries).filter(_CONDITIONS[fate])


def fate_of(state: str, outcome: str, *, substitute: bool) -> Fate:
    """The fate that a deciding delivery in that state means."""
    if outcome or state not in (*Delivery.PENDING, State.SENT):
        return Fate(outcome or state)
    if state == State.SENT:
        return Fate.SUBSTITUTE_SENT if substitute else Fate.SENT
    return Fate.SUBSTITUTE_WAITING if substitute else Fate.WAITING
