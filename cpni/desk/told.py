"""Who gets told of a change, said before it is made (64.2010(f))."""

from accounts import changes
from cpni.desk import masked
from cpni.desk.screen import Screen

NOBODY_AT_START = "nobody; this is the first day of service."
NOWHERE = "nothing was of record long enough, so a supervisor sees that the customer is told."


def sentence(screen: Screen) -> str:
    """Where the customer is told of a change that is made now, and what is not said there.

    Masked even for who may see it: the caller hears where it goes, and no more.
    """
    customer = screen.customer
    if changes.at_start(customer, on=screen.today):
        return NOBODY_AT_START
    place = changes.choose_place(
        customer.contact_points.all(), customer.services.all(), on=screen.today
    )
    ways = []
    if place.service:
        ways.append(
            f"a text or voice message to {masked.telephone(place.service.telephone_number)}"
        )
    if place.email:
        ways.append(f"an e-mail to {masked.email(place.email.value)}")
    if place.postal:
        post = place.postal
        ways.append(f"a letter to {masked.post(post.line1, post.city, post.state)}")
    if not ways:
        return NOWHERE
    return f"{', or else '.join(ways)}. It says what kind of thing changed, never what it is now."
