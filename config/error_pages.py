"""What somebody reads when it did not work: what happened and what to do, and no detail.

Made of one template and the words below: nothing is asked of the database, the session, or the
request, any of which may be what failed, but whether it was for one of the customers' pages: they
know of no desk. Its stylesheet has a fixed address for the same reason.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve

STYLESHEET = "desk/plain.css"


@dataclass(frozen=True)
class Trouble:
    """A status, and the words of its page. ``happened`` and ``remedy`` hold no personal data."""

    status: int
    title: str
    happened: str
    remedy: str


BAD_REQUEST = Trouble(
    400,
    "This could not be understood",
    "The desk cannot read what your browser sent: an address or a form that is not whole.",
    "Go back and try again. If an address led you here, ask whoever gave it to you.",
)
REFUSED = Trouble(
    403,
    "This is not open to you",
    "Your role does not include this page or this act. Nothing was changed.",
    "If you need it for your work, ask a compliance officer.",
)
NO_ROLE = Trouble(
    403,
    "This account may not use CPNI Desk",
    "You are signed in, and your account has no role here.",
    "Ask a compliance officer to give it one.",
)
STALE = Trouble(
    403,
    "This form was too old",
    "The form was opened before you signed in, or in a browser that keeps no cookies. Nothing was"
    " changed.",
    "Go back, load the page again, and send the form once more.",
)
STALE_FOR_CUSTOMERS = replace(
    STALE,
    happened="The page was open for long, or your browser keeps no cookies. Nothing was changed.",
    remedy="Open the page again, and send the form once more. Or call us.",
)
NOT_FOUND = Trouble(
    404,
    "There is nothing here",
    "No page has this address, or the record that it had is gone.",
    "Check the address, or look for the record in its list.",
)
NOT_SO = Trouble(
    405,
    "This address is not opened like that",
    "It answers only what a button or a form of a page of the desk sends. Nothing was changed.",
    "Go back to that page, and send it from there.",
)
TOO_LARGE = Trouble(
    413,
    "That was too large",
    "What was sent is larger than the desk takes. Nothing was changed.",
    "Send less at once: a smaller file, or fewer rows.",
)
TOO_MANY = Trouble(
    429,
    "Too many tries",
    "That was tried too often in a short time.",
    "Wait a quarter of an hour and try again. A compliance officer can help sooner.",
)
FAILED = Trouble(
    500,
    "Something went wrong",
    "The desk could not do this. It was not your mistake.",
    "Try once more. If it happens again, tell whoever runs the desk what you did and when.",
)


def page(trouble: Trouble, *, of_the_desk: bool = True) -> HttpResponse:
    """The page that says so; with the way back to the desk, if it is one of its pages."""
    context = {
        "trouble": trouble,
        "stylesheet": settings.STATIC_URL + STYLESHEET,
        "of_the_desk": of_the_desk,
    }
    answer = HttpResponse(render_to_string("error.html", context), status=trouble.status)
    answer.trouble = trouble  # type: ignore[attr-defined]  # for config/problems.py
    return answer


def for_customers(request: HttpRequest) -> bool:
    """Whether it was one of the customers' pages that was asked for."""
    try:
        # Not resolved yet, where it is refused before anything of it is read.
        match = request.resolver_match or resolve(request.path_info)
    except Resolver404:
        return False
    return match.app_name == "choices"


class NotAllowedMiddleware:
    """405, which has no handler of its own: Django answers it with nothing to read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = self.get_response(request)
        if not isinstance(answer, HttpResponseNotAllowed) or answer.content:
            return answer
        said = page(NOT_SO, of_the_desk=not for_customers(request))
        said["Allow"] = answer["Allow"]
        return said


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, also for a host that is not ours; 413 for too much of it."""
    too_much = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
    return page(TOO_LARGE if isinstance(exception, too_much) else BAD_REQUEST)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return page(REFUSED)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that did not come from a page of this session."""
    if for_customers(request):
        return page(STALE_FOR_CUSTOMERS, of_the_desk=False)
    return page(STALE)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    return page(NOT_FOUND, of_the_desk=not for_customers(request))


def too_many(request: HttpRequest) -> HttpResponse:
    """429, from the sign-in library's limits."""
    return page(TOO_MANY)


def server_error(request: HttpRequest) -> HttpResponse:
    """500."""
    return page(FAILED, of_the_desk=not for_customers(request))
