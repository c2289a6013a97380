"""From the bytes of a message to what can be read of it. Pure, and never raises.

Whatever comes in is kept; here nothing may fail because of a wrong charset, a boundary that is
missing, or parts within parts without end. The standard library's older policy hands broken headers
over as they are; its newer one raises for some.
"""

import email
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.errors import HeaderParseError, MessageError
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses, parseaddr
from functools import cached_property
from html.parser import HTMLParser

LONGEST = 100_000  # characters of one text part that are looked at
MOST_PARTS = 200
BREAKS = {"br", "p", "div", "tr", "li", "h1", "h2", "h3", "hr", "blockquote", "table", "pre"}
HIDDEN = {"style", "script", "head", "title"}
NOT_TEXT = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127))


@dataclass(frozen=True)
class Mail:
    """A message as far as it can be read."""

    parsed: Message

    def header(self, name: str) -> str:
        """The decoded text of the first header of that name, on one line, or nothing."""
        return decoded(self.parsed.get(name))

    def headers(self, *names: str) -> str:
        """All headers of those names, one on a line."""
        return "\n".join(decoded(v) for name in names for v in self.parsed.get_all(name, []))

    @property
    def sender(self) -> str:
        """The address in From, in lower case; nothing when there is none."""
        found = getaddresses([self.header("From")])
        return next((address.strip().lower() for _, address in found if "@" in address), "")

    @property
    def from_nobody(self) -> bool:
        """Whether its envelope had no sender, as of what machines report (RFC 5321, 4.5.5)."""
        path = self.parsed.get("Return-Path")
        return path is not None and not parseaddr(str(path))[1].strip("<> ")

    @cached_property
    def parts(self) -> list[Message]:
        """Its parts, those of messages within it too, as far as ``MOST_PARTS``."""
        found = []
        for part in _walk(self.parsed):
            found.append(part)
            if len(found) == MOST_PARTS:
                break
        return found

    @cached_property
    def text(self) -> str:
        """The words of the message itself: its plain text, else its HTML as text."""
        html = ""
        for part in _own_parts(self.parsed):
            kind = part.get_content_type()
            if part.get_filename() or part.get_content_disposition() == "attachment":
                continue
            if kind == "text/plain" and (plain := text_of(part)).strip():
                return plain
            if kind == "text/html" and not html:
                html = as_text(text_of(part))
        return html

    @cached_property
    def attachments(self) -> list[str]:
        """The names of what is attached, each with its kind and size in bytes; never opened."""
        found = []
        for part in self.parts[1:]:
            name = part.get_filename()
            if name is None and part.get_content_disposition() != "attachment":
                continue
            content = part.get_payload(decode=True)
            size = len(content) if isinstance(content, bytes) else 0
            shown = decoded(name) or "without a name"
            found.append(f"{shown[:200]} ({part.get_content_type()}, {size:,} bytes)")
        return found

    @cached_property
    def everything(self) -> str:
        """All text in it, and the headers of messages within it: where a returned original is."""
        found = []
        for part in self.parts:
            if part is not self.parsed:
                found.append("\n".join(f"{k}: {decoded(v)}" for k, v in part.items()))
            if part.get_content_maintype() == "text" or not part.get_content_maintype():
                found.append(text_of(part))
        return "\n".join(found)

    def first(self, kind: str) -> Message | None:
        """The first part of that content type."""
        return next((part for part in self.parts if part.get_content_type() == kind), None)


def read(raw: bytes) -> Mail:
    """``raw`` as a message; what cannot be taken apart keeps its headers and is one text."""
    try:
        return Mail(email.message_from_bytes(raw, policy=policy.compat32))
    except (RecursionError, MessageError, ValueError, LookupError, TypeError, AssertionError):
        parsed = BytesHeaderParser(policy=policy.compat32).parsebytes(raw[:LONGEST])
        plain: Message = Message()
        for name in ("From", "To", "Subject", "Message-ID", "In-Reply-To", "References", "Date"):
            if parsed.get(name):
                plain[name] = str(parsed[name])
        plain.set_payload(raw[:LONGEST].decode("latin-1"))
        return Mail(plain)


def decoded(value: object) -> str:
    """The text of a header's value: encoded words read, line breaks and control characters gone."""
    if value is None:
        return ""
    try:
        pieces = decode_header(str(value))
    except (HeaderParseError, ValueError, LookupError, TypeError):
        pieces = [(str(value), None)]
    texts = [
        _decode(piece, charset) if isinstance(piece, bytes) else piece for piece, charset in pieces
    ]
    return " ".join(clean("".join(texts)).split())


def text_of(part: Message) -> str:
    """The text of a text part, whatever it claims to be in, as far as ``LONGEST``."""
    try:
        content = part.get_payload(decode=True)
        charset = part.get_content_charset()
    except (ValueError, LookupError, TypeError, AssertionError):
        content, charset = str(part.get_payload()).encode("utf-8", "replace"), None
    if not isinstance(content, bytes):
        return ""
    return clean(_decode(content[: LONGEST * 4], charset))[:LONGEST].replace("\r\n", "\n")


def clean(text: str) -> str:
    """``text`` without what no database stores and no page shows."""
    return text.translate(NOT_TEXT).encode("utf-8", "replace").decode("utf-8")


def _decode(content: bytes, charset: str | None) -> str:
    for name in (charset, "utf-8"):
        try:
            if name:
                return content.decode(name)
        except (UnicodeError, LookupError, ValueError):
            continue
    # Every byte is a character in it, so nothing is lost.
    return content.decode("cp1252", "replace")


def _walk(part: Message) -> Iterator[Message]:
    """As the library's ``walk``, which calls itself for each level, without end."""
    waiting = [part]
    while waiting:
        one = waiting.pop()
        yield one
        inner = one.get_payload()
        if isinstance(inner, list):
            waiting.extend(reversed([p for p in inner if isinstance(p, Message)]))


def _own_parts(part: Message) -> Iterator[Message]:
    """The parts of the message, but none of a message within it."""
    waiting, seen = [part], 0
    while waiting and seen < MOST_PARTS:
        one, seen = waiting.pop(), seen + 1
        inner = one.get_payload()
        if isinstance(inner, list):
            if one.get_content_maintype() != "message":
                waiting.extend(reversed([p for p in inner if isinstance(p, Message)]))
        else:
            yield one


class _Text(HTMLParser):
    """The text of a page; what it quotes begins with ``>``, as in plain text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = [""]
        self.quoted = 0
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in BREAKS:
            self._new_line()
        if tag == "blockquote":
            self.quoted += 1
        if tag in HIDDEN:
            self.hidden += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in BREAKS:
            self._new_line()
        if tag == "blockquote":
            self.quoted = max(0, self.quoted - 1)
        if tag in HIDDEN:
            self.hidden = max(0, self.hidden - 1)

    def handle_data(self, data: str) -> None:
        if self.hidden:
            return
        words = " ".join(data.replace("\xa0", " ").split())
        if words:
            if not self.lines[-1]:
                self.lines[-1] = "> " * self.quoted
            elif data[:1].isspace() and not self.lines[-1].endswith(" "):
                self.lines[-1] += " "
            self.lines[-1] += words + (" " if data[-1:].isspace() else "")

    def _new_line(self) -> None:
        if self.lines[-1]:
            self.lines.append("")


def as_text(html: str) -> str:
    """The words of ``html``; nothing in it is followed, fetched or run."""
    reader = _Text()
    try:
        reader.feed(html)
        reader.close()
    except (AssertionError, ValueError):  # a broken declaration: what was read so far
        pass
    return "\n".join(line.rstrip() for line in reader.lines).strip()
