"""From the bytes of a message to what can be read of it. Pure, and never raises.

Whatever comes in is kept; here nothing may fail because of a wrong charset, a boundary that is
missing, or parts within parts without end. The standard library's older policy hands broken headers
over as they are; its newer one raises for some.
"""

import email
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses, parseaddr, parsedate_to_datetime
from functools import cached_property

LONGEST = 100_000  # characters of one text part that are looked at
MOST_PARTS = 200
BREAKS = {"br", "p", "div", "tr", "li", "h1", "h2", "h3", "hr", "blockquote", "table", "pre"}
HIDDEN = {"style", "script", "head", "title"}
DEEPEST = 10  # quotations within quotations that are marked as such
# A tag, a comment, another declaration. None looks beyond the next bracket or goes back: the time
# grows as the text does. The library's parser takes half a minute for 60 KB of tags without an end.
MARKUP = re.compile(r"<(/?)([a-zA-Z][\w:.-]*+)([^<>]*+)>|<!--|<[!?][^<>]*+>")
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

    @property
    def taken_in(self) -> datetime | None:
        """When the last server on its way took it in, which is ours: its first Received."""
        try:
            day = parsedate_to_datetime(self.header("Received").rpartition(";")[2])
            return day if day.tzinfo else day.replace(tzinfo=UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            return None

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
        words = ""
        for part in _own_parts(self.parsed):
            kind = part.get_content_type()
            if _name_of(part) or part.get_content_disposition() == "attachment":
                continue
            if kind == "text/plain" and (plain := text_of(part)).strip():
                return plain
            if kind == "text/html" and not words:
                words = as_text(text_of(part))
        return words

    @cached_property
    def attachments(self) -> list[str]:
        """The names of what is attached, each with its kind and size in bytes; never opened."""
        found = []
        for part in self.parts[1:]:
            name = _name_of(part)
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
        mail = Mail(email.message_from_bytes(raw, policy=policy.compat32))
        # What breaks does so here and not later, when it comes or when its page is opened.
        _ = mail.text, mail.attachments, mail.everything
    except Exception:  # noqa: BLE001 - whoever writes it can make the library raise anything
        return _as_one_text(raw)
    return mail


def _as_one_text(raw: bytes) -> Mail:
    """``raw`` with its first headers, and all of it as one text."""
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


def _name_of(part: Message) -> str | None:
    """The name of the file that ``part`` is said to be, if it is and can be read."""
    try:
        return part.get_filename()
    except (ValueError, LookupError, TypeError, AssertionError):
        return None  # of an encoding that is none, or with a number of 5,000 digits


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


class _Text:
    """The text of a page; what it quotes begins with ``>``, as in plain text."""

    def __init__(self) -> None:
        self.lines: list[list[str]] = [[]]
        self.quoted = 0
        self.hidden = 0

    def begin(self, tag: str) -> None:
        if tag in BREAKS:
            self._new_line()
        if tag == "blockquote":
            self.quoted += 1
        if tag in HIDDEN:
            self.hidden += 1

    def end(self, tag: str) -> None:
        if tag in BREAKS:
            self._new_line()
        if tag == "blockquote":
            self.quoted = max(0, self.quoted - 1)
        if tag in HIDDEN:
            self.hidden = max(0, self.hidden - 1)

    def add(self, data: str) -> None:
        if self.hidden or not data:
            return
        data = _without_references(data)
        words = " ".join(data.replace("\xa0", " ").split())
        if words:
            line = self.lines[-1]
            if not line:
                line.append("> " * min(self.quoted, DEEPEST))
            elif data[:1].isspace() and not line[-1].endswith(" "):
                line.append(" ")
            line.append(words + (" " if data[-1:].isspace() else ""))
        elif self.lines[-1] and not self.lines[-1][-1].endswith(" "):
            self.lines[-1].append(" ")

    def _new_line(self) -> None:
        if self.lines[-1]:
            self.lines.append([])


def _without_references(data: str) -> str:
    try:
        return html.unescape(data)
    except ValueError:  # of a character with a number of 5,000 digits
        return data


def as_text(page: str) -> str:
    """The words of the HTML ``page``; nothing in it is followed, fetched or run."""
    reader, done = _Text(), 0
    while found := MARKUP.search(page, done):
        reader.add(page[done : found.start()])
        done = found.end()
        if found[0] == "<!--":
            end = page.find("-->", done)
            done = len(page) if end < 0 else end + 3
        elif found[2]:
            tag = found[2].lower()
            if found[1]:
                reader.end(tag)
            else:
                reader.begin(tag)
                if found[3].endswith("/"):
                    reader.end(tag)
    reader.add(page[done:])
    return "\n".join("".join(line).rstrip() for line in reader.lines).strip()
