"""One open SMTP connection to the relay, and what the relay's answers mean.

smtplib's ``sendmail`` would do, but it forgets the answer to an accepted message (the proof of
mailing), and tells a connection that was lost before the message was handed over, when the message
cannot have left, from one that was lost after it, when it may have.
"""

import re
import smtplib
import ssl
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto

from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend

ENHANCED = re.compile(r"\b5\.(\d{1,3}\.\d{1,3})\b")  # RFC 3463
ABOUT_THE_SENDER = {"1.7", "1.8"}
ANSWER_LENGTH = 200
ADDRESS = re.compile(r"[^\s<>]+@[^\s<>]+")
CLOSING = 421  # the relay ends this connection


class Meaning(Enum):
    """What an answer to one message says about that message."""

    ACCEPTED = auto()
    NO_SUCH_ADDRESS = auto()  # refused for good, because of the address
    DECLINED = auto()  # refused for good, for another reason: the text, or the relay's rules
    LATER = auto()  # not taken now; worth another try
    DOUBT = auto()  # the connection was lost when the message may have been taken


NOT_TAKEN = frozenset({Meaning.DECLINED, Meaning.LATER, Meaning.DOUBT})
LATELY = 50  # messages, before a share of them says anything
NOT_TAKEN_PERCENT = 20  # more than for addresses: some of it passes by itself


@dataclass(frozen=True)
class Answer:
    """What the relay said to one message; ``words`` are ours where it said nothing."""

    meaning: Meaning
    words: str
    # How long to wait at least before the next attempt, where it said that.
    wait: timedelta | None = None


class Lately:
    """What a relay said to the last messages of one loop."""

    def __init__(self) -> None:
        self._tries: deque[bool] = deque(maxlen=LATELY)

    def hear(self, answer: Answer) -> str:
        """Take in the answer to one more message. Why a person should look; "" while none need.

        A relay that declines every second message, or has it tried again and again, costs the
        sender's good name as bounces do; what is refused for its address is counted apart.
        """
        self._tries.append(answer.meaning in NOT_TAKEN)
        bad = sum(self._tries)
        if len(self._tries) < LATELY or bad * 100 <= NOT_TAKEN_PERCENT * LATELY:
            return ""
        return f"{bad} of the last {LATELY} messages were not taken: {answer.words}"


class RelayTrouble(Exception):
    """The relay takes nothing from us at present. No message was tried, and none is to blame.

    ``lasting``: it will not pass by itself (a wrong password, a certificate), so a person is
    needed.
    """

    def __init__(self, words: str, *, lasting: bool) -> None:
        self.words = words[:ANSWER_LENGTH]
        self.lasting = lasting
        super().__init__(self.words)


class Lost(Exception):
    """The connection is gone."""


def configured() -> bool:
    """Whether the installation names an SMTP relay to send by."""
    return bool(re.match(r"smtps?[:+]", settings.EMAIL_URL))


