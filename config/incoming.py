"""By which doors mail comes in, from the environment (README, “Mail that comes back”)."""

import re
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from config.env import env

# An address has at most 64 characters before the @ (RFC 5321, 4.5.3.1.1), of which tokens take 40.
LONGEST_MAILBOX = 24
# Providers whose webhooks prove themselves by the secret in their address; Mailgun signs them too.
# Amazon's arrive by another service, which must be confirmed. The library that reads SendGrid's has
# given it up, and a reply with three pictures would be more files than we take.
PROVIDERS = ("brevo", "mailgun", "mailjet", "postmark", "sparkpost")


def return_address() -> str:
    """``RETURN_ADDRESS``, or nothing. Raises ImproperlyConfigured where no token fits into it."""
    given = env.str("RETURN_ADDRESS", default="")
    form = rf"[A-Za-z0-9._-]{{1,{LONGEST_MAILBOX}}}@[A-Za-z0-9.-]+"
    if given and not re.fullmatch(form, given):
        raise ImproperlyConfigured(
            f"RETURN_ADDRESS is “{given}”; it must be like bounces@carrier.example, with at most"
            f" {LONGEST_MAILBOX} characters and no + before the @."
        )
    return given


def mailbox(*, production: bool) -> dict[str, Any] | None:
    """The mailbox that ``IMAP_URL`` names, or None.

    ``imaps://user:password@host/INBOX``; ``imap+tls:`` begins in clear and changes over. Raises
    ImproperlyConfigured for what cannot be reached, or not safely.
    """
    given = env.str("IMAP_URL", default="")
    if not given:
        return None
    parts = urlsplit(given)
    allowed = ("imaps", "imap+tls") if production else ("imaps", "imap+tls", "imap")
    if parts.scheme not in allowed or not (parts.hostname and parts.username and parts.password):
        raise ImproperlyConfigured(
            f"IMAP_URL must be like imaps://user:password@host/INBOX ({', '.join(allowed)})."
        )
    return {
        "scheme": parts.scheme,
        "host": parts.hostname,
        "port": parts.port or (993 if parts.scheme == "imaps" else 143),
        "user": unquote(parts.username),
        "password": unquote(parts.password),
        "folder": unquote(parts.path.strip("/")) or "INBOX",
    }


def webhooks() -> tuple[str, dict[str, Any]]:
    """``MAIL_PROVIDER``, and what its webhooks are checked with (the setting ``ANYMAIL``).

    Raises ImproperlyConfigured for a provider that is not known, or webhooks open to everybody.
    """
    provider = env.str("MAIL_PROVIDER", default="")
    if not provider:
        return "", {}
    if provider not in PROVIDERS:
        raise ImproperlyConfigured(f"MAIL_PROVIDER must be one of {', '.join(PROVIDERS)}.")
    secret = env.str("MAIL_WEBHOOK_SECRET", default="")
    name, _, password = secret.partition(":")
    if not name or len(password) < 20:
        raise ImproperlyConfigured(
            "MAIL_WEBHOOK_SECRET must be name:password, the password of at least 20 random"
            " characters; they stand in the webhook’s address at the provider."
        )
    found: dict[str, Any] = {"WEBHOOK_SECRET": secret}
    if provider == "mailgun":
        found["MAILGUN_WEBHOOK_SIGNING_KEY"] = env.str("MAIL_WEBHOOK_KEY", default="")
        if not found["MAILGUN_WEBHOOK_SIGNING_KEY"]:
            raise ImproperlyConfigured("MAIL_WEBHOOK_KEY must be Mailgun’s webhook signing key.")
    if provider == "brevo":
        found["BREVO_API_KEY"] = env.str("MAIL_WEBHOOK_KEY", default="")
    return provider, found
