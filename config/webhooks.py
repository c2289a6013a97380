"""The addresses that a provider of mail calls: those of the one that is set up, or none."""

from anymail import urls
from django.urls import URLPattern, include, path


def webhook_urls(provider: str) -> list[URLPattern]:
    """Where ``provider`` (``MAIL_PROVIDER``) brings messages and events."""
    if not provider:
        return []
    own = [p for p in urls.urlpatterns if str(p.name).startswith(f"{provider}_")]
    return [path("mail/", include((own, "mail")))]  # type: ignore[list-item]
