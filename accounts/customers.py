"""Customers: service ends and begins again; consent to notices by e-mail; corrections.

All but the withdrawal of a consent are refused while a caller is on the line who has not proved who
they are (accounts/caller_standing.py).
"""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts import history
from accounts.caller_standing import refuse_unproved
from accounts.errors import Changed, Refused
from accounts.fields import one_line
from accounts.models import Customer, User
from accounts.permissions import require

Status = Customer.Status
NAME_LENGTH = 200
PROOF_LENGTH = 200
CHANGE = "accounts.change_customer"


def discontinue(customer: Customer, *, on: date, by: User | None, because: str) -> bool:
    """End ``customer``'s service on the civil day ``on``. Approvals end with it; opt-outs stay.

    False when it has ended already. Raises Refused for a merged account or a day before the start.
    """
    require(by, CHANGE)
    with transaction.atomic():
        locked = _locked(customer)
        refuse_unproved(locked, by=by)
        if locked.status == Status.DISCONTINUED:
            return False
        if on < locked.active_since:
            raise Refused("Service cannot end before it began.", "Correct the day.")
        locked.status, locked.discontinued_on = Status.DISCONTINUED, on
        history.save(locked, by=by, because=because)
    customer.refresh_from_db()
    return True


def reconnect(customer: Customer, *, on: date, by: User | None, because: str) -> bool:
    """Begin a new period of service on ``on``. Notices and approvals of the last do not come back.

    False when the customer is active. Raises Refused for a merged account or a day before the end.
    """
    require(by, CHANGE)
    with transaction.atomic():
        locked = _locked(customer)
        refuse_unproved(locked, by=by)
        if locked.status == Status.ACTIVE:
            return False
        if locked.discontinued_on and on < locked.discontinued_on:
            raise Refused("Service cannot begin again before it ended.", "Correct the day.")
        locked.status, locked.discontinued_on, locked.active_since = Status.ACTIVE, None, on
        history.save(locked, by=by, because=because)
    customer.refresh_from_db()
    return True


def version(customer: Customer) -> str:
    """What names the record as it is now, for who will later say on what they decided."""
    latest = customer.history.order_by("-history_id").values_list("history_id", flat=True).first()
    return str(latest or "")


def correct(
    customer: Customer,
    *,
    name: str | None = None,
    language: str | None = None,
    seen: str,
    by: User | None,
    because: str,
) -> bool:
    """Correct the name, or the language (of ``Customer.Language``), of ``customer``.

    ``seen`` is the :func:`version` that ``by`` read. False when it is just so already. Raises
    Changed when somebody changed the record after that, and Refused for a merged account, for a
    name that is not one line of up to 200 characters, and for a language there is not.
    """
    require(by, CHANGE)
    wanted: dict[str, str] = {}
    if name is not None:
        wanted["name"] = _one_line("name", name, NAME_LENGTH)
    if language is not None:
        if language not in Customer.Language:
            raise Refused("We do not write in that language.", "Choose one of the list.")
        wanted["language"] = language
    with transaction.atomic():
        locked = _locked(customer)
        refuse_unproved(locked, by=by)
        if all(getattr(locked, field) == value for field, value in wanted.items()):
            return False
        if seen != version(locked):
            raise Changed
        for field, value in wanted.items():
            setattr(locked, field, value)
        history.save(locked, by=by, because=because)
    customer.refresh_from_db()
    return True


def record_email_consent(
    customer: Customer, *, on: date, proof: str, by: User | None, because: str
) -> bool:
    """Record express consent to notices by e-mail, given on ``on`` (64.2008(d)(3)(i)).

    False when just this is recorded already. Raises Refused for a merged account, and without
    proof: the rule asks for consent that can be verified.
    """
    require(by, CHANGE)
    if not proof.strip():
        raise Refused("Consent needs its proof.", "Say where the approval can be looked up.")
    proof = _one_line("proof", proof, PROOF_LENGTH)
    with transaction.atomic():
        locked = _locked(customer)
        refuse_unproved(locked, by=by)
        if (locked.email_notices_since, locked.email_notices_proof) == (on, proof):
            return False
        locked.email_notices_since, locked.email_notices_proof = on, proof
        history.save(locked, by=by, because=because)
    customer.refresh_from_db()
    return True


def withdraw_email_consent(customer: Customer, *, on: date, by: User | None, because: str) -> bool:
    """Send notices by post from now on; no import brings the consent back. False if none is."""
    require(by, CHANGE)
    with transaction.atomic():
        locked = _locked(customer)
        if locked.email_notices_since is None:
            return False
        locked.email_notices_since, locked.email_notices_proof = None, ""
        locked.email_notices_withdrawn_on = on
        history.save(locked, by=by, because=because)
    customer.refresh_from_db()
    return True


def _one_line(what: str, text: str, longest: int) -> str:
    """``text`` without spaces around it. Raises Refused."""
    try:
        text = one_line(text)
    except ValidationError as error:
        raise Refused(f"The {what} is not one line of text.", "Correct it.") from error
    if not text:
        raise Refused(f"The {what} is empty.", "Enter it.")
    if len(text) > longest:
        raise Refused(f"The {what} is longer than {longest} characters.", "Shorten it.")
    return text


def _locked(customer: Customer) -> Customer:
    locked = Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    if locked.status == Status.MERGED:
        raise Refused("This account was merged into another.", "Use that account.")
    return locked
