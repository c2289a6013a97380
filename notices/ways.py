"""By which ways a place is told something about the account: the one answer to that question.

Whoever sends, whoever follows up what failed, and whoever says beforehand where it will go asks
here (64.2010(f)). Reads the ways that the carrier has set up, and nothing else.
"""

from dataclasses import dataclass

from accounts.changes import Place
from accounts.models import ContactPoint, Service
from notices import channels
from notices.models import Delivery

Channel = Delivery.Channel
BY_NUMBER = (Channel.TEXT, Channel.VOICE)


@dataclass(frozen=True)
class Way:
    """A channel, and the address or the number that it leads to."""

    channel: Delivery.Channel
    point: ContactPoint | None = None
    service: Service | None = None


def to(place: Place) -> list[Way]:
    """Every way to ``place``, in the order in which they are tried; none when it is nowhere.

    A text goes to a wireless number of record, a voice message to any, where the carrier has set
    that up; else an e-mail and a letter. An e-mail that cannot be sent now is no way while there is
    a letter, and waits where there is none.
    """
    found = []
    if place.service:
        wireless = place.service.category == Service.Category.WIRELESS
        if wireless and channels.set_up(Channel.TEXT):
            found.append(Way(Channel.TEXT, service=place.service))
        if channels.set_up(Channel.VOICE):
            found.append(Way(Channel.VOICE, service=place.service))
    if place.email and (channels.set_up(Channel.EMAIL) or not place.postal):
        found.append(Way(Channel.EMAIL, place.email))
    if place.postal:
        found.append(Way(Channel.POST, place.postal))
    return found


def at_once(place: Place) -> list[Way]:
    """Those of :func:`to` that are taken at once; the others follow when these have failed.

    By the number alone where there is a way to it; else in writing, by all that there is.
    """
    found = to(place)
    return found[:1] if found and found[0].channel in BY_NUMBER else found
