"""Turns: how often somebody may do something within a time, counted for all processes.

The counts are the library ``limits``'s: in Redis one atomic step, about 0.2 ms, for all processes.
django-ratelimit and allauth's own limiter count in Django's cache, which is a table where there is
no Redis: two or more statements on every page, read and then written, so that simultaneous requests
share a turn. Without Redis (a trial, which answers on its own machine only) each process counts for
itself, in memory.
"""

import logging
import math
import threading
import time
from functools import cache
from typing import Any

# ``limits`` imports it when it is first asked, and of two threads that ask at once in a new process
# the second is told that it is not installed.
import redis  # noqa: F401
from django.conf import settings
from django.http import HttpRequest
from limits import RateLimitItem, storage
from limits.errors import StorageError
from limits.strategies import FixedWindowRateLimiter

from accounts.client_address import address_of, network

log = logging.getLogger(__name__)

UNREACHABLE = 10  # seconds for which Redis is not asked again after it did not answer


def network_of(request: HttpRequest) -> str:
    """The client's address, of IPv6 the /64 within which a client chooses freely."""
    found = address_of(request)
    return "unknown" if found is None else network(found)


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


class InMemory(storage.MemoryStorage):
    """The library's counts of one process, taken by one thread at a time.

    The library starts a timer when none runs. Of two threads that found none, the second started
    the first one's again, which Python refuses: the request failed.
    """

    def __init__(self) -> None:
        self.turn = threading.Lock()
        super().__init__()

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count ``amount`` more for ``key``; the count, which ends after ``expiry`` seconds."""
        with self.turn:
            return super().incr(key, expiry, amount)


@cache
def counter() -> Counter:
    """The counts: in Redis where there is one, else of this process."""
    address = settings.REDIS_URL
    if not address:
        return Counter(InMemory())
    if address.startswith("unix://"):
        address = f"redis+{address}"
    options: dict[str, Any] = {"socket_timeout": 0.5, "socket_connect_timeout": 0.5}
    return Counter(
        storage.RedisStorage(address, key_prefix="desk-rates", wrap_exceptions=True, **options)
    )
