"""Requests that are sent twice: with an Idempotency-Key they are done once."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Schema

from accounts.errors import Refused
from cpni import api_answers
from cpni.api.doors import look_again, system
from cpni.api.problems import Mistaken
from cpni.api_answers import Answer

HEADER = "Idempotency-Key"
PATTERN = r"^[!-~]{1,255}$"
# For ``openapi_extra`` of each that is decorated.
DOCUMENTED = {
    "parameters": [
        {
            "in": "header",
            "name": HEADER,
            "required": False,
            "description": "Of your choice, for this request alone. Sent again with the same key"
            " within two days, it is not done again: you get the same answer.",
            "schema": {"type": "string", "pattern": PATTERN},
        }
    ]
}


def done_once(view: Callable[..., tuple[int, Schema]]) -> Callable[..., HttpResponse]:
    """Run ``view``, which returns a status and its answer, in a transaction, and once for a key."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        def do() -> Answer:
            with transaction.atomic():
                status, answer = view(request, *args, **kwargs)
                return Answer(status, answer.model_dump_json())

        try:
            given = _given(request, do)
        except (Refused, Http404):
            look_again(request)
            raise
        response = HttpResponse(given.body, status=given.status, content_type="application/json")
        if given.again:
            response["Idempotent-Replayed"] = "true"
        return response

    return asked


def _given(request: HttpRequest, do: Callable[[], Answer]) -> Answer:
    key = request.headers.get(HEADER)
    if key is None:
        return do()
    if not re.fullmatch(PATTERN, key):
        message = "It must be 1 to 255 visible characters of ASCII."
        raise Mistaken([{"field": HEADER, "message": message}])
    whole = f"{request.method} {request.path}\n{request.body.decode('latin-1')}"
    return api_answers.once(system(request), key, whole, do, clock=timezone.now)
