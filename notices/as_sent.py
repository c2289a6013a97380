"""What was sent to a customer, made once more from the delivery and the words that it points at.

The words of an approved notice cannot change, and neither can the address; what stands in them of
the carrier is taken as it was when it was sent. The customer's own link is left out: whoever has it
can answer for the customer.
"""

from datetime import datetime
from functools import cached_property

from accounts.models import Carrier
from notices import typesetting
from notices.models import Delivery, LetterFile
from notices.placeholders import fill
from notices.rendering import campaign_values, own_values

NO_LINK = {
    "en": "[the customer’s own link is left out here]",
    "es": "[aquí se omite el enlace propio del cliente]",
}


class CarrierThen:
    """The carrier's record as it was at any instant; read once for however many are asked."""

    @cached_property
    def rows(self) -> list[tuple[datetime, Carrier]]:
        """Since when it was so; read when it is first asked."""
        rows = Carrier.history.order_by("history_date", "history_id")
        return [(row.history_date, row.instance) for row in rows]

    def at(self, instant: datetime | None) -> Carrier | None:
        """As it was at ``instant``; as it is now where that is not known."""
        known = [carrier for since, carrier in self.rows if instant and since <= instant]
        return known[-1] if known else Carrier.get()


def made_at(delivery: Delivery) -> datetime | None:
    """When the words of ``delivery`` were made; None where that is not known.

    Of a letter that is when its PDF was, or when its batch was handed out before there was one.
    """
    if delivery.batch is None:
        return delivery.worded_at or delivery.sent_at
    files = LetterFile.objects.filter(batch=delivery.batch).exclude(made_at=None).order_by("number")
    made = (file.made_at for file in files.iterator() if delivery.pk in file.deliveries)
    known = [instant for instant in (next(made, None), delivery.batch.exported_at) if instant]
    return min(known, default=delivery.sent_at)


def body(delivery: Delivery, carrier: Carrier | None) -> str:
    """The words of ``delivery`` as its customer got them, by the way by which they went."""
    text = delivery.text
    words = {
        Delivery.Channel.EMAIL: text.email_body,
        Delivery.Channel.POST: text.letter_body,
    }.get(Delivery.Channel(delivery.channel), text.short_body)
    change = delivery.change
    told = (change.kind, change.on, change.says) if change else None
    values = {
        **(campaign_values(text.notice, carrier, text.language) if carrier else {}),
        **own_values(told, text.language),
        "customer_name": delivery.recipient_name,
        "reference": delivery.reference,
        "choice_link": NO_LINK[text.language],
        "unsubscribe_link": NO_LINK[text.language],
    }
    return fill(words, values)


def whole(delivery: Delivery, carrier: Carrier | None) -> str:
    """The subject of ``delivery``, and its words."""
    return f"{delivery.text.subject}\n\n{body(delivery, carrier)}"


def letter(delivery: Delivery, carrier: Carrier) -> bytes:
    """A letter as a PDF, as it was printed but for the link and its code."""
    point = delivery.contact_point
    lines = tuple(point.text.split("\n")) if point else ()
    whole = typesetting.Letter(
        delivery.reference,
        (delivery.recipient_name, *lines),
        body(delivery, carrier),
        delivery.text.language,
    )
    head = typesetting.Letterhead(carrier.legal_name, tuple(carrier.optout_address.split("\n")))
    (pages,) = typesetting.typeset([whole], head)
    return pages.pdf()
