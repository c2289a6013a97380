"""Online accounts live elsewhere: in a portal, or the billing system.

That one was created or changed is noted here, so that the customer is told (64.2010(f)).
"""

from datetime import date, datetime

from django.db import transaction

from accounts import changes
from accounts.caller_standing import refuse_unproved
from accounts.errors import Refused
from accounts.models import AccountChange, Customer, User
from accounts.permissions import require


def note_change(
    customer: Customer, *, at: datetime, on: date, route: str, by: User | None, because: str
) -> AccountChange:
    """Note that an online account of ``customer`` was created or changed at the instant ``at``.

    ``on`` is the carrier's civil day; ``route`` an ``AccountChange.Route``. Each call is one
    change. Raises Refused for a merged account, and while a caller is on the line who has not
    proved who they are.
    """
    require(by, "accounts.change_customer")
    with transaction.atomic():
        locked = Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
        if locked.status == Customer.Status.MERGED:
            raise Refused("This account was merged into another.", "Use that account.")
        refuse_unproved(locked, by=by)
        return changes.note(
            locked, AccountChange.Kind.ONLINE, at=at, on=on, route=route, by=by, because=because
        )
