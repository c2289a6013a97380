"""How often a password may be tried, so that guessing is hopeless and nobody can be shut out.

A turn is taken before the password is looked at, and given back when it was right. Three counters
stand at the door, and a browser that has a device cookie of the account (set when that person
signed in with it; OWASP, "Slow Down Online Guessing Attacks with Device Cookies") passes by a
counter of its own instead:

- per account and address: whoever fails on purpose locks that account *from there*, nowhere else;
- per address: one place that tries many accounts;
- per account from unknown browsers, wherever they are: many places that try one account. While it
  is used up, its owner still signs in with a browser that knows them.

So nobody who merely fails can keep a person out of their usual browser, nor an office whose staff
share one address. Counters hold for accounts that do not exist too: the answer is the same.
"""

import hashlib
import hmac
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F

from accounts.client_address import network
from accounts.models import SignInAttempts


@dataclass(frozen=True)
class Limit:
    """So many turns in so many minutes, counted from the first."""

    name: str
    turns: int
    minutes: int


DEVICE = Limit("device", 5, 15)
ACCOUNT_AND_ADDRESS = Limit("account+address", 5, 15)
ADDRESS = Limit("address", 20, 15)
# 1,200 guesses a day at a password of which zxcvbn expects 100 million (accounts/passwords.py).
ACCOUNT = Limit("account", 50, 60)
TOLD = Limit("told", 1, 15)  # one event for a lock, however often it is run into


@dataclass(frozen=True)
class Turn:
    """Leave to look at one password."""

    taken: tuple[str, ...]
    personal: str  # the counter of this person at this place

    def succeeded(self) -> None:
        """The password was right: nothing was used up, and this person starts afresh here."""
        SignInAttempts.objects.filter(pk=self.personal).update(taken=0)
        for key in self.taken:
            give_back(key)


def take_turn(*, account: str, address: str, device: str, at: datetime) -> Turn | None:
    """Leave to try a password for ``account`` (as typed) now, or None when it is locked.

    ``device`` is what the browser's device cookie says for this account, or empty.
    """
    taken: list[str] = []
    counters = list(_counters(account, address, device))
    for limit, key in counters:
        if not take(limit, key, at=at):
            for earlier in taken:
                give_back(earlier)
            return None
        taken.append(key)
    return Turn(tuple(taken), personal=taken[0])


def first_time(*, account: str, address: str, at: datetime) -> bool:
    """Whether this lock has not been recorded yet: a flood of refusals makes one event."""
    return take(TOLD, _key(TOLD, _fold(account), network(address)), at=at)


def take(limit: Limit, key: str, *, at: datetime) -> bool:
    """Take one turn of ``limit``. At most ``limit.turns`` callers get True before it begins anew.

    Each step is one statement that the database runs alone for this row, so simultaneous callers
    cannot share a turn. Who finds no row, or an old one, may be overtaken by another who makes it
    or begins it anew: all is asked once more before anybody is refused.
    """
    rows = SignInAttempts.objects.filter(pk=key)
    until = at + timedelta(minutes=limit.minutes)
    for _ in range(2):
        if rows.filter(until__gt=at, taken__lt=limit.turns).update(taken=F("taken") + 1):
            return True
        if rows.filter(until__lte=at).update(taken=1, until=until):
            return True
        SignInAttempts.objects.bulk_create(
            [SignInAttempts(key=key, taken=0, until=until)], ignore_conflicts=True
        )
    return False


def give_back(key: str) -> None:
    """Undo one :func:`take`."""
    SignInAttempts.objects.filter(pk=key, taken__gt=0).update(taken=F("taken") - 1)


def discard_old(*, at: datetime) -> int:
    """Delete counters whose time is over. Returns how many."""
    return SignInAttempts.objects.filter(until__lte=at).delete()[0]


def _counters(account: str, address: str, device: str) -> Iterator[tuple[Limit, str]]:
    """The counters of this attempt; the first is that of this person at this place."""
    name, place = _fold(account), network(address)
    if device:
        yield DEVICE, _key(DEVICE, name, device)
        return
    yield ACCOUNT_AND_ADDRESS, _key(ACCOUNT_AND_ADDRESS, name, place)
    yield ADDRESS, _key(ADDRESS, place)
    yield ACCOUNT, _key(ACCOUNT, name)


def _key(limit: Limit, *parts: str) -> str:
    text = "\x00".join((limit.name, *parts))
    secret = settings.SECRET_KEY.encode()
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()


def _fold(account: str) -> str:
    """One spelling for all that find the same account."""
    return unicodedata.normalize("NFKC", account).strip().casefold()
