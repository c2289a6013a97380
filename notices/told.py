"""Whether, when, how and where a customer was told of a change, in words.

Places are masked: who reads this need not learn an address to know that something was sent to it.
"""

from collections.abc import Iterable
from copy import copy
from datetime import date
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


def told_of(
    change: AccountChange, deliveries: Iterable[Delivery], *, on: date | None = None
) -> tuple[Told, str]:
    """The answer for ``change`` and a sentence; ``deliveries`` are all that tell of it.

    As it was on the civil day ``on``, if that is given. Whoever asks about many reads
    ``telling__by`` along with them.
    """
    if change.at_start:
        return Told.EXEMPT, "At the start of service no notice is needed."
    rows = list(deliveries) if on is None else _as_of(deliveries, on)
    telling: Telling | None = getattr(change, "telling", None)
    if telling and (on is None or telling.on <= on):
        return Told.YES, f"{telling}, by {actor_name(telling.by)}."
    words = " ".join(map(sentence, rows))
    if any(d.state == State.SENT and not d.outcome for d in rows):
        return Told.YES, words
    if not rows:
        return Told.SOON, "It is queued within the minute."
    if any(d.state in Delivery.PENDING for d in rows):
        return Told.SOON, words
    return Told.NO, words


def _as_of(deliveries: Iterable[Delivery], on: date) -> list[Delivery]:
    """Copies of ``deliveries`` as far as their fate was known on the civil day ``on``."""
    then = [copy(delivery) for delivery in deliveries]
    for one in then:
        left_on = one.mailed_on or one.failed_on
        if left_on and left_on > on:
            one.state, one.mailed_on, one.failed_on = State.QUEUED, None, None
        if one.outcome_on and one.outcome_on > on:
            one.outcome, one.outcome_on = Delivery.Outcome.NONE, None
    # What waited beside one that had gone was the next way, which had not been opened yet.
    return [one for one in then if one.state != State.QUEUED] or then


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
