"""By what a message that comes back names its delivery: two addresses and the Message-ID.

Each e-mail leaves with an envelope sender of its own, where bounces go, and (where there is
something to answer) a Reply-To of its own: ``RETURN_ADDRESS`` with the delivery's token after a
``+`` (RFC 5233). The left part of its Message-ID is another. Only our key makes tokens
(``notices.links``), so who has one has the notice, and nobody can speak for the neighbour.
"""

import re
from dataclasses import dataclass
from uuid import UUID

from notices import links

BOUNCE, REPLY, MESSAGE_ID = "bounce", "reply", "message-id"
LETTER = {BOUNCE: "b", REPLY: "r"}
TOKEN = r"n-[0-9a-z]{5,14}-[0-9a-z]{20}"  # noqa: S105  (its form)
# Some servers change the case; and whatever stands before the +, an old address stays good.
ADDRESS = re.compile(rf"\+([br])-({TOKEN})@", re.IGNORECASE)
PROBED = re.compile(r"\+p-([0-9a-f]{32})@", re.IGNORECASE)
IDENTIFIER = re.compile(rf"\b({TOKEN})\.notice@", re.IGNORECASE)


@dataclass(frozen=True)
class Found:
    """A delivery that a message names, and by what: one of the three above."""

    delivery_id: int
    by: str


def address(number: int, key: str, kind: str, base: str) -> str:
    """The address for what comes back of the delivery with this id.

    ``kind`` is BOUNCE or REPLY, ``base`` the installation's ``RETURN_ADDRESS``.
    """
    mailbox, _, domain = base.rpartition("@")
    token = links.token(number, key, kind).lower()
    return f"{mailbox}+{LETTER[kind]}-{token}@{domain}"


def probe_address(token: UUID, base: str) -> str:
    """The address to which a test of the way for replies is sent; ``token`` is the probe's."""
    mailbox, _, domain = base.rpartition("@")
    return f"{mailbox}+p-{token.hex}@{domain}"


def probes_in(text: str) -> list[UUID]:
    """The tokens of probes that addresses in ``text`` name."""
    return [UUID(hex=token) for token in dict.fromkeys(PROBED.findall(text))]


def message_id(number: int, key: str, domain: str) -> str:
    """The Message-ID of that delivery's e-mail: the same however often it is sent."""
    return f"<{links.token(number, key, MESSAGE_ID).lower()}.notice@{domain}>"


def in_addresses(text: str) -> list[Found]:
    """The deliveries that addresses in ``text`` name, in their order; of none we did not make."""
    kinds = {letter: kind for kind, letter in LETTER.items()}
    named = ((kinds[letter.lower()], token) for letter, token in ADDRESS.findall(text))
    return [
        Found(number, kind)
        for kind, token in dict.fromkeys(named)
        if (number := links.delivery_of(token, kind))
    ]


def in_message_ids(text: str) -> list[Found]:
    """The deliveries whose Message-IDs stand in ``text``, in their order."""
    tokens = dict.fromkeys(IDENTIFIER.findall(text))
    return [
        Found(number, MESSAGE_ID)
        for token in tokens
        if (number := links.delivery_of(token, MESSAGE_ID))
    ]
