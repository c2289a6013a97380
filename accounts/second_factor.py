"""The second factor: who must have one, whether a session has shown it, and the officer's reset."""

from base64 import urlsafe_b64encode
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from allauth.account.authentication import get_authentication_records
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from accounts import history, sessions, signin_events
from accounts.errors import Refused
from accounts.models import SignInEvent, User
from accounts.permissions import require

if TYPE_CHECKING:
    from django.db.models import QuerySet

ENROLLED = "desk_factor_enrolled"  # in a session: whose second factor was set up in it


def is_required() -> bool:
    """Whether nobody gets beyond the door without one (``SECOND_FACTOR``).

    It is asked of everyone who may sign in: every role sees personal data or releases campaigns,
    and a person without a role may be given one at any moment.
    """
    return bool(settings.SECOND_FACTOR == "required")


def authenticators(user: User) -> "QuerySet":
    """The second factors of ``user``. Recovery codes alone are none."""
    from allauth.mfa.models import Authenticator  # its models need the apps to be loaded

    return Authenticator.objects.filter(user_id=user.pk).exclude(
        type=Authenticator.Type.RECOVERY_CODES
    )


def is_shown(request: HttpRequest, user: User) -> bool:
    """Whether ``user`` has shown a second factor in this session, or set one up in it.

    A sign-on by the identity provider counts only where ``OIDC_ENFORCES_SECOND_FACTOR`` says that
    it asks for one.
    """
    if request.session.get(ENROLLED) == user.pk:
        return True
    methods = {record.get("method") for record in get_authentication_records(request, user)}
    return "mfa" in methods or ("socialaccount" in methods and settings.OIDC_ENFORCES_SECOND_FACTOR)


def reset(user: User, *, by: User, because: str, at: datetime) -> int:
    """Take away every second factor and all recovery codes of ``user``, and end their sessions.

    For someone who has lost them; they set up new ones at their next sign-in. Returns how many
    factors were taken away. Raises Refused for one's own, and when there are none; NotAllowed.
    """
    require(by, "accounts.reset_factor_user")
    from allauth.mfa.models import Authenticator

    if by.pk == user.pk:
        raise Refused(
            "Nobody resets their own second factor.",
            "Use a recovery code, or ask another officer.",
        )
    with transaction.atomic():
        found = authenticators(user).count()
        if not found:
            raise Refused(f"{user} has no second factor to reset.")
        Authenticator.objects.filter(user_id=user.pk).delete()
        history.save(user, by=by, because=f"Second factor reset: {because}")
        signin_events.record(SignInEvent.Kind.FACTOR_RESET, user=user, by=by, detail=because, at=at)
        sessions.end_all(user, by=by, because="Their second factor was reset", at=at)
    return found


def encrypt(text: str) -> str:
    """``text`` so that a copy of the database does not give away second factors."""
    return _cipher().encrypt(text.encode()).decode()


def decrypt(kept: str) -> str:
    """What :func:`encrypt` made. Raises Refused when the key is gone."""
    try:
        return _cipher().decrypt(kept.encode()).decode()
    except InvalidToken as error:
        raise Refused(
            "This second factor was kept under another SECRET_KEY.",
            "Name the old key in SECRET_KEY_FALLBACKS, or reset the second factor.",
        ) from error


def _cipher() -> MultiFernet:
    """Keys of their own, made from SECRET_KEY and from those that came before it."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    made = (sha256(f"accounts.second_factor:{key}".encode()).digest() for key in keys)
    return MultiFernet([Fernet(urlsafe_b64encode(key)) for key in made])
