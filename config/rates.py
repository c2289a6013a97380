"""How many requests are answered, so that nobody can keep the desk busy or carry it away by script.

Counted for each person who is signed in, wherever they sit, and for each address (of IPv6 its /64)
of those who are not: colleagues behind one address do not use up each other's turns. Signing in has
limits of its own (accounts/lockout.py).

The counts are the library ``limits``'s: in Redis one atomic step, about 0.2 ms, for all processes.
django-ratelimit and allauth's own limiter count in Django's cache, which is a table where there is
no Redis: two or more statements on every page, read and then written, so that simultaneous requests
share a turn. Without Redis (a trial, which answers on its own machine only) each process counts for
itself, in memory.
"""

import ipaddress
import logging
import math
import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from limits import RateLimitItem, RateLimitItemPerMinute, storage
from limits.errors import StorageError
from limits.strategies import FixedWindowRateLimiter

from accounts.client_address import address_of
from config.error_pages import TOO_MANY, for_customers, page

log = logging.getLogger(__name__)

# Dear doors, for each person. A representative searches when a call comes in, some ten times in a
# busy minute with mistakes; an officer exports a few times a day, and uploads a file again and
# again while it is being mended.
DOORS: dict[str, tuple[RateLimitItem, str]] = {
    "search": (RateLimitItemPerMinute(60), "searches in a minute"),
    "export": (RateLimitItemPerMinute(20, 10), "exports in ten minutes"),
    "import": (RateLimitItemPerMinute(60, 10), "imports in ten minutes"),
    # Open to everybody, so it counts for each address, of which many customers may share one.
    "choices": (RateLimitItemPerMinute(60, 10), "forms in ten minutes"),
}
UNREACHABLE = 10  # seconds for which Redis is not asked again after it did not answer


class RateMiddleware:
    """Answers with 429 and when to come back, once there were too many."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            most, who = settings.REQUESTS_PER_MINUTE, f"person {request.user.pk}"
        else:
            most, who = settings.REQUESTS_PER_MINUTE_SIGNED_OUT, f"address {network_of(request)}"
        wait = take_turn(RateLimitItemPerMinute(most), "any", who)
        if wait:
            return too_many(request, "requests in a minute", most, wait)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponse | None:
        """The dear doors, of which the address is known by now."""
        door = door_of(request)
        if door == "choices":
            who = f"address {network_of(request)}"
        elif door and request.user.is_authenticated:
            who = f"person {request.user.pk}"
        else:
            return None
        item, words = DOORS[door]
        wait = take_turn(item, door, who)
        return too_many(request, words, item.amount, wait) if wait else None


def door_of(request: HttpRequest) -> str:
    """Which dear door ``request`` knocks at; nothing for the others. Looking at a form is cheap."""
    match = request.resolver_match
    name = (match.url_name if match else "") or ""
    if request.method != "POST":
        return ""
    if for_customers(request):
        return "choices"
    if name.endswith("_changelist"):  # there are no bulk actions: a POST to a list is a search
        return "search"
    if name.endswith("_export"):
        return "export"
    return "import" if name.endswith("_import") else ""


def network_of(request: HttpRequest) -> str:
    """The client's address, of IPv6 the /64 within which a client chooses freely."""
    found = address_of(request)
    if found is None:
        return "unknown"
    address = ipaddress.ip_address(found)
    if address.version == 6:
        return str(ipaddress.ip_network(f"{found}/64", strict=False))
    return found


def take_turn(item: RateLimitItem, *key: str) -> int:
    """Take one turn of ``item`` for ``key``: 0, or the seconds to wait when there is none.

    When the counts cannot be reached, everybody passes: an outage of Redis must not stop calls.
    """
    counts = counter()
    if time.monotonic() < counts.not_before:
        return 0
    try:
        if counts.hit(item, *key):
            return 0
        return max(1, math.ceil(counts.get_window_stats(item, *key).reset_time - time.time()))
    except StorageError:
        counts.not_before = time.monotonic() + UNREACHABLE
        log.warning("Requests are not counted for %s s: Redis does not answer.", UNREACHABLE)
        return 0


class Counter(FixedWindowRateLimiter):
    """The library's counts, and until when they need not be asked."""

    not_before = 0.0


@cache
def counter() -> Counter:
    """The counts: in Redis where there is one, else of this process."""
    address = settings.REDIS_URL
    if not address:
        return Counter(storage.MemoryStorage())
    if address.startswith("unix://"):
        address = f"redis+{address}"
    options: dict[str, Any] = {"socket_timeout": 0.5, "socket_connect_timeout": 0.5}
    return Counter(
        storage.RedisStorage(address, key_prefix="desk-rates", wrap_exceptions=True, **options)
    )


def too_many(request: HttpRequest, words: str, most: int, wait: int) -> HttpResponse:
    """429, and when to come back."""
    log.warning("More than %s %s, by user %s", most, words, request.user.pk)
    seconds = f"{wait} second{'' if wait == 1 else 's'}"
    answer = page(
        replace(
            TOO_MANY,
            title="Too many at once",
            happened=f"There were more than {most} {words}.",
            remedy=f"Wait {seconds}, then go on.",
        ),
        of_the_desk=not for_customers(request),
    )
    answer["Retry-After"] = str(wait)
    return answer
