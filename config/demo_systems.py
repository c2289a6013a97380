"""The demo's other systems: keys of two of them, and one that is told of changes no more."""

import base64
import secrets
from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.utils import timezone

from accounts import history
from accounts.models import User
from cpni import api_keys, changed_approvals, webhooks
from cpni.models import ApiKey, WebhookSubscription

Scope = ApiKey.Scope
YEAR = timedelta(days=365)


def tell(*, ago: Callable[[int], date], at: Callable[[date], datetime], officer: User) -> None:
    """Billing's key, a dialler's that was revoked, and a webhook that was stopped.

    Nobody gets to know the keys: whoever tries the API makes one of their own.
    """
    _key("Billing", (Scope.DECISIONS, Scope.CUSTOMERS), at=at(ago(20)), officer=officer)
    dialler = _key("Dialler", (Scope.DECISIONS, Scope.AUDIENCES), at=at(ago(12)), officer=officer)
    reason = "The dialler was replaced"
    api_keys.revoke(dialler, at=at(ago(4)), by=officer, because=reason)
    # Not by ``subscribe``, which looks the name up: no such machine is on the internet.
    subscription = WebhookSubscription(
        client=api_keys.client_named("Marketing tools", by=officer, because="Mirrors denials"),
        url="https://marketing.example/hooks/cpni",
        secret="whsec_" + base64.b64encode(secrets.token_bytes(32)).decode(),
        position=changed_approvals.last_position(),
        made_at=at(ago(12)),
    )
    history.save(subscription, by=officer, because="Mirrors denials")
    webhooks.stop(
        subscription,
        at=timezone.now() - timedelta(hours=2),
        by=officer,
        because="Their server is being moved; start it when they say so",
    )


def _key(system: str, scopes: tuple[str, ...], *, at: datetime, officer: User) -> ApiKey:
    return api_keys.make(
        system,
        scopes=scopes,
        per_minute=600,
        expires_at=at + YEAR,
        at=at,
        by=officer,
        because=f"{system} asks before each use",
    ).key
