"""What goes wrong before or behind the API is told to other systems as they understand it.

A middleware, a missing address or an error that nobody foresaw answers with a page for people. For
what was asked of the API the same words become problem+json (RFC 9457).
"""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from cpni.api.problems import MEDIA_TYPE, problem

ROOT = "/api/"
# Of the answer as it was: what it says to programs.
KEPT = ("Retry-After", "Allow", "WWW-Authenticate")


def is_api(request: HttpRequest) -> bool:
    """Whether another system asks, and no person."""
    return request.path.startswith(ROOT)


class ProblemMiddleware:
    """Turns pages about trouble into problems. Around all that may answer with such a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = self.get_response(request)
        if not is_api(request) or answer.status_code < 400:
            return answer
        if answer.headers.get("Content-Type", "").startswith(MEDIA_TYPE):
            return answer
        trouble = getattr(answer, "trouble", None)
        said = problem(
            answer.status_code,
            trouble.happened if trouble else "This could not be done.",
            remedy=trouble.remedy if trouble else "",
        )
        for name in KEPT:
            if name in answer.headers:
                said[name] = answer.headers[name]
        return said
