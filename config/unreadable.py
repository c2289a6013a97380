"""A stored value that does not decrypt is told to whoever meets it, on a page and not a traceback.

It is never shown as empty: a letter without a street, or a customer without a number, would go
unnoticed.
"""

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from accounts.encryption import Unreadable
from config import error_pages

log = logging.getLogger(__name__)


class UnreadableMiddleware:
    """Answers with the words of :class:`Unreadable`, which name the place and never the value."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A page that says which value it was, and what to do."""
        if not isinstance(error, Unreadable):
            return None
        log.error("%s", error.message)
        return error_pages.page(
            error_pages.Trouble(500, "A stored value cannot be read", error.message, error.remedy)
        )
