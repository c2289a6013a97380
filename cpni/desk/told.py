"""Who gets told of a change, said before it is made (64.2010(f)).

The ways are those of ``notices/change_notices.py``: the number of record where the carrier has set
that up, else a letter, and an e-mail at once.
"""

from accounts import changes
from accounts.models import Service
from cpni.desk import masked
from cpni.desk.screen import Screen
from notices import channels
from notices.models import Delivery

Channel = Delivery.Channel

NOBODY_AT_START = "nobody; this is the first day of service."
NOWHERE = "nothing was of record long enough, so a supervisor sees that the customer is told."


def sentence(screen: Screen, kind: str) -> str:
    """Where the customer is told of a change of ``kind`` made now, and what is not said there.

    Masked even for who may see it: the caller hears where it goes, and no more.
    """
    customer = screen.customer
    if changes.at_start(customer, kind, on=screen.today):
        return NOBODY_AT_START
    place = changes.choose_place(
        customer.contact_points.all(), customer.services.all(), on=screen.today
    )
    if place.service and (way := _by_number(place.service)):
        ways = [f"{way} to {masked.telephone(place.service.telephone_number)}"]
    else:
        ways = []
        if place.email and (channels.set_up(Channel.EMAIL) or not place.postal):
            ways.append(f"an e-mail to {masked.email(place.email.value)}")
        if post := place.postal:
            ways.append(f"a letter to {masked.post(post.line1, post.city, post.state)}")
    if not ways:
        return NOWHERE
    return f"{' and '.join(ways)}. It says what kind of thing changed, never what it is now."


def _by_number(service: Service) -> str:
    """How a number of record is told, by what the carrier has set up; "" when by nothing."""
    if service.category == Service.Category.WIRELESS and channels.set_up(Channel.TEXT):
        return "a text"
    return "a voice message" if channels.set_up(Channel.VOICE) else ""
