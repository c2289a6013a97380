"""Keys of other systems: made, proved at each request, revoked. The only writer of ``ApiKey``.

A key is 32 random bytes, so its SHA-256 is as good as a slow hash would be: nobody guesses it, and
each request would pay for slowness. It is found by its beginning and compared in constant time.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.text import slugify

from accounts import history
from accounts.errors import Refused
from accounts.models import User
from accounts.permissions import require
from accounts.prepared import first_of_request
from cpni.models import ApiKey

Scope = ApiKey.Scope

MAKE, REVOKE = "cpni.add_apikey", "cpni.revoke_apikey"
BEGINS = "cpni"  # so that tools which look for secrets in files find ours
LONGEST = timedelta(days=731)  # until another must be made
# A row that is written at each request would be what all requests of a client wait for.
NOTED_EVERY = timedelta(minutes=1)

# What each scope lets a system do, as the verbs ask for it.
PERMISSIONS: dict[str, frozenset[str]] = {
    Scope.DECISIONS: frozenset(),
    Scope.CUSTOMERS: frozenset({"accounts.import_customer", "accounts.change_contactpoint"}),
    Scope.OPT_OUTS: frozenset({"cpni.add_optoutrequest", "cpni.apply_optoutrequest"}),
    Scope.OPT_INS: frozenset(
        {"cpni.add_optoutrequest", "cpni.apply_optoutrequest", "cpni.opt_in_optoutrequest"}
    ),
    Scope.DISCLOSURES: frozenset({"cpni.add_disclosure"}),
    Scope.AUDIENCES: frozenset({"notices.view_campaign", "notices.view_delivery"}),
    Scope.CHANGES: frozenset({"cpni.view_approval"}),
}


# Of a client what is recorded with its acts, in the order in which the model has it.
CLIENT = tuple(
    field.attname
    for field in User._meta.concrete_fields
    if field.attname in ("id", "username", "first_name", "last_name", "is_active", "is_program")
)
PROVE = (
    "SELECT k.id, k.digest, k.scopes, k.per_minute,"
    f" k.last_used_at IS NULL OR k.last_used_at <= %s, {', '.join(f'u.{name}' for name in CLIENT)}"
    ", (SELECT time_zone FROM accounts_carrier WHERE id = 1)"
    " FROM cpni_apikey k JOIN accounts_user u ON u.id = k.client_id"
    " WHERE k.prefix = %s AND k.revoked_at IS NULL AND k.expires_at > %s"
)


@dataclass(frozen=True)
class Proved:
    """A key that opens something now, and whose it is."""

    pk: int
    prefix: str
    client: User
    scopes: frozenset[str]
    per_minute: int
    use_is_due: bool  # whether it is time to note that it was used
    time_zone: str | None  # the carrier's, read with it; None before the carrier is filled in


@dataclass(frozen=True)
class Made:
    """A key and its text, which is shown once and kept nowhere."""

    key: ApiKey
    text: str


def make(
    system: str,
    *,
    scopes: Sequence[str],
    per_minute: int,
    expires_at: datetime,
    at: datetime,
    by: User | None,
    because: str,
) -> Made:
    """Make a key for the system of that name, which is entered if there is none.

    ``scopes`` are of ``ApiKey.Scope``; ``expires_at`` and ``at`` are aware instants. Raises Refused
    for no or unknown scopes, no name, or a time that is over or too far away.
    """
    require(by, MAKE)
    if not scopes or not set(scopes) <= set(Scope.values):
        raise Refused("A key must be for something.", "Choose what the system may do.")
    if not at < expires_at <= at + LONGEST:
        raise Refused(
            "A key must end, at most two years from now.", "Choose a day after today, in that time."
        )
    text = f"{BEGINS}_{secrets.token_hex(6)}_{secrets.token_urlsafe(32)}"
    with transaction.atomic():
        key = ApiKey(
            client=client_named(system, by=by, because=because),
            prefix=prefix_of(text),
            digest=digest_of(text),
            scopes=[code for code in Scope.values if code in scopes],
            per_minute=per_minute,
            made_at=at,
            expires_at=expires_at,
        )
        try:
            key.full_clean(exclude=["client"])
        except ValidationError as error:
            raise Refused(" ".join(error.messages), "Correct the entry.") from error
        history.save(key, by=by, because=because)
    return Made(key, text)


def client_named(name: str, *, by: User | None, because: str) -> User:
    """The account in whose name the system ``name`` acts; made where there is none.

    Raises Refused without a name, or for that of a member of staff.
    """
    name = name.strip()
    username = f"api-{slugify(name)}"[:150]
    if not slugify(name) or len(name) > 150:
        raise Refused("The system has no name.", "Name it by what it is, such as “Billing”.")
    with transaction.atomic():
        found = User.objects.select_for_update().filter(username=username).first()
        if found is None:
            # Inactive and without a password: no way of signing in takes it.
            found = User(username=username, first_name=name, is_program=True, is_active=False)
            found.set_unusable_password()
            history.save(found, by=by, because=because)
        elif not found.is_program:
            raise Refused("A member of staff has this name.", "Give the system another name.")
    return found


def revoke(key: ApiKey, *, at: datetime, by: User | None, because: str) -> bool:
    """Let ``key`` open nothing any more, from the next request on. False when it was done already.

    Raises Refused without a reason.
    """
    require(by, REVOKE)
    if not because.strip():
        raise Refused("Revoking a key needs a reason.", "Say why.")
    with transaction.atomic():
        key = ApiKey.objects.select_for_update(no_key=True).get(pk=key.pk)
        if key.revoked_at is not None:
            return False
        key.revoked_at = at
        history.save(key, by=by, because=because)
    return True


def prove(text: str, *, at: datetime) -> Proved | None:
    """The key whose text this is, if it opens anything at the aware instant ``at``.

    Its client may what its scopes say, in whatever is done as ``by``. One small statement: it is a
    good part of what a decision costs.
    """
    prefix = prefix_of(text)
    if not prefix or "\0" in prefix:
        return None
    row = first_of_request(PROVE, [at - NOTED_EVERY, prefix, at])
    if row is None or not hmac.compare_digest(row[1], digest_of(text)):
        return None
    scopes = json.loads(row[2]) if isinstance(row[2], str) else row[2]
    client = User.from_db("default", CLIENT, row[5:-1])
    client.granted = frozenset[str]().union(*(PERMISSIONS[code] for code in scopes))
    return Proved(row[0], prefix, client, frozenset(scopes), row[3], bool(row[4]), row[-1])


def note_use(key: Proved, *, at: datetime) -> None:
    """Note that ``key`` was used, at most once a minute."""
    if key.use_is_due:
        # Of requests at the same time, one writes.
        due = Q(last_used_at=None) | Q(last_used_at__lte=at - NOTED_EVERY)
        ApiKey.objects.filter(due, pk=key.pk).update(last_used_at=at)


def prefix_of(text: str) -> str:
    """The part of a key by which it is found; nothing for what is no key."""
    parts = text.split("_", 2)
    return parts[1] if len(parts) == 3 and parts[0] == BEGINS and len(parts[1]) == 12 else ""


def digest_of(text: str) -> str:
    """What is kept of a key."""
    return hashlib.sha256(text.encode()).hexdigest()
