"""Where looks are recorded: behind every page of the site, in one place.

What a page shows is noted by the admin classes (``PlainList`` in ``accounts.admin.base``).
"""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts import looks
from accounts.fields import record_id


class LookMiddleware:
    """Record each page that shows a customer, and each that was refused, before it leaves."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        about = customers_of_address(request) if response.status_code == 403 else []
        looks.settle(request, response, of=about)
        return response


def customers_of_address(request: HttpRequest) -> list[int]:
    """The customer whom the address of a refused page is about, if there is one.

    Asked only for a refusal, which may come before anything has looked at the record.
    """
    match = request.resolver_match
    if match is None or not match.url_name:
        return []
    numbers = [str(value) for value in (*match.kwargs.values(), *match.args)]
    pk = record_id(numbers[0]) if numbers else None
    if pk is None:
        return []
    for model, model_admin in admin.site._registry.items():
        if match.url_name.startswith(f"{model._meta.app_label}_{model._meta.model_name}_"):
            found: Any = model._default_manager.filter(pk=pk).first()
            customer = found and getattr(model_admin, "customer_of", lambda obj: None)(found)
            return [customer] if customer else []
    return []
