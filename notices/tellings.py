"""Telling a customer of an account change by hand, when nothing of record is left (64.2010(f))."""

from datetime import date, datetime

from django.db import transaction

from accounts.errors import Refused
from accounts.models import AccountChange, User
from accounts.permissions import require
from notices.models import Telling
from notices.told import Told, told_of

TELL = "notices.add_telling"


def record(
    change: AccountChange,
    *,
    how: str,
    on: date,
    by: User,
    because: str,
    at: datetime,
    today: date,
) -> bool:
    """Record that ``by`` or a colleague told the customer of ``change`` on the civil day ``on``.

    ``how`` is of ``Telling.How``, ``at`` the aware instant, ``today`` the carrier's civil day. The
    same once more records nothing: False. Raises Refused for a day in the future or before the
    change, and when the customer was told already, is being told, or need not be.
    """
    require(by, TELL)
    if how not in Telling.How:
        raise Refused("It is not said how they were told.", "Choose it.")
    if on > today:
        raise Refused("That day has not come yet.", "Record it once they were told.")
    if on < change.on:
        raise Refused(
            f"The change was made on {change.on:%B} {change.on.day}, after that day.",
            "Correct the day.",
        )
    with transaction.atomic():
        # Locked, so that a second click waits and finds what the first one recorded.
        locked = AccountChange.objects.select_for_update(of=("self",), no_key=True)
        change = locked.get(pk=change.pk)
        there = Telling.objects.filter(change=change).first()
        if there and (there.how, there.on) == (how, on):
            return False
        told, words = told_of(change, change.deliveries.select_related("contact_point", "service"))
        if told != Told.NO:
            raise Refused(REFUSALS[told], words)
        Telling(change=change, how=how, on=on, because=because, by=by, at=at).save()
    return True


REFUSALS = {
    Told.YES: "The customer was told already.",
    Told.SOON: "The customer is being told.",
    Told.EXEMPT: "Nobody need be told.",
}
