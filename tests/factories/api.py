"""Keys of other systems, and webhooks."""

from datetime import UTC, datetime, timedelta

import factory
from factory.django import DjangoModelFactory

from cpni import api_keys
from cpni.api_keys import Made
from cpni.models import ApiKey, WebhookSubscription

AT = datetime(2026, 11, 23, 18, tzinfo=UTC)


def make_key(*scopes: str, system: str = "Billing", at: datetime = AT, **kwargs) -> Made:
    """A key of ``system`` with these scopes; with all of them if none is named."""
    arguments = {
        "scopes": scopes or ApiKey.Scope.values,
        "per_minute": 600,
        "expires_at": at + timedelta(days=365),
        "by": None,
        "because": "x",
        **kwargs,
    }
    return api_keys.make(system, at=at, **arguments)


class WebhookSubscriptionFactory(DjangoModelFactory):
    """A system that is told of every change."""

    class Meta:
        model = WebhookSubscription

    client = factory.LazyFunction(lambda: api_keys.client_named("CRM", by=None, because="x"))
    url = "https://crm.example/hooks/cpni"
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    made_at = AT
