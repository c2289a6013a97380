"""Requests that are sent twice are done once: answers kept under an Idempotency-Key.

The only writer of ``ApiAnswer``. What was done and its answer are committed together, so an answer
that is kept was done, and what was done has its answer; whoever dies in between did nothing.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import IntegrityError, transaction

from accounts.errors import Refused
from accounts.models import User
from cpni.models import ApiAnswer

KEPT = timedelta(hours=48)
# For so long nobody else may take a request up: longer than one can run (config/gunicorn.py).
CLAIMED = timedelta(seconds=90)


class InProgress(Refused):
    """The same request is being answered at this moment."""

    def __init__(self) -> None:
        super().__init__(
            "A request with this Idempotency-Key is being answered.", "Send it again in a minute."
        )


class OtherRequest(Refused):
    """The key was used for something else."""

    def __init__(self) -> None:
        super().__init__(
            "This Idempotency-Key was used for another request.", "Make a new key for each request."
        )


@dataclass(frozen=True)
class Answer:
    """A status and a body in JSON; ``again`` when it was given before."""

    status: int
    body: str
    again: bool = False


def once(
    client: User, key: str, asked: str, do: Callable[[], Answer], *, clock: Callable[[], datetime]
) -> Answer:
    """Do what is asked unless it was done already under ``key``; the answer either way.

    ``asked`` is the whole of the request: its method, address and body. ``do`` runs in a
    transaction; when it raises, nothing was done and the key is free again.
    Raises InProgress and OtherRequest.
    """
    at = clock()
    digest, request = _digest(key), _digest(asked)
    claim = uuid4()
    mine = {"claim": claim, "claimed_until": at + CLAIMED}
    try:
        with transaction.atomic():
            ApiAnswer.objects.create(client=client, key=digest, request=request, made_at=at, **mine)
    except IntegrityError:
        row = ApiAnswer.objects.filter(client=client, key=digest).first()
        if row is None:  # it was given free just now
            raise InProgress from None
        if row.request != request:
            raise OtherRequest from None
        if row.status is not None:
            return Answer(row.status, row.answer, again=True)
        # Whoever had it and died did nothing: it may be taken up, by one.
        left = ApiAnswer.objects.filter(pk=row.pk, status=None, claimed_until__lte=at)
        if not left.update(**mine):
            raise InProgress from None
    held = ApiAnswer.objects.filter(client=client, key=digest, claim=claim, status=None)
    try:
        with transaction.atomic():
            answer = do()
            row = held.select_for_update().first()
            if row is None:
                raise InProgress  # it took so long that somebody else has taken it up
            row.status, row.answer = answer.status, answer.body
            row.save()
    except BaseException:
        held.delete()
        raise
    return answer


def forget(*, at: datetime) -> int:
    """Forget answers that are older than ``KEPT`` at the aware instant ``at``; how many."""
    return ApiAnswer.objects.filter(made_at__lt=at - KEPT).delete()[0]


def _digest(text: str) -> str:
    return hashlib.sha256(json.dumps(text).encode()).hexdigest()
