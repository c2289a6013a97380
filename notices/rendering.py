"""From the text of a notice to the bytes of one customer's e-mail.

What does not differ between customers is filled in and encoded once for a campaign and language
(:func:`compile_message`); for each customer only four header lines and the lines of the body that
name the customer are made, once as plain text and once as HTML. Building every message anew through
templates and MIME was measured at a quarter of that speed.
"""

import base64
import re
from binascii import b2a_qp
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import format_datetime, parseaddr
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.encoding import punycode

from accounts.fields import CONTROL, telephone_shown
from accounts.models import Carrier, Customer
from notices.email_html import as_html, escaped
from notices.models import Notice, NoticeText
from notices.placeholders import PATTERN, PER_CUSTOMER, fill

MONTHS = {
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    "es": (
        *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
        *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
    ),
}
# What was changed, as it stands in a sentence.
CHANGES = {
    "en": {
        "password": "the password",
        "backup": "the back-up question",
        "online": "the online account",
        "post": "the postal address",
        "email": "the e-mail address",
    },
    "es": {
        "password": "la contraseña",
        "backup": "la pregunta de seguridad",
        "online": "la cuenta en línea",
        "post": "la dirección postal",
        "email": "la dirección de correo electrónico",
    },
}
# RFC 2047 allows 75 characters to an encoded word; 45 bytes make 60 of base64.
WORD_BYTES = 45
NOT_IN_AN_ADDRESS = re.compile(r'[\s\x00-\x20\x7f<>()\[\],;:"\\]')

# Quoted-printable has no “=_”, so no text can end a part (RFC 2045, 6.7).
BOUNDARY = b"=_notice"
_PART = (
    b"--" + BOUNDARY + b"\r\nContent-Type: text/%b; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
)
BEGIN = _PART % b"plain"
# The line end before a boundary belongs to the boundary.
BETWEEN = b"\r\n" + _PART % b"html"
END = b"\r\n--" + BOUNDARY + b"--\r\n"


# RFC 8058: the mail program stops it by itself, with one POST that needs no page and no cookie.
ONE_CLICK = b"List-Unsubscribe: <%b>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"


# Postmark gives each message an identifier of its own; these leave it ours, and have its webhooks
# name ours too, in at most 80 characters.
POSTMARK = b"X-PM-KeepID: true\r\nX-PM-Metadata-message-id: %b\r\n"
POSTMARK_TAKES = 80


class Unaddressable(ValueError):
    """Mail cannot be addressed to this: the reason, in words, holds no personal data."""


def campaign_values(notice: Notice, carrier: Carrier, language: str = "en") -> dict[str, str]:
    """What the placeholders stand for that are the same for all customers of one language.

    Letters use them too. Dates are written out in ``language`` (a code of ``Customer.Language``):
    a notice that is translated is translated as a whole (64.2008(c)(8)).
    """
    version = notice.policy_version
    values = {
        "carrier_name": carrier.legal_name,
        "support_number": telephone_shown(carrier.support_number),
        "optout_number": telephone_shown(carrier.optout_number),
        "optout_address": carrier.optout_address,
        "optout_email": carrier.optout_email,
        "officer_name": carrier.officer_name,
        "officer_title": carrier.officer_title,
    }
    if version and not notice.as_it_happens:
        values |= {
            "waiting_days": str(notice.waiting_days),
            "policy_number": version.number,
            "policy_effective_on": date_in_words(version.effective_on, language),
        }
    return values


def own_values(own: tuple[str, date, str] | str | None, language: str) -> dict[str, str]:
    """What a message says of the change that it tells of, or its one-time code.

    Of a change its kind, its day, and of a choice about CPNI what was chosen. Of everything else
    the kind of thing only: neither what it was nor what it is now may be revealed (64.2010(f)).
    """
    if own is None:
        return {}
    if isinstance(own, str):
        return {"code": own}
    kind, on, says = own
    what = {"choice": says} if kind == "choice" else {"change": CHANGES[language][kind]}
    return {**what, "changed_on": date_in_words(on, language)}


