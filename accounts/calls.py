"""Calls begin and end. Whatever a representative does meanwhile names the call."""

from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts import history
from accounts.errors import Refused
from accounts.fields import one_line
from accounts.models import AuthorisedUser, Call, Customer, User
from accounts.permissions import require
from accounts.within_call import TAKE_CALLS

NAME_LENGTH = 200
NOTE_LENGTH = 1_000


def start(
    customer: Customer,
    *,
    by: User,
    direction: str,
    caller: str,
    authorised_user: AuthorisedUser | None = None,
    caller_name: str = "",
    at: datetime,
    token: UUID,
) -> Call:
    """Begin a call of ``by`` about ``customer`` at the aware instant ``at``.

    ``direction`` and ``caller`` are values of ``Call.Direction`` and ``Call.Caller``;
    ``authorised_user`` goes with an authorised user and with nobody else. ``token`` is the number
    of the form: the same one again returns the call that it began. Raises Refused while ``by`` is
    in another call, for an account that was merged, and for whoever's authority is not of it.
    """
    require(by, TAKE_CALLS)
    if direction not in Call.Direction or caller not in Call.Caller:
        raise Refused("It is not said who called whom.", "Choose it.")
    name = _text(caller_name, NAME_LENGTH)
    with transaction.atomic():
        # One who starts two calls at once gets one: the second waits here, and finds the first.
        Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
        User.objects.select_for_update(no_key=True).get(pk=by.pk)
        if known := Call.objects.filter(token=token).first():
            if known.by_id != by.pk:
                raise Refused("Someone else began a call with this form.", "Open the page anew.")
            return known
        _refuse_another(by)
        _refuse_merged(Customer.objects.select_related("merged_into").get(pk=customer.pk))
        _check_authority(customer, caller, authorised_user)
        call = Call(
            customer=customer,
            by=by,
            direction=direction,
            caller=caller,
            authorised_user=authorised_user,
            caller_name=name,
            started_at=at,
            token=token,
        )
        history.call_changed()  # its own history names it already
        history.save(call, by=by, because="Call started")
    return call


def end(call: Call, *, outcome: str, note: str = "", by: User, at: datetime) -> bool:
    """End ``call`` with its ``outcome`` (of ``Call.Outcome``). False when it has ended already.

    ``note`` is kept encrypted. Raises Refused without an outcome, and for another's call: whoever
    took it says how it ended.
    """
    require(by, TAKE_CALLS)
    if outcome not in Call.Outcome:
        raise Refused("A call ends with its outcome.", "Choose one.")
    if len(note) > NOTE_LENGTH:
        raise Refused(f"The note is longer than {NOTE_LENGTH} characters.", "Shorten it.")
    with transaction.atomic():
        Customer.objects.select_for_update(no_key=True).get(pk=call.customer_id)
        locked = Call.objects.select_for_update(no_key=True, of=("self",)).get(pk=call.pk)
        _refuse_others(locked, by)
        if not locked.is_open:
            return False
        locked.outcome, locked.note, locked.ended_at = outcome, note, at
        history.call_in_progress()  # asked now: the row about its end still names it
        history.save(locked, by=by, because=f"Call ended: {locked.get_outcome_display()}")
    history.call_changed()
    call.refresh_from_db()
    return True


def open_call(by: User) -> Call | None:
    """The call that ``by`` is in, with its customer; None when they are in none."""
    found = Call.objects.select_related("customer", "authorised_user")
    return found.filter(by=by, ended_at=None).first()


def lock(call: Call, *, by: User) -> Call:
    """``call`` as it is now, its customer and it locked, for an act of ``by`` in it.

    For use inside a transaction; the customer comes first, then the call, as everywhere. Raises
    Refused when it has ended, is another's, or its account was merged meanwhile.
    """
    require(by, TAKE_CALLS)
    Customer.objects.select_for_update(no_key=True).get(pk=call.customer_id)
    found = Call.objects.select_for_update(no_key=True, of=("self",))
    locked = found.select_related("customer__merged_into", "authorised_user").get(pk=call.pk)
    _refuse_others(locked, by)
    if not locked.is_open:
        raise Refused("The call has ended.", "Start another.")
    _refuse_merged(locked.customer)
    return locked


def _refuse_others(call: Call, by: User) -> None:
    if call.by_id != by.pk:
        raise Refused("It is another representative’s call.", "Only they act in it.")


def _refuse_another(by: User) -> None:
    if there := open_call(by):
        raise Refused(
            f"You are in a call about account {there.customer.account_number}.", "End it first."
        )


def _refuse_merged(customer: Customer) -> None:
    if customer.merged_into:
        raise Refused(
            "This account was merged.", f"Use account {customer.merged_into.account_number}."
        )


def _check_authority(customer: Customer, caller: str, user: AuthorisedUser | None) -> None:
    if (caller == Call.Caller.AUTHORISED) != (user is not None):
        raise Refused("It is not said which authorised user called.", "Choose them.")
    if user is not None and user.customer_id != customer.pk:
        raise Refused("That authorised user is of another account.", "Choose one of this account.")


def _text(text: str, length: int) -> str:
    try:
        name = one_line(text)
    except ValidationError as error:
        raise Refused(" ".join(error.messages), "Correct it.") from error
    if len(name) > length:
        raise Refused(f"The name is longer than {length} characters.", "Shorten it.")
    return name
