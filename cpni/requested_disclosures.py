"""Disclosures that the law or the customer asks for: entered with the paper, decided, recorded.

The only writer of ``RequestedDisclosure``.
"""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from accounts import history
from accounts.errors import Refused
from accounts.models import User
from accounts.permissions import require
from cpni import disclosures
from cpni.models import Disclosure, RequestedDisclosure

ADD, DECIDE = "cpni.add_requesteddisclosure", "cpni.decide_requesteddisclosure"
Kind, Status = RequestedDisclosure.Kind, RequestedDisclosure.Status


def shown_to(viewer: User, papers: QuerySet[RequestedDisclosure]) -> QuerySet[RequestedDisclosure]:
    """Of ``papers`` those that ``viewer`` may be shown.

    What the law compels may be secret: for those who answer for it and those who check.
    """
    if viewer.has_perm(disclosures.VIEW_COMPELLED):
        return papers
    return papers.filter(kind=Kind.CUSTOMER)


def receive(
    paper: RequestedDisclosure, *, today: date, at: datetime, by: User | None, because: str
) -> RequestedDisclosure:
    """Enter ``paper``, unsaved, with its scan; it is open until the officer decides.

    What the law compels is for the officer to enter; the customer's written request for whoever
    gets it. Raises Refused for a day in the future and for what the paper does not say.
    """
    require(by, ADD)
    if paper.kind == Kind.COMPELLED:
        require(by, DECIDE)
    if paper.received_on > today:
        raise Refused("It cannot have been received in the future.", "Correct the day.")
    paper.entered_at, paper.entered_by = at, by
    try:
        paper.full_clean(exclude=["entered_by"])
    except ValidationError as error:
        raise Refused(" ".join(error.messages), "Correct the entry.") from error
    history.save(paper, by=by, because=because)
    return paper


def disclose(
    paper: RequestedDisclosure,
    *,
    disclosed: str,
    on: date,
    today: date,
    at: datetime,
    by: User | None,
    because: str,
) -> Disclosure | None:
    """Say what was ``disclosed`` on the civil day ``on``, and record it as a disclosure.

    The reviewer has read the paper: whether it is what the law or the customer asks, and its scope.
    None when that was said before. Raises Refused when it was declined, says nothing, and for a day
    in the future.
    """
    require(by, DECIDE)
    if on > today:
        raise Refused("It cannot have been disclosed in the future.", "Correct the day.")
    if not disclosed.strip():
        raise Refused("It is not said what was disclosed.", "Say it, within the paper's scope.")
    with transaction.atomic():
        locked = _hold(paper)
        if locked.status == Status.DISCLOSED:
            return None
        if locked.status == Status.DECLINED:
            raise Refused("It was declined.", "Enter the paper again if that was wrong.")
        if on < locked.received_on:
            raise Refused("It cannot be disclosed before it was asked for.", "Correct the day.")
        locked.disclosed = disclosed.strip()
        _decided(locked, Status.DISCLOSED, on=on, by=by, because=because)
        made = disclosures.record_requested(locked, on=on, at=at, by=by, because=because)
    paper.refresh_from_db()
    return made


def decline(paper: RequestedDisclosure, *, on: date, by: User | None, because: str) -> bool:
    """Decline it; ``because`` says why. False when it was declined before. Raises Refused."""
    require(by, DECIDE)
    if not because.strip():
        raise Refused("Declining needs a reason.", "Say what the paper lacks.")
    with transaction.atomic():
        locked = _hold(paper)
        if locked.status == Status.DECLINED:
            return False
        if locked.status == Status.DISCLOSED:
            raise Refused("It was disclosed.", "What was told cannot be taken back.")
        _decided(locked, Status.DECLINED, on=on, by=by, because=because)
    paper.refresh_from_db()
    return True


def _decided(
    locked: RequestedDisclosure, status: str, *, on: date, by: User | None, because: str
) -> None:
    locked.status, locked.decided_on, locked.decided_by = status, on, by
    locked.decided_because = because[:200]
    history.save(locked, by=by, because=because)


def _hold(paper: RequestedDisclosure) -> RequestedDisclosure:
    return RequestedDisclosure.objects.select_for_update(no_key=True).get(pk=paper.pk)
