"""The product with two endpoints more that do nothing: one for everybody, one that asks for a key.

What the benchmark of decisions is measured against (``decide_by_api``); gunicorn loads it.
"""

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from config.wsgi import application

__all__ = ["application"]


def _add() -> None:
    from django.http import HttpRequest
    from django.urls import path
    from ninja import NinjaAPI, Schema

    from config import urls
    from cpni.api.doors import Key

    class Nothing(Schema):
        nothing: str = ""

    empty = NinjaAPI(docs_url=None, openapi_url=None, urls_namespace="empty")

    @empty.get("/open", response=Nothing)
    def for_everybody(request: HttpRequest) -> Any:
        return {}

    @empty.get("/keyed", response=Nothing, auth=Key())
    def with_a_key(request: HttpRequest) -> Any:
        return {}

    urls.urlpatterns.insert(0, path("api/empty/", empty.urls))


_add()
