"""Secret addresses of the calendar of deadlines: made, revoked, and whose one is.

Whoever has the address reads the calendar without signing in, so it holds numbers and days and no
personal data, and stops when it is revoked or its person leaves or may not see deadlines any more.
"""

import hashlib
import secrets
from datetime import datetime

from django.db import transaction

from accounts import history
from accounts.errors import Refused
from accounts.models import User
from accounts.permissions import NotAllowed, require
from cpni.models import CalendarFeed

ADD, CHANGE, VIEW = "cpni.add_calendarfeed", "cpni.change_calendarfeed", "cpni.view_incident"
BYTES = 32  # of chance in a secret


def make(person: User, *, at: datetime) -> str:
    """A new address for ``person``; the one before it is revoked. Returns its secret, only now."""
    require(person, ADD)
    secret = secrets.token_urlsafe(BYTES)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=person.pk)
        for before in CalendarFeed.objects.filter(person=person, revoked_at=None):
            before.revoked_at = at
            history.save(before, by=person, because="Another address was made")
        feed = CalendarFeed(person=person, digest=_digest(secret), made_at=at)
        history.save(feed, by=person, because="Made")
    return secret


def revoke(feed: CalendarFeed, *, at: datetime, by: User | None, because: str) -> bool:
    """Revoke ``feed`` at the aware instant ``at``. False when it is revoked already.

    One's own needs no permission but to have made it. Raises Refused without a reason.
    """
    require(by, ADD if by and by.pk == feed.person_id else CHANGE)
    if not because.strip():
        raise Refused("Revoking needs a reason.", "Say why.")
    with transaction.atomic():
        stored = CalendarFeed.objects.select_for_update().get(pk=feed.pk)
        if stored.revoked_at:
            return False
        stored.revoked_at = at
        history.save(stored, by=by, because=because)
    return True


def own(person: User) -> CalendarFeed | None:
    """The address that ``person`` has in use."""
    return CalendarFeed.objects.filter(person=person, revoked_at=None).first()


def reader(secret: str) -> User | None:
    """Whose address has this ``secret``; None when it opens nothing (any more)."""
    feed = CalendarFeed.objects.filter(digest=_digest(secret), revoked_at=None)
    found = feed.select_related("person").first()
    if found is None:
        return None
    try:
        require(found.person, VIEW)
    except NotAllowed:
        return None
    return found.person


def _digest(secret: str) -> str:
    # A plain digest: the secret is 256 bits of chance, which nobody guesses through any number.
    return hashlib.sha256(secret.encode()).hexdigest()
