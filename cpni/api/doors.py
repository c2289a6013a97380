"""Who asks: the key, what it may, how often; and the record of what it was shown."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from limits import RateLimitItemPerMinute
from ninja.errors import AuthenticationError, AuthorizationError, Throttled
from ninja.security import HttpBearer

from accounts import looks
from accounts.models import Carrier, User
from accounts.turns import network_of, take_turn
from cpni import api_keys
from cpni.api_keys import Proved
from cpni.models import ApiKey


class Key(HttpBearer):
    """``Authorization: Bearer cpni_…``, a key that has the scope."""

    def __init__(self, scope: ApiKey.Scope | None = None) -> None:
        self.scope = scope
        super().__init__()

    def __call__(self, request: HttpRequest) -> Proved:
        """The key. Raises what is answered with 401, 403 and 429."""
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        now = timezone.now()
        key = api_keys.prove(text.strip(), at=now) if scheme.lower() == "bearer" else None
        if key is None:
            # Guessing is hopeless; this keeps it from being busy.
            most = RateLimitItemPerMinute(settings.REQUESTS_PER_MINUTE_SIGNED_OUT)
            if wait := take_turn(most, "no key", network_of(request)):
                raise Throttled(wait)
            raise AuthenticationError(
                message="The key is missing, not known, revoked, or its time is over."
            )
        if wait := take_turn(RateLimitItemPerMinute(key.per_minute), "key", str(key.pk)):
            raise Throttled(wait)
        # Until the middleware ends it (config/carrier_time.py).
        timezone.activate(Carrier.zone_was_read(key.time_zone))
        api_keys.note_use(key, at=now)
        request.api_key = key  # type: ignore[attr-defined]
        if self.scope is not None and self.scope not in key.scopes:
            raise AuthorizationError(
                message=f"This key may not do this: it lacks the scope {self.scope}."
            )
        return key

    def authenticate(self, request: HttpRequest, token: str) -> Proved:
        """Done above: the library's own way answers a missing key without saying so."""
        raise NotImplementedError


def key_of(request: HttpRequest) -> Proved:
    """The key with which ``request`` came."""
    key: Proved = request.api_key  # type: ignore[attr-defined]
    return key


def system(request: HttpRequest) -> User:
    """Who asks: the ``by`` of whatever this request does."""
    return key_of(request).client


def why(request: HttpRequest) -> str:
    """The reason that history keeps of what a request does."""
    return f"By the API, key {key_of(request).prefix}"


def opening(request: HttpRequest, *, about: str) -> looks.Opening:
    """That the answer will show one customer, for what records it as it reads the customer."""
    key = key_of(request)
    return looks.Opening(key.client, timezone.now(), f"api:{about}", f"key {key.prefix}")


def looked(
    request: HttpRequest,
    customers: Iterable[int],
    *,
    what: looks.What = looks.What.OPENED,
    about: str,
) -> None:
    """Record that the answer shows ``customers`` (ids); it is not given when that fails."""
    seen = opening(request, about=about)
    row: dict[str, Any] = {
        "by": seen.by,
        "at": seen.at,
        "what": what,
        "screen": seen.screen,
        "customers": list(customers),
        "detail": seen.detail,
    }
    looks.record(**row)
    request.looks = [*getattr(request, "looks", ()), row]  # type: ignore[attr-defined]


def look_again(request: HttpRequest) -> None:
    """Record anew what a refusal shows: what was recorded is gone with all that it refused."""
    for row in getattr(request, "looks", ()):
        looks.record(**row)
