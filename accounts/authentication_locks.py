"""How often a caller may be wrong. Computed from the rows of the tries; nothing is counted beside.

Two limits stand together, for a guesser may have many representatives or be one:

- of a customer: five wrong in a day lock for a day from the last. A password of which a guesser
  needs 100,000 tries (accounts/credentials.py) lasts 55 years, and a customer who mumbles has four.
- of a representative: ten wrong in an hour, over any customers, lock them for an hour from the
  last. Honest callers forget a few times a day; who reads a list of guesses is stopped.

What the customer knows is locked then: password, back-up, code. To be called back, to be written to
and to show photo ID remain, so that nobody is shut out by a stranger's guesses. A right answer
makes good what was wrong before it in the same call, for the customer only: the caller has shown
who they are, while wrong tries in other calls were perhaps someone else's, and a representative who
guesses is not cleared by the one guess that was right.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from accounts.errors import Refused
from accounts.models import AuthenticationTry, Customer, LockRelease, User
from accounts.permissions import require

Method, Result = AuthenticationTry.Method, AuthenticationTry.Result
KNOWLEDGE = (Method.PASSWORD, Method.BACKUP, Method.CODE)
RELEASE = "accounts.add_lockrelease"


@dataclass(frozen=True)
class Limit:
    """So many wrong tries within so long lock for so long from the last of them."""

    tries: int
    within: timedelta
    lasts: timedelta


OF_CUSTOMER = Limit(5, timedelta(hours=24), timedelta(hours=24))
OF_REPRESENTATIVE = Limit(10, timedelta(hours=1), timedelta(hours=1))


@dataclass(frozen=True)
class Count:
    """How many wrong tries are left, and until when there are none."""

    left: int
    until: datetime | None = None


def count(customer: Customer, by: User, *, at: datetime) -> Count:
    """What is left to ``by`` with ``customer`` at the aware instant ``at``: the narrower limit."""
    both = (
        _count(_wrong_of_customer(customer), OF_CUSTOMER, at),
        _count(_wrong_of_representative(by), OF_REPRESENTATIVE, at),
    )
    ends = [found.until for found in both if found.until]
    return Count(min(found.left for found in both), max(ends, default=None))


def release(
    *,
    customer: Customer | None = None,
    representative: User | None = None,
    by: User,
    at: datetime,
    because: str,
) -> bool:
    """End the lock of ``customer``, or of ``representative``, before its time. It is recorded.

    False when there is no lock. Nobody is authenticated by it: tries are only counted anew. Raises
    Refused without a reason, and for whoever made one of the tries that locked.
    """
    require(by, RELEASE)
    if (customer is None) == (representative is None):
        raise ValueError("a release is of one lock")
    if not because.strip():
        raise Refused("A release needs a reason.", "Say why the tries may go on.")
    with transaction.atomic():
        if customer is not None:
            Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
            wrong, limit = _wrong_of_customer(customer), OF_CUSTOMER
        elif representative is not None:
            User.objects.select_for_update(no_key=True).get(pk=representative.pk)
            wrong, limit = _wrong_of_representative(representative), OF_REPRESENTATIVE
        if _count(wrong, limit, at).until is None:
            return False
        latest = wrong.order_by("-at", "-pk")[: limit.tries]
        if by == representative or by.pk in {attempt.by_id for attempt in latest}:
            raise Refused("You made tries that led to this lock.", "Ask another supervisor.")
        LockRelease.objects.create(
            customer=customer,
            representative=representative,
            by=by,
            at=at,
            because=because.strip()[:200],
        )
    return True


def _count(wrong: QuerySet[AuthenticationTry], limit: Limit, at: datetime) -> Count:
    since = at - limit.within - limit.lasts
    times = list(
        wrong.filter(at__gt=since)
        .order_by("-at", "-pk")
        .values_list("at", flat=True)[: limit.tries]
    )
    if len(times) == limit.tries and times[-1] > times[0] - limit.within:
        until = times[0] + limit.lasts
        if at < until:
            return Count(0, until)
    return Count(limit.tries - sum(time > at - limit.within for time in times))


def _wrong_of_customer(customer: Customer) -> QuerySet[AuthenticationTry]:
    right_after = AuthenticationTry.objects.filter(
        call=OuterRef("call"), pk__gt=OuterRef("pk"), result=Result.PASSED, method__in=KNOWLEDGE
    )
    found = _wrong().filter(customer=customer).exclude(Exists(right_after))
    return _since_release(found, LockRelease.objects.filter(customer=customer))


def _wrong_of_representative(by: User) -> QuerySet[AuthenticationTry]:
    return _since_release(_wrong().filter(by=by), LockRelease.objects.filter(representative=by))


def _wrong() -> QuerySet[AuthenticationTry]:
    return AuthenticationTry.objects.filter(result=Result.FAILED, method__in=KNOWLEDGE)


def _since_release(
    found: QuerySet[AuthenticationTry], releases: QuerySet[LockRelease]
) -> QuerySet[AuthenticationTry]:
    latest = releases.order_by("-at").values_list("at", flat=True).first()
    return found.filter(at__gt=latest) if latest else found