def date_in_words(day: date, language: str) -> str:
    """``January 5, 2026``, or ``5 de enero de 2026``."""
    month = MONTHS[language][day.month - 1]
    if language == Customer.Language.SPANISH:
        return f"{day.day} de {month} de {day.year}"
    return f"{month} {day.day}, {day.year}"


@dataclass(frozen=True)
class Compiled:
    """A notice in one language, ready but for what differs from customer to customer."""

    head: bytes
    # A body: encoded lines that are the same for everybody, and between them lines as a list of
    # texts in which every second one (odd places) is the name of a placeholder.
    body: tuple[bytes | tuple[str, ...], ...]
    html: tuple[bytes | tuple[str, ...], ...]
    zone: ZoneInfo
    language: str = "en"
    short: str = ""  # of a text or voice message, filled in as far

    def message(
        self,
        *,
        address: str,
        name: str,
        message_id: str,
        reference: str,
        at: datetime,
        own: Mapping[str, str] | None = None,
        reply_to: str = "",
        unsubscribe: str = "",
    ) -> bytes:
        """The message to one customer, with CRLF line ends.

        ``address`` and ``reply_to`` (``""``: replies go to the sender) are as
        :func:`ascii_address` gives them; ``at``, an aware instant, becomes the Date in the
        carrier's zone. Line breaks and other control characters in ``name`` become spaces, so a
        name can add neither a header nor a line.
        """
        name = CONTROL.sub(" ", name)
        values = {"customer_name": name, "reference": reference, **(own or {})}
        return b"".join(
            (
                b"To: %b\r\nMessage-ID: %b\r\nDate: %b\r\n"
                % (
                    recipient_header(name, address),
                    message_id.encode("ascii"),
                    format_datetime(at.astimezone(self.zone)).encode("ascii"),
                ),
                b"Reply-To: %b\r\n" % reply_to.encode("ascii") if reply_to else b"",
                ONE_CLICK % unsubscribe.encode("ascii") if unsubscribe else b"",
                _for_provider(message_id),
                self.head,
                *filled_in(self.body, values),
                BETWEEN,
                *filled_in(self.html, escaped(values)),
                END,
            )
        )


def _for_provider(message_id: str) -> bytes:
    """What the provider that mail leaves by must be told, so that it can tell of failures."""
    if settings.MAIL_PROVIDER != "postmark":
        return b""
    return POSTMARK % message_id.strip("<>")[:POSTMARK_TAKES].encode("ascii")


def compile_message(text: NoticeText, carrier: Carrier) -> Compiled:
    """Make ready everything of ``text`` as an e-mail that does not differ between customers."""
    sender = ascii_address(parseaddr(settings.DEFAULT_FROM_EMAIL)[1])
    headers = (
        (b"From", phrase(carrier.legal_name) + b"\r\n <" + sender.encode() + b">"),
        *([] if text.notice.as_it_happens else [(b"Precedence", b"bulk")]),
        (b"Subject", encoded_text(text.subject)),
        # Holiday answers would arrive where objections do (RFC 3834).
        (b"Auto-Submitted", b"auto-generated"),
        (b"MIME-Version", b"1.0"),
        (b"Content-Language", text.language.encode()),
        (b"Content-Type", b'multipart/alternative; boundary="%b"' % BOUNDARY),
    )
    head = b"".join(b"%b: %b\r\n" % header for header in headers) + b"\r\n" + BEGIN
    values = campaign_values(text.notice, carrier, text.language)
    return Compiled(
        head=head,
        body=compiled_body(text.email_body, values),
        html=compiled_body(
            as_html(text.email_body, subject=text.subject, language=text.language), escaped(values)
        ),
        zone=carrier.zone,
        language=text.language,
        short=fill(text.short_body, values),
    )


