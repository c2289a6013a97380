"""The register of recipients: entered, corrected and ended. The only writer of ``Recipient``."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts import history
from accounts.errors import Refused
from accounts.models import User
from accounts.permissions import require
from cpni.models import Recipient

ADD, CHANGE = "cpni.add_recipient", "cpni.change_recipient"
SET_RELATIONSHIP = "cpni.set_relationship_recipient"


def add(recipient: Recipient, *, by: User | None, because: str) -> Recipient:
    """Enter ``recipient``, unsaved, with what it is to us in law (64.2007(b)).

    Raises Refused for whoever may not say that, for a name that is in force already, an end before
    the beginning, and services of who is no communications affiliate.
    """
    require(by, ADD)
    require(by, SET_RELATIONSHIP)
    recipient.name = " ".join(recipient.name.split())
    _check(recipient)
    history.save(recipient, by=by, because=because)
    return recipient


def set_relationship(
    recipient: Recipient, relationship: str, *, by: User | None, because: str
) -> bool:
    """Correct what ``recipient`` is to us in law, as if it had been entered so; False when it is.

    Of a relationship that has changed, end the row and enter another. Raises Refused without a
    reason, for whoever may not, and where it would keep services of an affiliate that it is not.
    """
    require(by, SET_RELATIONSHIP)
    if not because.strip():
        raise Refused("It needs a reason.", "Say what in the contract shows it.")
    with transaction.atomic():
        locked = Recipient.objects.select_for_update().get(pk=recipient.pk)
        if locked.relationship == relationship:
            return False
        locked.relationship = relationship
        if relationship != Recipient.Relationship.AFFILIATE:
            locked.categories = []
        _check(locked)
        history.save(locked, by=by, because=because)
    recipient.refresh_from_db()
    return True


def end(recipient: Recipient, *, on: date, by: User | None, because: str) -> bool:
    """Make ``on`` the last day of the contract with ``recipient``; False when it ends by then.

    Raises Refused for a day before it began.
    """
    require(by, CHANGE)
    with transaction.atomic():
        locked = Recipient.objects.select_for_update().get(pk=recipient.pk)
        if locked.ended_on is not None and locked.ended_on <= on:
            return False
        if on < locked.began_on:
            raise Refused("It cannot end before the contract began.", "Correct the last day.")
        locked.ended_on = on
        history.save(locked, by=by, because=because)
    recipient.refresh_from_db()
    return True


def named(name: str, *, on: date) -> Recipient | None:
    """The row of the register with this name that is in force on ``on``, else its last one."""
    rows = list(Recipient.objects.filter(name__iexact=" ".join(name.split())).order_by("began_on"))
    current = [row for row in rows if row.current(on)] or rows
    return current[-1] if current else None


def _check(recipient: Recipient) -> None:
    try:
        recipient.full_clean()
    except ValidationError as error:
        raise Refused(" ".join(error.messages), "Correct the entry.") from error
