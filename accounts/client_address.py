"""From where, and with what, somebody speaks to us."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str | None:
    """The address of the client, or None when it cannot be told.

    ``X-Forwarded-For`` is believed only as far as our own proxies wrote it: with N of them
    (``BEHIND_TLS_PROXY``) the Nth entry from the right is the one that the outermost of them saw.
    Whatever stands left of it was sent by the client, who may write there what they like.
    """
    address = request.META.get("REMOTE_ADDR", "")
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    if proxies and len(forwarded) >= proxies and forwarded[-proxies]:
        address = forwarded[-proxies]
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return None


def network(address: str) -> str:
    """The address; of IPv6 its /64, within which a client chooses freely. Other text as it is."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 6:
        return str(ipaddress.ip_network(f"{address}/64", strict=False))
    return address


def browser_of(request: HttpRequest) -> str:
    """What the browser calls itself, cut to what is kept."""
    return request.headers.get("User-Agent", "")[:200]
