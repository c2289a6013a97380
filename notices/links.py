"""The link in a notice by which its customer comes to a page of their own, without signing in.

Its last part is the notice's reference and twenty characters that only our key makes of it (a
hundred bits). It names nobody, so it may stand in logs of proxies and in browsers' histories; who
has it can restrict us, as whoever holds the letter can by signing the form on it.
"""

import hashlib
import secrets
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from notices.models import LinkKey
from notices.references import ALPHABET, MISREAD, delivery_id, reference

PROOF = 20  # characters
CHOICES = "choices"
UNSUBSCRIBE = "unsubscribe"


def newest_key(*, at: datetime) -> str:
    """The secret that makes links now; made, at the aware instant ``at``, if there is none.

    Two that make the first one at once leave two, of which both open what they made.
    """
    found = LinkKey.objects.first()
    if found is None:
        found = LinkKey(secret=secrets.token_urlsafe(32), made_at=at)
        found.save()
    return found.secret


def first_key(*, at: datetime) -> str:
    """The secret that was made first: for what must stay the same when another is made."""
    newest = newest_key(at=at)
    found = LinkKey.objects.last()
    return found.secret if found else newest


def token(number: int, key: str, purpose: str = CHOICES) -> str:
    """What stands in the link of the delivery with this id, by the secret ``key``.

    Of another ``purpose`` it is another one, so that what opens one thing opens nothing else.
    """
    return f"{reference(number)}-{_proof(number, key, purpose)}"


def address(number: int, key: str) -> str:
    """The whole link of that delivery: what a customer follows, scans or types."""
    return settings.PUBLIC_URL + reverse("choices:notice", args=[token(number, key)])


def unsubscribe_address(number: int, key: str) -> str:
    """The whole link by which whoever got that delivery stops marketing by e-mail."""
    found = token(number, key, UNSUBSCRIBE)
    return settings.PUBLIC_URL + reverse("choices:stop-marketing", args=[found])


def delivery_of(token: str, purpose: str = CHOICES) -> int | None:
    """The id of the delivery whose link this is, or None for whatever we did not make.

    As with references: lower case, and letters mistaken for digits, are understood.
    """
    code, _, proof = token[:60].rpartition("-")
    number = delivery_id(code)
    if number is None:
        return None
    said = proof.upper().translate(MISREAD)
    made = [_proof(number, key.secret, purpose) for key in LinkKey.objects.all()]
    # Every one compared, and each to its end, so that the time taken tells nothing.
    matches = [secrets.compare_digest(said.encode(), one.encode()) for one in made]
    return number if any(matches) else None


def _proof(number: int, key: str, purpose: str) -> str:
    digest = hashlib.blake2b(f"{purpose} {number}".encode(), key=key.encode(), digest_size=PROOF)
    return "".join(ALPHABET[byte & 31] for byte in digest.digest())
