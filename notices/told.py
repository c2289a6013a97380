"""Whether, when, how and where a customer was told of a change, in words.

Places are masked: who reads this need not learn an address to know that something was sent to it.
"""

from collections.abc import Iterable
from enum import StrEnum

from accounts.history import actor_name
from accounts.models import AccountChange, ContactPoint
from notices.models import Delivery, Telling

Channel, State = Delivery.Channel, Delivery.State


class Told(StrEnum):
    """What the customer knows of a change."""

    YES = "Told"
    SOON = "Being told"
    NO = "Not told"
    EXEMPT = "Exempt"


def told_of(change: AccountChange, deliveries: Iterable[Delivery]) -> tuple[Told, str]:
    """The answer for ``change`` and a sentence; ``deliveries`` are all that tell of it.

    Whoever asks about many reads ``telling__by`` along with them.
    """
    if change.at_start:
        return Told.EXEMPT, "At the start of service no notice is needed."
    rows = list(deliveries)
    telling: Telling | None = getattr(change, "telling", None)
    if telling:
        return Told.YES, f"{telling}, by {actor_name(telling.by)}."
    words = " ".join(map(sentence, rows))
    if any(d.state == State.SENT and not d.outcome for d in rows):
        return Told.YES, words
    if not rows:
        return Told.SOON, "It is queued within the minute."
    if any(d.state in Delivery.PENDING for d in rows):
        return Told.SOON, words
    return Told.NO, words


def sentence(delivery: Delivery) -> str:
    """One delivery: which way, to which place, when, or what became of it."""
    if delivery.channel == Channel.NONE:
        return delivery.reason
    day = delivery.mailed_on
    fate = delivery.get_outcome_display() if delivery.outcome else delivery.get_state_display()
    when = f"on {day:%b} {day.day}, {day.year}" if day and not delivery.outcome else fate.lower()
    return f"{delivery.get_channel_display()} to {masked(delivery)}, {when}."


def masked(delivery: Delivery) -> str:
    """Where ``delivery`` goes, as little of it as tells one place from another."""
    if delivery.service:
        return f"…{delivery.service.telephone_number[-4:]}"
    point = delivery.contact_point
    if point is None:
        return "nowhere"
    if point.kind == ContactPoint.Kind.EMAIL:
        local, _, domain = point.value.partition("@")
        return f"{local[:1]}…@{domain[:1]}…"
    return f"{point.city}, {point.state}"
