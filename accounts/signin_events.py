"""The record of what happens at the door, for the officer and the auditor."""

from datetime import datetime

from django.http import HttpRequest

from accounts.client_address import address_of, browser_of
from accounts.models import SignInEvent, User


def record(
    kind: SignInEvent.Kind,
    *,
    user: User | None,
    at: datetime,
    request: HttpRequest | None = None,
    by: User | None = None,
    detail: str = "",
) -> SignInEvent:
    """Keep that ``kind`` happened to the account of ``user`` (None: no account has that name).

    ``request`` is whose address and browser are kept; ``by`` is who did it when that is another
    person; ``detail`` is one sentence, never a secret.
    """
    return SignInEvent.objects.create(
        kind=kind,
        user=user,
        name=user.get_username() if user else "",
        address=address_of(request) if request else None,
        browser=browser_of(request) if request else "",
        detail=detail[:300],
        by=by,
        at=at,
    )


def account_named(name: str) -> User | None:
    """The account that somebody means who types ``name``, whether or not it may sign in."""
    return User.objects.filter(username__iexact=name.strip()).first()