def compiled_body(template: str, values: Mapping[str, str]) -> tuple[bytes | tuple[str, ...], ...]:
    """The lines of ``template``, encoded as far as they are the same for everybody.

    Placeholders are looked for once, before anything is filled in, so a value that looks like a
    placeholder stays as it is.
    """
    lines: list[list[str]] = [[""]]  # of each line: text, placeholder, text, placeholder, text

    def add(words: str) -> None:
        first, *rest = words.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        lines[-1][-1] += first
        lines.extend([line] for line in rest)

    end = 0
    for found in PATTERN.finditer(template):
        add(template[end : found.start()])
        if found[1] in PER_CUSTOMER:
            lines[-1] += [found[1], ""]
        else:
            add(values.get(found[1], found[0]))
        end = found.end()
    add(template[end:])
    if lines[-1] == [""]:
        lines.pop()

    body: list[bytes | tuple[str, ...]] = []
    for line in lines:
        if len(line) > 1:
            body.append(tuple(line))
        elif body and isinstance(body[-1], bytes):
            body[-1] += encoded_line(line[0])
        else:
            body.append(encoded_line(line[0]))
    return tuple(body)


def filled_in(
    body: Iterable[bytes | tuple[str, ...]], values: Mapping[str, str]
) -> Iterator[bytes]:
    """The encoded lines of a compiled body with what ``values`` has for one customer."""
    for piece in body:
        if isinstance(piece, bytes):
            yield piece
        else:
            texts = (values[t] if i % 2 else t for i, t in enumerate(piece))
            yield encoded_line("".join(texts))


def encoded_line(line: str) -> bytes:
    """One line (without its end) in quoted-printable, with CRLF at its end."""
    # Given no line end, b2a_qp breaks long lines with "=" and a bare line feed.
    return b2a_qp(line.encode(), istext=True).replace(b"\n", b"\r\n") + b"\r\n"


def recipient_header(name: str, address: str) -> bytes:
    """``"Ann Example" <ann@mail.example>``, or the address alone.

    A name that needs several encoded words is left out: some readers (Python's own, 3.11) put
    spaces where such words meet. The body has the name in full.
    """
    if not name.strip() or (not name.isascii() and len(name.encode()) > WORD_BYTES):
        return address.encode("ascii")
    return phrase(name) + b"\r\n <" + address.encode("ascii") + b">"


def phrase(text: str) -> bytes:
    """``text`` as the name before an address: quoted, or encoded where it is not plain ASCII."""
    text = CONTROL.sub(" ", text)
    if text.isascii() and "=?" not in text:
        return b'"' + text.replace("\\", "\\\\").replace('"', '\\"').encode() + b'"'
    return encoded_words(text)


def encoded_text(text: str) -> bytes:
    """``text`` as the content of a header such as Subject."""
    text = CONTROL.sub(" ", text)
    return text.encode() if text.isascii() and "=?" not in text else encoded_words(text)


def encoded_words(text: str) -> bytes:
    """``text`` as encoded words of RFC 2047, folded; no character is cut in two."""
    words, word = [], b""
    for character in text:
        encoded = character.encode()
        if len(word) + len(encoded) > WORD_BYTES:
            words.append(word)
            word = b""
        word += encoded
    words.append(word)
    return b"\r\n ".join(b"=?utf-8?b?%b?=" % base64.b64encode(word) for word in words)


def ascii_address(address: str) -> str:
    """``address`` as it goes into headers and SMTP commands: its domain in ASCII (IDNA).

    Raises Unaddressable when it has no such form, or holds what could end a header or command.
    """
    local, _, domain = address.rpartition("@")
    if not local or not domain or NOT_IN_AN_ADDRESS.search(address):
        raise Unaddressable("This is not an e-mail address.")
    if not local.isascii():
        raise Unaddressable("Letters outside ASCII before the @ cannot be mailed to.")
    try:
        return f"{local}@{punycode(domain)}"
    except UnicodeError as error:
        raise Unaddressable("The domain of this address is not valid.") from error
