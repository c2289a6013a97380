"""How many requests are answered, so that nobody can keep the desk busy or carry it away by script.

Counted for each person who is signed in, wherever they sit, and for each address (of IPv6 its /64)
of those who are not: colleagues behind one address do not use up each other's turns. Signing in has
limits of its own (accounts/lockout.py).

How turns are counted: accounts/turns.py. Other systems have the limits of their keys instead
(cpni/api/doors.py).
"""

import logging
from collections.abc import Callable
from dataclasses import replace

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from limits import RateLimitItem, RateLimitItemPerMinute

from accounts.counted_words import several
from accounts.turns import network_of, take_turn
from config.error_pages import TOO_MANY, for_customers, page
from config.problems import is_api
from notices import links

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


class RateMiddleware:
    """Answers with 429 and when to come back, once there were too many."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if is_api(request) and "Authorization" in request.headers:
            return self.get_response(request)
        if request.user.is_authenticated:
            most, who = settings.REQUESTS_PER_MINUTE, f"person {request.user.pk}"
        else:
            most, who = settings.REQUESTS_PER_MINUTE_SIGNED_OUT, f"address {network_of(request)}"
        if number := one_click(request):
            who = f"message {number}"
        wait = take_turn(RateLimitItemPerMinute(most), "any", who)
        if wait:
            return too_many(request, "requests in a minute", most, wait)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponse | None:
        """The dear doors, of which the address is known by now."""
        door = door_of(request)
        if number := one_click(request):
            who = f"message {number}"
        elif door == "choices":
            who = f"address {network_of(request)}"
        elif door and request.user.is_authenticated:
            who = f"person {request.user.pk}"
        else:
            return None
        item, words = DOORS[door]
        wait = take_turn(item, door, who)
        return too_many(request, words, item.amount, wait) if wait else None


def one_click(request: HttpRequest) -> int | None:
    """The id of the message whose offers ``request`` stops, by a link that only we can have made.

    Providers of mail post these for all their users from a few addresses (RFC 8058), so turns are
    counted for each link.
    """
    if request.method != "POST" or is_api(request):
        return None
    before = reverse("choices:stop-marketing", args=["-"]).removesuffix("-/")
    if not request.path.startswith(before):
        return None
    return links.delivery_of(request.path.removeprefix(before).rstrip("/"), links.UNSUBSCRIBE)


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


def too_many(request: HttpRequest, words: str, most: int, wait: int) -> HttpResponse:
    """429, and when to come back."""
    log.warning("More than %s %s, by user %s", most, words, request.user.pk)
    seconds = several(wait, "second")
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
