"""Each request has an id, on its log lines and in its answer, by which a line is found again.

Why no library: django-guid and its like take the id that a client sends, which could then be
anything, a customer's number included; and we want the route and the person on the line as well.
"""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import uuid4

from django.http import HttpRequest, HttpResponseBase

HEADER = "X-Request-ID"


@dataclass
class Asked:
    """What the log lines of one request carry."""

    request_id: str
    route: str = ""
    user_id: int | None = None


current: ContextVar[Asked | None] = ContextVar("current", default=None)


class RequestIdMiddleware:
    """Gives a request its id. First of all, so that whatever else fails has one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        asked = Asked(uuid4().hex)
        before = current.set(asked)
        try:
            response = self.get_response(request)
        finally:
            current.reset(before)
        response[HEADER] = asked.request_id
        return response

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> None:
        """Note the route and who asks, once both are known.

        By the name of the route: an address may hold what somebody typed into it. The user has been
        read by then (accounts/gate.py), so this asks the database nothing, not even after an error.
        """
        asked, match = current.get(), request.resolver_match
        if asked is None or match is None:
            return
        asked.route = match.view_name or match.route
        asked.user_id = request.user.pk
