"""The API for other systems, version 1: billing, diallers, marketing tools.

Endpoints are thin: they parse, call one verb as the system whose key it is, and show the result.
Personal data travels in bodies, never in addresses. Mounted at /api/v1/ (config/urls.py).
"""

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from cpni.api import choices, customers, decisions, feeds, problems

# What each can be answered with besides what it is for. 405 and 413 come from before it.
ALWAYS = {
    400: "What was sent is not JSON, or not whole.",
    401: "The key is missing, not known, revoked, or its time is over.",
    403: "The key may not do this.",
    404: "There is no such record.",
    409: "The same request is being answered at this moment.",
    413: "What was sent is too large.",
    422: "What was sent is not right, or a rule refuses it.",
    429: "Too many requests; Retry-After says when to come back.",
    500: "Something failed here. It was not your mistake.",
}


class DeskAPI(NinjaAPI):
    """The framework's, which says of each operation how it can fail."""

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        """The OpenAPI document, with the problems of every operation."""
        document = super().get_openapi_schema(**kwargs)
        document["components"]["schemas"]["Problem"] = problems.SCHEMA
        body = {
            problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}},
        }
        for operations in document["paths"].values():
            for operation in operations.values():
                for status, description in ALWAYS.items():
                    answer = {"description": description, "content": body}
                    operation["responses"].setdefault(status, answer)
        return document


api = DeskAPI(
    title="CPNI Desk",
    version="1",
    description=(
        "May this customer’s information be used? Ask before each use. Send the key as"
        " “Authorization: Bearer …”. Errors are problem+json (RFC 9457). A request with an"
        " Idempotency-Key that is sent twice is done once."
    ),
    docs_url=None,  # the library's pages run scripts in the page, which ours do not
    urls_namespace="api",
)
problems.install(api)
for part in (decisions, customers, choices, feeds):
    api.add_router("", part.router)
