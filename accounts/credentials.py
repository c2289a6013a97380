"""Passwords and back-up questions of accounts: set with the customer, compared, never shown.

They are spoken on the telephone. So letters and digits are all that counts: “Blue-Kite 42” and
“bluekite42” are one password, for nobody hears a capital or a dash, and a caller who is refused for
one is sent through a weaker way in. What that loses is made good by the length, by what is refused
(accounts/guessable.py), and by five tries a day (accounts/authentication_locks.py).
"""

from collections.abc import Callable
from datetime import date, datetime

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from accounts import calls, changes, guessable, history
from accounts.caller_standing import standing
from accounts.errors import Refused
from accounts.guessable import spoken
from accounts.models import AccountChange, Credential, Customer, User
from accounts.permissions import require

Kind = Credential.Kind
SET_AT_START = "accounts.change_customer"
LONGEST = 200  # characters that are looked at; nobody says more


def set_password(
    customer: Customer,
    *,
    new: str,
    by: User | None,
    at: datetime,
    on: date,
    route: str,
    because: str,
) -> Credential:
    """Give ``customer`` the password ``new`` at ``at``, the civil day ``on``; it ends the old one.

    ``route`` is of ``AccountChange.Route``. The customer is told at the old contact (64.2010(f)).
    The same password again changes nothing. There are two doors: a call of ``by`` with the customer
    in which the caller may change the account, and the start of service, when nothing is set yet
    and ``by`` may change customers (None is the desk itself). Raises Refused at any other, and for
    a password that is short, common, biographical or of the account (64.2010(e)).
    """
    return _set(
        customer,
        Kind.PASSWORD,
        said=new,
        check=lambda: guessable.check_password(new, customer, on=on),
        by=by,
        at=at,
        on=on,
        route=route,
        because=because,
    )


def set_backup(
    customer: Customer,
    *,
    question: str,
    answer: str,
    by: User | None,
    at: datetime,
    on: date,
    route: str,
    because: str,
) -> Credential:
    """Give ``customer`` a back-up question of their own and its answer; it ends the old one.

    As :func:`set_password`. Raises Refused also for a question that asks for something
    biographical or of the account, and for an answer that the question gives away.
    """
    return _set(
        customer,
        Kind.BACKUP,
        said=answer,
        question=" ".join(question.split()),
        check=lambda: guessable.check_backup(question, answer, customer, on=on),
        by=by,
        at=at,
        on=on,
        route=route,
        because=because,
    )


def current(customer: Customer, kind: str) -> Credential | None:
    """The password or back-up of ``customer`` that is in force; None when there is none."""
    return Credential.objects.filter(customer=customer, kind=kind, until=None).first()


def matches(customer: Customer, kind: str, said: str) -> bool | None:
    """Whether ``said`` is right; None when nothing is set, which takes as long to find out."""
    text = spoken(said[:LONGEST])
    credential = current(customer, kind)
    if credential is None:
        make_password(text)
        return None
    return check_password(text, credential.hash)


def _set(
    customer: Customer,
    kind: str,
    *,
    said: str,
    question: str = "",
    check: Callable[[], None],
    by: User | None,
    at: datetime,
    on: date,
    route: str,
    because: str,
) -> Credential:
    with transaction.atomic():
        customer = Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
        present = current(customer, kind)
        _refuse_at_other_doors(customer, present, by=by, at=at, on=on)
        check()
        if present and present.question == question and matches(customer, kind, said):
            return present
        changes.note(
            customer,
            AccountChange.Kind.PASSWORD if kind == Kind.PASSWORD else AccountChange.Kind.BACKUP,
            at=at,
            on=on,
            route=route,
            by=by,
        )
        if present:
            present.until = at
            history.save(present, by=by, because=because)
        new = Credential(customer=customer, kind=kind, question=question, since=at)
        new.hash = make_password(spoken(said))
        history.save(new, by=by, because=because)
    return new


def _refuse_at_other_doors(
    customer: Customer, present: Credential | None, *, by: User | None, at: datetime, on: date
) -> None:
    """Let in a call whose caller may change the account, and the first setting at the start.

    Whoever could set a password elsewhere could set it and then call with it.
    """
    if customer.status == Customer.Status.MERGED:
        raise Refused("This account was merged.", "Use the other one.")
    if present is None and on <= customer.active_since:
        require(by, SET_AT_START)
        return
    call = calls.open_call(by) if by else None
    if call is None or call.customer_id != customer.pk:
        raise Refused(
            "It is set only in a call with the customer, or at the start of service.",
            "Start a call and authenticate the caller (64.2010(e)).",
        )
    found = standing(call, at=at, on=on)
    if not found.may_change:
        raise Refused(found.sentence, "Then set it (64.2010(e)).")
