"""A browser that has signed in as somebody before, so that strangers cannot lock them out."""

import secrets
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase

from accounts.models import User

DAYS = 90
KEPT = 5  # people who share one browser
SALT = "accounts.device_cookie"


def device_for(request: HttpRequest, user: User | None) -> str:
    """What this browser is called for ``user``; empty if they never signed in with it."""
    return str(_read(request).get(str(user.pk), "")) if user else ""


def remember(request: HttpRequest, response: HttpResponseBase, user: User) -> None:
    """Let this browser be known as one of ``user``'s. It proves nothing, and opens nothing."""
    known = {key: value for key, value in _read(request).items() if key != str(user.pk)}
    known = dict(list(known.items())[-(KEPT - 1) :])
    known[str(user.pk)] = device_for(request, user) or secrets.token_urlsafe(12)
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signing.dumps(known, salt=SALT),
        max_age=DAYS * 24 * 3600,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _read(request: HttpRequest) -> dict[str, Any]:
    try:
        known = signing.loads(
            request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""),
            salt=SALT,
            max_age=DAYS * 24 * 3600,
        )
    except signing.BadSignature:
        return {}
    return known if isinstance(known, dict) else {}
