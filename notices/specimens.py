"""A notice as one customer gets it, before it goes out: to look at, and sent to staff.

As a test of the notice, or as the sample of a campaign (notices/samples.py).

It is made by what makes the real ones, so what is seen is what leaves. Nothing here is a delivery:
no row is written, no waiting period begins, and the reference and the link lead to nobody.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr

from django.conf import settings

from accounts.errors import Refused
from accounts.models import Carrier, Customer, User
from accounts.permissions import require
from notices import typesetting
from notices.models import Notice, NoticeText
from notices.placeholders import fill
from notices.relay import Meaning, Relay, RelayTrouble, configured
from notices.rendering import (
    Unaddressable,
    ascii_address,
    campaign_values,
    compile_message,
    own_values,
)

TEST = "notices.change_notice"
REFERENCE = "N-00000"
CHOSEN = {
    "en": "You said no to: letting our agents offer you our services (request O-00011).",
    "es": "Usted dijo que no a: que nuestros agentes le ofrezcan nuestros servicios"
    " (solicitud O-00011).",
}
# What staff read in the subject and above the words of a test, and of a sample.
TEST_MARK = {
    "subject": "[TEST]",
    "en": "TEST for staff of {{ carrier_name }}. No customer got this, and no reply to it counts.",
    "es": "PRUEBA para el personal de {{ carrier_name }}. Ningún cliente la recibió y ninguna"
    " respuesta cuenta.",
}
SAMPLE_MARK = {
    "subject": "[SAMPLE]",
    "en": "SAMPLE for staff of {{ carrier_name }}, before customers get it. No reply to it counts.",
    "es": "MUESTRA para el personal de {{ carrier_name }}, antes de que la reciban los clientes."
    " Ninguna respuesta cuenta.",
}


class NotTaken(Refused):
    """The relay did not take it now, and may later; ``wait`` is how long it asks to be left."""

    def __init__(self, message: str, remedy: str, wait: timedelta | None = None) -> None:
        self.wait = wait
        super().__init__(message, remedy)


@dataclass(frozen=True)
class Reader:
    """Who would get it: a name, a postal address on lines, and an e-mail address."""

    name: str = "Ann Example"
    address: tuple[str, ...] = ("123 Example Street", "Midvale, UT 84047")
    email: str = "ann@mail.example"


def reader_of(customer: Customer) -> Reader:
    """``customer`` as the present contact points have them; what there is not stays empty."""
    points = {point.kind: point for point in customer.contact_points.current()}
    post, email = points.get("post"), points.get("email")
    return Reader(
        name=customer.name,
        address=tuple(post.text.split("\n")) if post else (),
        email=email.text if email else "",
    )


def values_of(text: NoticeText, carrier: Carrier | None, reader: Reader) -> dict[str, str]:
    """What the placeholders of ``text`` stand for to ``reader``."""
    shared = campaign_values(text.notice, carrier, text.language) if carrier else {}
    return {**shared, **_own(text), "customer_name": reader.name, "reference": REFERENCE}


def _own(text: NoticeText) -> dict[str, str]:
    on = date(2026, 11, 23)
    change = own_values(("post", on, ""), text.language)
    link = f"{settings.PUBLIC_URL}/choices/{REFERENCE}-EXAMPLE/"
    choice = {"choice": CHOSEN[text.language]}
    stop = f"{settings.PUBLIC_URL}/choices/stop/{REFERENCE}-EXAMPLE/"
    more = {"code": "123456", "choice_link": link, "unsubscribe_link": stop}
    return {**change, **choice, **more}


def email_of(text: NoticeText, carrier: Carrier, reader: Reader, *, at: datetime) -> EmailMessage:
    """The e-mail to ``reader`` as a mail program reads it; ``at`` is an aware instant."""
    made = compile_message(text, carrier).message(
        address="customer@mail.example",
        name=reader.name,
        message_id="<example@mail.example>",
        reference=REFERENCE,
        at=at,
        own=_own(text),
    )
    return message_from_bytes(made, policy=policy.default)


def letter_of(text: NoticeText, carrier: Carrier, reader: Reader) -> list[bytes]:
    """The pages of the letter to ``reader``, as pictures (PNG)."""
    link = "" if text.notice.as_it_happens else _own(text)["choice_link"]
    letter = typesetting.Letter(
        REFERENCE,
        (reader.name, *reader.address),
        fill(text.letter_body, values_of(text, carrier, reader)),
        text.language,
        link,
    )
    head = typesetting.Letterhead(carrier.legal_name, tuple(carrier.optout_address.split("\n")))
    return typesetting.pictures(letter, head)


def send_test(
    notice: Notice,
    *,
    to: Sequence[User],
    by: User,
    at: datetime,
    message_domain: str,
) -> int:
    """Send the e-mail of ``notice`` in each language to members of staff; returns how many left.

    It is marked as a test in its subject and its first line, answers go to whoever sent it, and the
    name in it is made up. ``at`` is an aware instant. Raises Refused when nothing can be sent: no
    relay, no carrier, no e-mail text, someone who is not (or no more) of the staff or has no
    address, and when the relay takes it not.
    """
    require(by, TEST)
    try:
        people = [(str(user), ascii_address(user.email if user.is_active else "")) for user in to]
        replies_to = ascii_address(by.email)
    except Unaddressable as error:
        raise Refused(
            "Not every one of them, or not you, has an e-mail address.",
            "Enter the address with the member of staff.",
        ) from error
    return send_marked(
        notice,
        mark=TEST_MARK,
        to=people,
        replies_to=replies_to,
        at=at,
        message_id=lambda: f"<test.{uuid.uuid4().hex}@{message_domain}>",
    )


def send_marked(
    notice: Notice,
    *,
    mark: dict[str, str],
    to: Sequence[tuple[str, str]],
    replies_to: str,
    at: datetime,
    message_id: Callable[[], str],
) -> int:
    """Send the e-mail of ``notice``, marked, in each language; returns how many messages left.

    ``to`` has names and addresses, and ``message_id`` makes one for each message. Raises Refused as
    :func:`send_test` does, and NotTaken where another attempt may go better.
    """
    carrier = Carrier.get()
    texts = [text for text in notice.texts.all() if text.email_body.strip()]
    if not configured():
        raise Refused("No mail relay is set up.", "Set EMAIL_URL.")
    if carrier is None:
        raise Refused("The carrier is not filled in.", "Fill in the carrier's record first.")
    if not texts:
        raise Refused("It has no e-mail text.", "Write one.")
    relay, sender = Relay(), ascii_address(parseaddr(settings.DEFAULT_FROM_EMAIL)[1])
    sent = 0
    try:
        for text in texts:
            ready = compile_message(marked(text, mark), carrier)
            for name, address in to:
                message = ready.message(
                    address=address,
                    name=name,
                    message_id=message_id(),
                    reference=REFERENCE,
                    at=at,
                    reply_to=replies_to,
                    own={**_own(text), "customer_name": Reader().name},
                )
                answer = relay.send(sender, address, message)
                if answer.meaning in (Meaning.LATER, Meaning.DOUBT):
                    raise NotTaken(
                        f"The relay said: {answer.words}", "Try it again later.", answer.wait
                    )
                if answer.meaning is not Meaning.ACCEPTED:
                    raise Refused(f"The relay said: {answer.words}", "Correct the address.")
                sent += 1
    except RelayTrouble as error:
        said = f"The relay took nothing: {error.words}"
        if error.lasting:
            raise Refused(said, "Mend the settings of the relay.") from error
        raise NotTaken(said, "See that it runs.") from error
    finally:
        relay.close()
    return sent


def marked(text: NoticeText, mark: dict[str, str]) -> NoticeText:
    """``text`` with a mark, as staff get it: not to be saved."""
    return NoticeText(
        notice=text.notice,
        language=text.language,
        subject=f"{mark['subject']} {text.subject}",
        email_body=f"{mark[text.language]}\n\n{text.email_body}",
    )
