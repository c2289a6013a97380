"""Text and voice messages: which ways the carrier has set up, and one gateway that speaks HTTP.

A gateway is a fixed address to which one message after the other is posted (config/gateways.py).
It serves a sending loop as a relay does for mail: the same meanings of its answers, the same
attempts, and the same message id with each of them (``Idempotency-Key``), so that a provider who
knows it sends nothing twice when an answer was lost.
"""

import json
import sys
from contextlib import suppress
from datetime import timedelta
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Any, Protocol
from urllib.parse import urlencode

import requests
from django.conf import settings
from django.utils import timezone
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from notices import relay
from notices.models import Delivery
from notices.relay import ANSWER_LENGTH, Answer, Meaning, RelayTrouble

Channel = Delivery.Channel
CONNECT, READ = 5, 20  # seconds
MOST = 64 * 1024  # bytes of an answer that are read
LONGEST_WAIT = timedelta(hours=1)
NEEDS_A_PERSON = (401, 403)  # our key, not this number
LATER = (408, 425, 429)


class Transport(Protocol):
    """An open way to hand over messages one by one, used by one thread."""

    @property
    def is_open(self) -> bool: ...

    def open(self) -> None:
        """Make ready. Raises RelayTrouble."""

    def close(self) -> None:
        """Let go."""

    def send(self, sender: str, recipient: str, message: bytes) -> Answer:
        """Hand over one message. Raises RelayTrouble if it was not even tried."""


def set_up(channel: str) -> bool:
    """Whether the installation can send by ``channel`` (post always can)."""
    if channel == Channel.EMAIL:
        return relay.configured()
    return channel == Channel.POST or settings.GATEWAYS.get(channel) is not None


def transport(channel: str) -> Transport:
    """A new way to send by ``channel``, which must be set up."""
    if channel == Channel.EMAIL:
        return relay.Relay()
    gateway = settings.GATEWAYS[channel]
    assert gateway is not None  # noqa: S101  (the caller asked whether it is set up)
    return Console(channel) if gateway["url"].startswith("console:") else Gateway(gateway)


def content(words: str, language: str) -> bytes:
    """A message for a gateway, as its :meth:`send` takes it."""
    return json.dumps({"words": words, "language": language}).encode()


class Console:
    """Shows messages in the output of the process; for trials."""

    is_open = True

    def __init__(self, channel: str) -> None:
        self.channel = channel

    def open(self) -> None:
        """Nothing is to be opened."""

    def close(self) -> None:
        """Nor closed."""

    def send(self, sender: str, recipient: str, message: bytes) -> Answer:
        """Print it, with the end of the number only."""
        words = json.loads(message)["words"]
        sys.stdout.write(f"{Channel(self.channel).label} to …{recipient[-4:]}: {words}\n")
        return Answer(Meaning.ACCEPTED, "Shown on the console.")


class Gateway:
    """A provider's HTTP interface, as the environment describes it."""

    def __init__(self, gateway: dict[str, Any]) -> None:
        self._gateway = gateway
        self._session: requests.Session | None = None

    @property
    def is_open(self) -> bool:
        """Whether there is a session; it holds the connection from message to message."""
        return self._session is not None

    def open(self) -> None:
        """Begin a session. It connects when it first sends."""
        if self._session is None:
            self._session = requests.Session()
            # Neither proxies nor a .netrc of the machine: the address and the key are those named.
            self._session.trust_env = False

    def close(self) -> None:
        """End the session."""
        session, self._session = self._session, None
        if session:
            session.close()

    def send(self, sender: str, recipient: str, message: bytes) -> Answer:
        """Post one message; ``sender`` is its id, ``recipient`` the number in E.164.

        Raises RelayTrouble when there was no connection, or the gateway does not know our key.
        """
        self.open()
        assert self._session is not None  # noqa: S101  (opened above)
        headers, body = self._request(sender, recipient, json.loads(message))
        try:
            response = self._session.post(
                self._gateway["url"],
                data=body,
                headers=headers,
                timeout=(CONNECT, READ),
                # An answer that sends us elsewhere would take the customer's number there.
                allow_redirects=False,
                stream=True,
            )
            with response:
                said = _read(response)
        except requests.exceptions.SSLError as error:
            self.close()
            raise RelayTrouble("The gateway's certificate is not valid.", lasting=True) from error
        except requests.RequestException as error:
            self.close()
            if _never_connected(error):
                raise RelayTrouble("The gateway cannot be reached.", lasting=False) from error
            return Answer(Meaning.DOUBT, "The connection was lost before the gateway answered.")
        return self._meaning(response, said)

    def _request(
        self, key: str, number: str, message: dict[str, str]
    ) -> tuple[dict[str, str], bytes]:
        values = {"{number}": number, "{id}": key, **{f"{{{k}}}": v for k, v in message.items()}}
        filled = {name: _fill(text, values) for name, text in self._gateway["body"].items()}
        headers = {"Content-Type": "application/json", **self._gateway["headers"]}
        as_form = "form" in headers["Content-Type"]
        body = urlencode(filled) if as_form else json.dumps(filled)
        return {**headers, "Idempotency-Key": key}, body.encode()

    def _meaning(self, response: requests.Response, said: bytes) -> Answer:
        code = response.status_code
        if 200 <= code < 300:
            return Answer(Meaning.ACCEPTED, f"{code} {self._number(said)}".strip())
        words = f"The gateway answered {code}."
        if code in NEEDS_A_PERSON or code < 400:
            raise RelayTrouble(words, lasting=True)
        if code < 500 and code not in LATER:
            return Answer(Meaning.NO_SUCH_ADDRESS, words)
        return Answer(Meaning.LATER, words, _wait(response.headers.get("Retry-After", "")))

    def _number(self, said: bytes) -> str:
        """The provider's own number of the message, printable and short."""
        with suppress(ValueError, TypeError, AttributeError):
            found = json.loads(said).get(self._gateway["id"])
            if isinstance(found, str | int):
                return "".join(c for c in str(found) if c.isprintable())[: ANSWER_LENGTH - 10]
        return ""


def _fill(text: str, values: dict[str, str]) -> str:
    """``text`` with what it names filled in, each once: words may look like a name themselves."""
    for_name = {name.strip("{}"): value for name, value in values.items()}
    pieces, rest = [], text
    while rest:
        before, brace, after = rest.partition("{")
        name, closed, tail = after.partition("}")
        if brace and closed and name in for_name:
            pieces += [before, for_name[name]]
            rest = tail
        else:
            pieces += [before, brace]
            rest = after
    return "".join(pieces)


def _read(response: requests.Response) -> bytes:
    """The beginning of the answer, within the time for it. Raises RequestException."""
    until, said = monotonic() + READ, b""
    for piece in response.iter_content(4096):
        said += piece
        if len(said) >= MOST:
            break
        if monotonic() > until:
            raise requests.exceptions.ReadTimeout("the answer took too long")
    return said


def _never_connected(error: requests.RequestException) -> bool:
    """Whether nothing of the message can have been sent."""
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return isinstance(reason, NewConnectionError | ConnectTimeoutError)


def _wait(text: str) -> timedelta | None:
    """What ``Retry-After`` asks for: seconds or a date, an hour at most."""
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:6])), LONGEST_WAIT)
    with suppress(ValueError, TypeError):
        return max(timedelta(), min(parsedate_to_datetime(text) - timezone.now(), LONGEST_WAIT))
    return None
