"""Where webhooks may go: to https addresses of the internet, and not into our own network.

Whoever enters an address could otherwise have us ask, from inside, what nobody outside may. So the
name is resolved here, every address that it has must be public, and the connection is made to the
one that was looked at: a name that is resolved a second time may lead elsewhere by then.
"""

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

import certifi
import urllib3
from django.conf import settings

from accounts.errors import Refused

SECONDS = 10  # for an answer; the subscriber puts it aside and works later
LARGEST = 2_000  # bytes of an answer that are read; nothing of it is kept


class NotReached(Exception):
    """No answer came. Its text is ours, and holds nothing of theirs."""


@dataclass(frozen=True)
class Address:
    """The parts of an address that was looked at."""

    secure: bool
    host: str
    port: int
    path: str


def parsed(url: str) -> Address:
    """The parts of ``url``. Raises Refused for what no webhook may go to, wherever it leads."""
    wrong = "It is not an address that messages can go to."
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Refused(wrong, "Write it like https://crm.example/hooks/cpni.") from None
    private = settings.WEBHOOK_PRIVATE_ADDRESSES
    if parts.scheme != "https" and not (private and parts.scheme == "http"):
        raise Refused("Messages go by https only.", "Give an address that begins with https://.")
    if not parts.hostname or not url.isascii() or any(c.isspace() for c in url):
        raise Refused(wrong, "Write it like https://crm.example/hooks/cpni.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise Refused(
            "The address holds a name, a password, a query or a fragment.",
            "Leave them out: each message is signed instead.",
        )
    secure = parts.scheme == "https"
    return Address(secure, parts.hostname, port or (443 if secure else 80), parts.path or "/")


def checked(url: str) -> tuple[Address, str]:
    """The parts of ``url`` and the numeric address to connect to.

    Raises Refused when the name is not known, or any of its addresses is not public.
    """
    address = parsed(url)
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Refused("The name of this address is not known.", "Check its spelling.") from None
    numbers = [str(entry[4][0]) for entry in found]
    if not settings.WEBHOOK_PRIVATE_ADDRESSES and not all(map(is_public, numbers)):
        raise Refused(
            "This address leads into a private network.",
            "Give a public one, or have the operator allow private ones"
            " (WEBHOOK_PRIVATE_ADDRESSES).",
        )
    return address, numbers[0]


def is_public(number: str) -> bool:
    """Whether a numeric address is one of the internet's; one of IPv4 inside IPv6 as well."""
    address = ipaddress.ip_address(number.partition("%")[0])
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    return address.is_global and not address.is_multicast and (inner is None or inner.is_global)


def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """Send ``body`` to ``url`` and return the status of the answer; redirects are not followed.

    Raises Refused as :func:`checked` does, and NotReached when no answer came.
    """
    address, number = checked(url)
    timeout = urllib3.Timeout(total=SECONDS)
    pool: urllib3.HTTPConnectionPool
    if address.secure:
        pool = urllib3.HTTPSConnectionPool(
            number,
            address.port,
            timeout=timeout,
            cert_reqs="CERT_REQUIRED",
            ca_certs=certifi.where(),
            server_hostname=address.host,
            assert_hostname=address.host,
        )
    else:
        pool = urllib3.HTTPConnectionPool(number, address.port, timeout=timeout)
    usual = 443 if address.secure else 80
    host = address.host if address.port == usual else f"{address.host}:{address.port}"
    try:
        with pool:
            answer = pool.urlopen(
                "POST",
                address.path,
                body=body,
                headers={**headers, "Host": host},
                redirect=False,
                retries=False,
                preload_content=False,
            )
            answer.read(LARGEST)
            return answer.status
    except urllib3.exceptions.SSLError:
        raise NotReached("Its certificate is not valid.") from None
    except urllib3.exceptions.TimeoutError:
        raise NotReached(f"It did not answer within {SECONDS} seconds.") from None
    except (urllib3.exceptions.HTTPError, OSError):
        raise NotReached("It could not be reached.") from None