class Relay:
    """A connection that stays open from message to message. Used by one thread."""

    def __init__(self) -> None:
        self._backend: EmailBackend | None = None

    @property
    def is_open(self) -> bool:
        """Whether there is a connection, as far as one can tell without using it."""
        return self._backend is not None

    def open(self) -> None:
        """Connect, greet and sign in, unless that is done. Raises RelayTrouble."""
        if self._backend:
            return
        # Not mail.get_connection(): what is sent here is proof, so it goes by SMTP or not at all.
        backend = EmailBackend()
        try:
            backend.open()
            if backend.connection:
                backend.connection.ehlo_or_helo_if_needed()
        except OSError as error:  # smtplib's errors are OSErrors too
            with suppress(OSError):
                backend.close()
            raise trouble(error) from error
        self._backend = backend

    def close(self) -> None:
        """Take leave of the relay, if connected."""
        backend, self._backend = self._backend, None
        if backend:
            with suppress(OSError):
                backend.close()

    def send(self, sender: str, recipient: str, message: bytes) -> Answer:
        """Hand over one message (CRLF line ends). Raises RelayTrouble if it was not even tried."""
        idle = self.is_open
        self.open()
        code, words = self._begin(sender)
        if idle and code == CLOSING:
            # Relays close connections that were idle, or that carried enough messages.
            self._drop()
            self.open()
            code, words = self._begin(sender)
        if code != 250:
            self._drop()
            raise RelayTrouble(shown(code, words), lasting=code >= 500)
        try:
            answer = self._hand_over(recipient, message)
        except Lost:
            return Answer(Meaning.LATER, "The connection was lost before the message was sent.")
        if answer.meaning is not Meaning.ACCEPTED and self.is_open:
            with suppress(Lost):
                self._command("RSET")
        return answer

    def _begin(self, sender: str) -> tuple[int, str]:
        try:
            return self._command(f"MAIL FROM:<{sender}>")
        except Lost:
            return CLOSING, "The connection was lost."

    def _hand_over(self, recipient: str, message: bytes) -> Answer:
        code, words = self._command(f"RCPT TO:<{recipient}>")
        if code not in (250, 251):
            return self._refusal(code, words)
        code, words = self._command("DATA")
        if code != 354:
            return self._refusal(code, words)
        self._write(re.sub(rb"(?m)^\.", b"..", message) + b".\r\n")
        # From here on the relay may have taken it.
        try:
            code, words = self._reply()
        except Lost:
            return Answer(Meaning.DOUBT, "The connection was lost before the relay answered.")
        if code == 250:
            return Answer(Meaning.ACCEPTED, shown(code, words))
        return self._refusal(code, words)

    def _refusal(self, code: int, words: str) -> Answer:
        if code == CLOSING or code < 400:
            self._drop()
        if code < 500:
            return Answer(Meaning.LATER, shown(code, words))
        meaning = Meaning.NO_SUCH_ADDRESS if blames_address(code, words) else Meaning.DECLINED
        return Answer(meaning, shown(code, words))

    def _command(self, line: str) -> tuple[int, str]:
        self._write(line.encode("ascii") + b"\r\n")
        return self._reply()

    def _write(self, data: bytes) -> None:
        try:
            self._smtp.send(data)
        except OSError as error:
            self._drop()
            raise Lost from error

    def _reply(self) -> tuple[int, str]:
        try:
            code, words = self._smtp.getreply()
        except OSError as error:
            self._drop()
            raise Lost from error
        return code, words.decode("utf-8", "replace")

    @property
    def _smtp(self) -> smtplib.SMTP:
        if not self._backend or not self._backend.connection:
            raise Lost
        return self._backend.connection

    def _drop(self) -> None:
        """Close without taking leave: a server that hangs would be waited for."""
        backend, self._backend = self._backend, None
        if backend and backend.connection:
            backend.connection.close()


def trouble(error: OSError) -> RelayTrouble:
    """What went wrong while connecting, in words, and whether it will pass by itself."""
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error
        text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
        return RelayTrouble(shown(error.smtp_code, text), lasting=error.smtp_code >= 500)
    lasting = isinstance(error, smtplib.SMTPNotSupportedError | ssl.SSLCertVerificationError)
    return RelayTrouble(error.strerror or str(error) or type(error).__name__, lasting=lasting)


def shown(code: int, words: str) -> str:
    """An answer on one line, as it is kept: without the addresses that servers like to repeat."""
    printable = "".join(c if c.isprintable() else " " for c in f"{code} {words}")
    printable = ADDRESS.sub("(address)", printable)
    return " ".join(printable.split())[:ANSWER_LENGTH]


def blames_address(code: int, words: str) -> bool:
    """Whether a permanent refusal (5xx) is about the recipient's address.

    Otherwise it is about the text or the relay's rules ("554 5.7.1 Relay access denied" comes as
    the answer to each recipient in turn): the address may be good, and must not be marked as bad.
    """
    enhanced = ENHANCED.search(words)
    if enhanced:
        detail = enhanced[1]
        return detail.split(".")[0] in ("1", "2", "4") and detail not in ABOUT_THE_SENDER
    return code in (550, 551, 553, 556)
