"""The home page: what needs someone today. What a role may not view, it does not see."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from accounts.models import Carrier


def carrier_name(request: HttpRequest) -> str | None:
    """The carrier's name under the product's."""
    carrier = Carrier.get() if request.user.is_authenticated else None
    return carrier.legal_name if carrier else None


def environment(request: HttpRequest) -> list[str] | None:
    """A label that says that this installation is a trial."""
    return None if settings.PRODUCTION else ["Trial", "warning"]


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Fill in the home page."""
    return context
