"""Sessions: short, bound to a browser, and ended when what somebody may do has changed.

A session ends 30 minutes after its last request and 12 hours after its first (ASVS 5.0, 7.3: both
limits, documented; a shift is shorter than 12 hours, and a desk that shows call records is not left
open over lunch). It is bound to the browser that opened it: another one that shows its cookie ends
it for both. It is not bound to the address, which changes under an honest laptop (Wi-Fi, VPN); a
thief of a cookie is met by the browser, the short life and the list that its owner can read.
"""

import hashlib
import re
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest

from accounts import signin_events
from accounts.client_address import browser_of
from accounts.models import SignInEvent, User

SINCE, SEEN, BROWSER = "desk_since", "desk_seen", "desk_browser"
NOTICED = timedelta(minutes=1)  # activity is written down at most so often, not at every request


def begin(request: HttpRequest, *, at: datetime) -> None:
    """Start the clocks of the session in which somebody has just signed in."""
    request.session[SINCE] = at.timestamp()
    request.session[SEEN] = at.timestamp()
    request.session[BROWSER] = fingerprint(request)
    UserSession.objects.create_from_request(request)


def touch(request: HttpRequest, *, at: datetime) -> None:
    """Remember that the session is in use."""
    if SINCE not in request.session:
        begin(request, at=at)
    elif at.timestamp() - request.session[SEEN] >= NOTICED.total_seconds():
        request.session[SEEN] = at.timestamp()
        UserSession.objects.create_from_request(request)


def why_over(request: HttpRequest, *, at: datetime) -> tuple[SignInEvent.Kind, str] | None:
    """Why the session of ``request`` may not go on: an event and a sentence. None if it may."""
    session = request.session
    if SINCE not in session:
        return None
    if session[BROWSER] != fingerprint(request):
        return SignInEvent.Kind.SESSION_MOVED, "Please sign in again with this browser."
    if at.timestamp() - session[SEEN] > settings.SESSION_IDLE_MINUTES * 60:
        return (
            SignInEvent.Kind.SESSION_OVER,
            f"You were signed out after {settings.SESSION_IDLE_MINUTES} minutes without activity.",
        )
    if at.timestamp() - session[SINCE] > settings.SESSION_HOURS * 3600:
        return (
            SignInEvent.Kind.SESSION_OVER,
            f"You were signed out: a session lasts {settings.SESSION_HOURS} hours at most.",
        )
    return None


def fingerprint(request: HttpRequest) -> str:
    """The browser without its version numbers, which change under an open session."""
    words = re.sub(r"[\d._]+", "", browser_of(request))
    return hashlib.sha256(words.encode()).hexdigest()[:32]


def end_all(user: User, *, by: User | None, because: str, at: datetime) -> int:
    """End every session of ``user`` everywhere, at once. Returns how many were open."""
    with transaction.atomic():
        # No history: the columns that it keeps have not changed.
        User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
        user.refresh_from_db(fields=["session_epoch"])
        ended = _delete(list(UserSession.objects.filter(user_id=user.pk)))
        signin_events.record(
            SignInEvent.Kind.SESSIONS_ENDED, user=user, by=by, detail=because, at=at
        )
    return ended


def end_others(request: HttpRequest, user: User, *, because: str, at: datetime) -> int:
    """End every session of ``user`` but the one of ``request``. Returns how many were open."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
        user.refresh_from_db(fields=["session_epoch"])
        listed = UserSession.objects.filter(user_id=user.pk)
        own = request.session.session_key
        ended = _delete(list(listed.exclude(session_key=own)))
        # Gives this session the new epoch and a new key, which ends copies of the old one.
        update_session_auth_hash(request, user)
        listed.filter(session_key=own).update(session_key=request.session.session_key)
        if ended:
            signin_events.record(
                SignInEvent.Kind.SESSIONS_ENDED, user=user, request=request, detail=because, at=at
            )
    return ended


def end_one(request: HttpRequest, session: UserSession, *, at: datetime) -> None:
    """End one session of the person of ``request``."""
    _delete([session])
    signin_events.record(
        SignInEvent.Kind.SESSIONS_ENDED,
        user=session.user,
        request=request,
        detail="One session, by its owner",
        at=at,
    )


def open_sessions(user: User) -> list[UserSession]:
    """The sessions of ``user`` that are still good, the latest first."""
    found = UserSession.objects.purge_and_list(user)
    return sorted(found, key=lambda session: session.last_seen_at, reverse=True)


def discard_old() -> int:
    """Delete sessions that are over, and the listed ones that no longer exist. Returns how many."""
    engine: Any = import_module(settings.SESSION_ENGINE)
    engine.SessionStore.clear_expired()
    gone = [session.pk for session in UserSession.objects.iterator() if not session.exists()]
    return UserSession.objects.filter(pk__in=gone).delete()[0]


def _delete(listed: list[UserSession]) -> int:
    for session in listed:
        store(session.session_key).delete()
        session.delete()
    return len(listed)


def store(key: str) -> SessionBase:
    """The session with this key, wherever sessions are kept."""
    engine: Any = import_module(settings.SESSION_ENGINE)
    kept: SessionBase = engine.SessionStore(key)
    return kept
