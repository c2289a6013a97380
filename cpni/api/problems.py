"""What went wrong, as other systems are told it: problem+json (RFC 9457), never a page."""

import json
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, Throttled, ValidationError

from accounts.errors import Refused
from accounts.permissions import NotAllowed
from cpni.api_answers import InProgress

MEDIA_TYPE = "application/problem+json"
RETRY = 30  # seconds until a request that is being answered is tried again


class Mistaken(Exception):
    """What was sent is wrong; ``errors`` names each field and says what to do about it."""

    def __init__(self, errors: list[dict[str, str]]) -> None:
        self.errors = errors
        super().__init__("what was sent is wrong")


def problem(
    status: int,
    detail: str,
    *,
    kind: str = "",
    remedy: str = "",
    errors: list[dict[str, str]] | None = None,
) -> HttpResponse:
    """An answer of that status. ``detail`` and ``remedy`` are sentences, ``kind`` is a code."""
    title = HTTPStatus(status).phrase
    body: dict[str, Any] = {
        "type": f"urn:cpni-desk:problem:{kind or title.lower().replace(' ', '-')}",
        "title": title,
        "status": status,
        "detail": detail,
    }
    if remedy:
        body["remedy"] = remedy
    if errors is not None:
        body["errors"] = errors
    return HttpResponse(json.dumps(body), status=status, content_type=MEDIA_TYPE)


def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    """A verb's refusal, in its own words."""
    if isinstance(error, NotAllowed):
        return problem(403, "This key may not do this.", remedy="Ask for a key that may.")
    if isinstance(error, InProgress):
        answer = problem(409, error.message, kind="in-progress", remedy=error.remedy)
        answer["Retry-After"] = str(RETRY)
        return answer
    return problem(422, error.message, kind="refused", remedy=error.remedy)


def http(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What the framework or the door found."""
    answer = problem(error.status_code, str(error))
    if error.status_code == 401:
        answer["WWW-Authenticate"] = "Bearer"
    if isinstance(error, Throttled):
        answer["Retry-After"] = str(error.wait)
    return answer


def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """What does not fit the schema: each place, and why; never what was sent, which is repeated by
    whoever logs it."""
    errors = [
        # The last of several bodies' names is left out: there is only one.
        {"field": ".".join(map(str, found["loc"][2:] or found["loc"])), "message": found["msg"]}
        for found in error.errors
    ]
    return mistaken(request, Mistaken(errors))


def mistaken(request: HttpRequest, error: Mistaken) -> HttpResponse:
    """What fits the schema and is wrong all the same."""
    return problem(
        422,
        "What was sent is not right.",
        kind="invalid",
        remedy="Correct the fields that are named.",
        errors=error.errors,
    )


def not_there(request: HttpRequest, error: Http404) -> HttpResponse:
    """No such record."""
    return problem(404, str(error) or "There is nothing here.")


def install(api: NinjaAPI) -> None:
    """Have ``api`` answer so. What nobody foresaw is logged and answered by the site (500)."""
    handlers: dict[type[Exception], Any] = {
        Refused: refused,
        HttpError: http,
        ValidationError: invalid,
        Mistaken: mistaken,
        Http404: not_there,
    }
    for error, handler in handlers.items():
        api.add_exception_handler(error, handler)


SCHEMA = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457. The type ends in a code; detail and remedy are for people.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "remedy": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}
