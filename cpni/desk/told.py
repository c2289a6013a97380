"""Who gets told of a change, said before it is made (64.2010(f)), in masked words.

Where and by which ways is what the notice itself asks: ``accounts.changes`` and ``notices.ways``.
"""

from collections.abc import Sequence

from accounts import changes
from cpni.desk import masked
from cpni.desk.screen import Screen
from notices import ways
from notices.models import Delivery
from notices.ways import Way

Channel = Delivery.Channel

NOBODY_AT_START = "nobody; this is the first day of service."
NOWHERE = "nothing was of record long enough, so a supervisor sees that the customer is told."


def sentence(screen: Screen, kind: str, *, new: Sequence[str] | None = None) -> str:
    """Where the customer is told of a change of ``kind`` made now, and what is not said there.

    ``new`` are the values of the address that was read back: to it nothing is sent, even if it was
    of record before. Masked even for who may see it: the caller hears where it goes, and no more.
    """
    customer = screen.customer
    if changes.at_start(customer, kind, on=screen.today):
        return NOBODY_AT_START
    place = changes.choose_place(
        customer.contact_points.all(), customer.services.all(), on=screen.today, new=new
    )
    found = [words(way) for way in ways.at_once(place)]
    if not found:
        return NOWHERE
    return f"{' and '.join(found)}. It says what kind of thing changed, never what it is now."


def words(way: Way) -> str:
    """One way, as the representative says it."""
    if way.service:
        how = "a text" if way.channel == Channel.TEXT else "a voice message"
        return f"{how} to {masked.telephone(way.service.telephone_number)}"
    point = way.point
    assert point is not None  # noqa: S101  (no other way has neither)
    if way.channel == Channel.EMAIL:
        return f"an e-mail to {masked.email(point.value)}"
    return f"a letter to {masked.post(point.line1, point.city, point.state)}"
