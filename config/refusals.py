"""The page that says, in place of the one that was wanted, why it is not there and what to do."""

from django.core.exceptions import (
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string


def refused(*, status: int, title: str, message: str, remedy: str) -> HttpResponse:
    """A page that needs nothing of the request, which may be unreadable."""
    words = {"title": title, "message": message, "remedy": remedy}
    return HttpResponse(render_to_string("refused.html", words), status=status)


def too_large(message: str, remedy: str) -> HttpResponse:
    """413."""
    return refused(status=413, title="That is too large", message=message, remedy=remedy)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """``handler400``: what Django found wrong while it read the request."""
    if isinstance(exception, RequestDataTooBig):
        return too_large("The text of this form is longer than 1 MB.", "Shorten it.")
    if isinstance(exception, TooManyFieldsSent | TooManyFilesSent):
        return too_large("This form has more fields or files than any of ours.", "Send it anew.")
    return refused(
        status=400,
        title="This request cannot be read",
        message="What the browser sent is damaged, or no browser sent it.",
        remedy="Open the page again and repeat what you did.",
    )
