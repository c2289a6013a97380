"""Whose delivery a message answers, and how surely.

What only the recipient of a notice can know (its return addresses, its Message-ID, its link) is
certain, whoever the message claims to be from. What anybody can write is not: a sender's address
and name, an account number or a reference. It holds whoever may be meant until a person decides.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from email.utils import parseaddr

from accounts.models import ContactPoint, Customer
from cpni import matching
from cpni.inbound.reading import Mail
from cpni.models import InboundMessage, RequestCandidate
from notices import links, return_addresses
from notices.models import Delivery
from notices.return_addresses import BOUNCE, REPLY, Found

MatchedBy = InboundMessage.MatchedBy

# Where servers write down the envelope's recipient when they store a message.
ENVELOPE = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Delivered-To")
ADDRESSED = ("To", "Cc", "Resent-To", "X-Forwarded-To")
# Servers try for five days, and tell within as many again.
FAILS_WITHIN = timedelta(days=30)
LINK = re.compile(r"/choices/(N-[0-9A-Z]{5,14}-[0-9A-Z]{20})\b", re.IGNORECASE)


@dataclass(frozen=True)
class Match:
    """The delivery that a message answers, and by what; or customers whom it may be from.

    ``token`` is what the message named it by: of one message sent to two of our addresses, each
    copy is a message of its own. ``others`` are further deliveries that it names as surely.
    """

    by: str
    delivery: Delivery | None = None
    candidates: tuple[Customer, ...] = ()
    others: tuple[Delivery, ...] = ()

    @property
    def token(self) -> str:
        return str(self.delivery.pk) if self.delivery else ""


def match(mail: Mail, recipient: str = "") -> Match:
    """Match ``mail``; ``recipient`` is the envelope's, where the door knows it.

    In this order: envelope address, reply address, Message-ID in any header or returned text, what
    else of the returned original only its recipient has; at last whom its sender and words name.
    """
    envelope = f"{recipient}\n{mail.headers(*ENVELOPE)}"
    arrived = return_addresses.in_addresses(envelope)
    written = return_addresses.in_addresses(mail.headers(*ADDRESSED))
    answers = mail.headers("In-Reply-To", "References")
    for by, found in (
        (MatchedBy.ENVELOPE, [f for f in arrived if f.by == BOUNCE]),
        (MatchedBy.REPLY, [f for f in (*arrived, *written) if f.by == REPLY]),
        (MatchedBy.ENVELOPE, [f for f in written if f.by == BOUNCE]),
        (MatchedBy.MESSAGE_ID, return_addresses.in_message_ids(answers)),
        (MatchedBy.MESSAGE_ID, return_addresses.in_message_ids(mail.everything)),
        (MatchedBy.ORIGINAL, _in_original(mail)),
    ):
        # With the envelope's recipient known, other addressees are other copies' business.
        named = found[:1] if arrived else found
        deliveries = _deliveries(named)
        if deliveries:
            first, *others = deliveries
            return Match(
                by, first, others=tuple(d for d in others if d.customer_id != first.customer_id)
            )
    # What it quotes as well: a notice of ours has the reference on it.
    said = f"From: {written_by(mail)}\n{mail.header('Subject')}\n{mail.text}"
    likely = matching.candidates(said)
    by_address = any(RequestCandidate.Found.EMAIL in one.found_by for one in likely)
    return Match(
        MatchedBy.SENDER if by_address else MatchedBy.NOTHING,
        candidates=tuple(one.customer for one in likely),
    )


def written_by(mail: Mail) -> str:
    """Whom ``mail`` says it is from: the name, where there is one, and the address."""
    name, _ = parseaddr(mail.header("From"))
    return f"{name} <{mail.sender}>" if name else mail.sender


def _in_original(mail: Mail) -> list[Found]:
    text = mail.everything
    found = return_addresses.in_addresses(text)
    if found:
        return found
    tokens = dict.fromkeys(LINK.findall(text))
    numbers = [number for token in tokens if (number := links.delivery_of(token))]
    return [Found(number, links.CHOICES) for number in numbers]


def _deliveries(found: list[Found]) -> list[Delivery]:
    """Those that are there, in the order in which they are named."""
    numbers = [f.delivery_id for f in found][: matching.MOST]
    rows = Delivery.objects.filter(pk__in=numbers).select_related("customer__merged_into", "text")
    there = {row.pk: row for row in rows}
    return [there[n] for n in dict.fromkeys(numbers) if n in there]


def sent_to(addresses: list[str], *, on: date) -> list[Customer]:
    """Customers to whom a message went to one of ``addresses`` in the weeks before ``on``."""
    points = [
        point
        for address in addresses[: matching.MOST]
        for point in ContactPoint.objects.found_by(ContactPoint.Kind.EMAIL, address)
    ]
    sent = Delivery.objects.filter(contact_point__in=points, mailed_on__gte=on - FAILS_WITHIN)
    return list(dict.fromkeys(d.customer.remaining for d in sent.select_related("customer")))
