"""Authorised users: named by the account holder, and no longer than the holder wants.

Only the holder gives authority, in a call in which they were authenticated; whoever may change the
account ends one. What comes signed on paper the compliance officer enters without a call.
"""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts import calls, history
from accounts.caller_standing import standing
from accounts.errors import Refused
from accounts.guessable import folded
from accounts.models import AuthorisedUser, Call, Customer, User
from accounts.permissions import require

IN_A_CALL = "accounts.add_authoriseduser"
ON_PAPER = "accounts.change_authoriseduser"


def add(
    customer: Customer,
    *,
    name: str,
    authority: str,
    on: date,
    at: datetime,
    by: User | None,
    because: str,
) -> AuthorisedUser:
    """Let ``name`` speak for ``customer`` from the civil day ``on`` with ``authority``.

    Whoever has just this authority already is returned unchanged; another authority of theirs ends
    and this one begins. ``at`` is the aware instant. Raises Refused for an account that was merged,
    without a name, and where the holder was not authenticated.
    """
    with transaction.atomic():
        customer = _locked(customer)
        _refuse_unless_asked(customer, by, at=at, on=on, by_holder=True)
        new = AuthorisedUser(customer=customer, name=name.strip(), authority=authority, since=on)
        try:
            new.full_clean(exclude=("customer",))
        except ValidationError as error:
            raise Refused(" ".join(error.messages), "Correct it.") from error
        for user in AuthorisedUser.objects.filter(customer=customer, until=None):
            if _one_name(user.name) != _one_name(new.name):
                continue
            if user.authority == authority:
                return user
            _end(user, on=on, by=by, because=because)
        history.save(new, by=by, because=because)
    return new


def end(user: AuthorisedUser, *, on: date, at: datetime, by: User | None, because: str) -> bool:
    """End the authority of ``user``: from the civil day ``on`` they are someone else.

    False when it has ended already. Raises Refused as :func:`add`, but takes it from an authorised
    user who may change everything, too.
    """
    with transaction.atomic():
        customer = _locked(user.customer)
        _refuse_unless_asked(customer, by, at=at, on=on, by_holder=False)
        locked = AuthorisedUser.objects.get(pk=user.pk)
        if locked.until is not None:
            return False
        _end(locked, on=on, by=by, because=because)
    user.refresh_from_db()
    return True


def _locked(customer: Customer) -> Customer:
    locked = Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    if locked.status == Customer.Status.MERGED:
        raise Refused("This account was merged.", "Use the other one.")
    return locked


def _refuse_unless_asked(
    customer: Customer, by: User | None, *, at: datetime, on: date, by_holder: bool
) -> None:
    """Let in a call in which the caller may ask for it, and whoever enters what was signed."""
    call = calls.open_call(by) if by else None
    if call is None or call.customer_id != customer.pk:
        require(by, ON_PAPER)
        return
    require(by, IN_A_CALL)
    found = standing(call, at=at, on=on)
    if not found.may_change:
        raise Refused(found.sentence, "Then change who may speak for the account.")
    if by_holder and call.caller != Call.Caller.HOLDER:
        raise Refused("Only the account holder gives authority.", "Ask the holder to call.")


def _end(user: AuthorisedUser, *, on: date, by: User | None, because: str) -> None:
    if on < user.since:
        raise Refused("It cannot end before it began.", "Correct the day.")
    user.until = on
    history.save(user, by=by, because=because)


def _one_name(name: str) -> str:
    return " ".join(folded(name).split())
