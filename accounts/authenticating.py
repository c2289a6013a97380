"""Finding out whether a caller is who they say they are (64.2010): each try is one row.

Nothing that was said is kept, nor shown what would have been right. A try is counted and compared
while the customer's row is locked, so two tabs cannot try once more than there are tries, and it is
committed at once: ``durable`` refuses to run inside a transaction that could take it back.
"""

import secrets
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, TextChoices
from django.utils.crypto import constant_time_compare

from accounts import authentication_locks, calls, credentials, history, of_record
from accounts.authentication_locks import release
from accounts.caller_standing import Standing, standing, why_nothing
from accounts.civil import civil_day
from accounts.errors import AnotherForm, Refused
from accounts.models import (
    AuthenticationTry,
    BusinessExemption,
    Call,
    Carrier,
    ContactPoint,
    Credential,
    Customer,
    OneTimeCode,
    Service,
    User,
)

__all__ = [
    "Document",
    "Standing",
    "called_back",
    "declined",
    "exempt",
    "photo_id",
    "release",
    "send_code",
    "standing",
    "try_backup",
    "try_code",
    "try_password",
]

Method, Result = AuthenticationTry.Method, AuthenticationTry.Result

CODE_DIGITS = 8  # of five guesses at eight digits one in 20 million is right
CODE_HOLDS = timedelta(minutes=15)  # the caller waits for it on the line
LETTER_HOLDS = timedelta(days=14)  # the post, and a weekend to open it
CODES = 5  # in a day: more is a caller who floods somebody's telephone
CODES_WITHIN = timedelta(hours=24)


class Document(TextChoices):
    """Photo ID issued by a government (64.2003, “valid photo ID”)."""

    DRIVER = "driver", "Driver license"
    STATE = "state", "State ID card"
    PASSPORT = "passport", "Passport"
    MILITARY = "military", "Military ID"
    TRIBAL = "tribal", "Tribal ID"
    RESIDENT = "resident", "Permanent resident card"
    FOREIGN = "foreign", "Other government’s photo ID"


# --- What the caller knows -----------------------------------------------------------------------


def try_password(
    call: Call, *, said: str, by: User, at: datetime, token: UUID | None = None
) -> AuthenticationTry:
    """Compare ``said`` with the account's password at the aware instant ``at``.

    The result is PASSED, FAILED, NOT_SET, or LOCKED, when it was not compared. ``token`` is the
    number of the form: the same one again returns the first try and counts once. Raises Refused
    where no answer would authenticate the caller, and in a store (64.2010(d) asks for photo ID).
    """
    return _say(call, Method.PASSWORD, by=by, at=at, token=token, compare=_compared(said))


def try_backup(
    call: Call, *, said: str, by: User, at: datetime, token: UUID | None = None
) -> AuthenticationTry:
    """Compare ``said`` with the answer to the back-up question (64.2010(e)). As above."""
    return _say(call, Method.BACKUP, by=by, at=at, token=token, compare=_compared(said))


def try_code(
    call: Call, *, said: str, by: User, at: datetime, token: UUID | None = None
) -> AuthenticationTry:
    """Compare ``said`` with the codes that were sent and still hold; the right one is used up.

    As above; NOT_SET when none holds. A code counts no more when the address or number that it
    was sent to is not of record any longer.
    """

    def compare(here: Call, _: str) -> tuple[str, dict[str, Any]]:
        digits = "".join(filter(str.isdecimal, said[: credentials.LONGEST]))
        held = list(_holding(here.customer, at))
        # All of them, so that the time does not tell which one it nearly was.
        right = [code for code in held if constant_time_compare(code.code, digits)]
        if not right:
            return (Result.FAILED if held else Result.NOT_SET), {}
        code = right[0]
        code.used_at = at
        history.save(code, by=by, because="Read back by the caller")
        return Result.PASSED, {"contact_point": code.contact_point, "service": code.service}

    return _say(call, Method.CODE, by=by, at=at, token=token, compare=compare)


Compare = Callable[[Call, str], tuple[str, dict[str, Any]]]


def _compared(said: str) -> Compare:
    def compare(here: Call, method: str) -> tuple[str, dict[str, Any]]:
        right = credentials.matches(here.customer, Credential.Kind(method), said)
        if right is None:
            return Result.NOT_SET, {}
        return (Result.PASSED if right else Result.FAILED), {}

    return compare


def _say(
    call: Call, method: str, *, by: User, at: datetime, token: UUID | None, compare: Compare
) -> AuthenticationTry:
    with transaction.atomic(durable=True):
        here = _locked(call, by, at, store=False)
        User.objects.select_for_update(no_key=True).get(pk=by.pk)
        if earlier := _earlier(here, method, token):
            return earlier
        if authentication_locks.count(here.customer, by, at=at).until:
            return _record(here, method, Result.LOCKED, at, token=token)
        result, more = compare(here, method)
        return _record(here, method, result, at, token=token, **more)


# --- Where the customer is of record -------------------------------------------------------------


def called_back(
    call: Call, *, service: Service, answered: bool, by: User, at: datetime
) -> AuthenticationTry:
    """Record that the number of record of ``service`` was called, and whether they answered there.

    Also where the carrier called first (64.2010(b)). PASSED or FAILED; FAILED locks nothing. Raises
    Refused for a number that is not of record, or has been for less than 30 days.
    """
    with transaction.atomic():
        here = _locked(call, by, at, store=False)
        _refuse_place(here, service=service, on=_day(at))
        result = Result.PASSED if answered else Result.FAILED
        return _record(here, Method.CALL_BACK, result, at, service=service)


def send_code(
    call: Call,
    *,
    contact_point: ContactPoint | None = None,
    service: Service | None = None,
    by: User,
    at: datetime,
    on: date,
) -> OneTimeCode:
    """Make a code for an address or a number of record, for the floor above to send.

    By post it holds 14 days, otherwise 15 minutes, and once; several hold side by side, as the
    first may come last. Raises Refused for a place that is not of record on the civil day ``on``,
    while wrong tries lock, and for a sixth within a day.
    """
    with transaction.atomic():
        here = _locked(call, by, at, store=False)
        _refuse_place(here, contact_point=contact_point, service=service, on=on)
        if until := authentication_locks.count(here.customer, by, at=at).until:
            raise Refused(
                "After wrong tries no code is taken until"
                f" {until.astimezone(Carrier.zone_or_default()):%-I:%M %p}.",
                "Call back the number of record, or send what they ask for to the address.",
            )
        made = OneTimeCode.objects.filter(customer=here.customer, made_at__gt=at - CODES_WITHIN)
        if made.count() >= CODES:
            raise Refused(
                f"{CODES} codes were sent within a day.", "Call back the number of record."
            )
        by_post = contact_point is not None and contact_point.kind == ContactPoint.Kind.POST
        code = OneTimeCode(
            customer=here.customer,
            code=f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}",
            made_at=at,
            expires_at=at + (LETTER_HOLDS if by_post else CODE_HOLDS),
            contact_point=contact_point,
            service=service,
        )
        history.save(code, by=by, because="Sent to authenticate a caller")
    return code


def _holding(customer: Customer, at: datetime) -> Any:
    """Codes that are unused, in time, and went where the customer still is."""
    day = _day(at)
    there = Q(contact_point__isnull=False, contact_point__until=None) | (
        Q(service__isnull=False) & (Q(service__ended_on=None) | Q(service__ended_on__gte=day))
    )
    held = OneTimeCode.objects.filter(there, customer=customer, used_at=None, expires_at__gt=at)
    return held.select_related("contact_point", "service")


def _refuse_place(
    call: Call,
    *,
    contact_point: ContactPoint | None = None,
    service: Service | None = None,
    on: date,
) -> None:
    place = contact_point or service
    if place is None or (contact_point and service):
        raise Refused("It is not said where to.", "Choose one address or number of record.")
    if place.customer_id != call.customer_id:
        raise Refused("That is of another account.", "Choose one of this account.")
    place.refresh_from_db()
    if isinstance(place, Service):
        reason = of_record.why_not_called(place, on=on)
    else:
        reason = of_record.why_not_sent(place, on=on)
    if reason:
        raise Refused(reason, "Choose another address or number of record.")


# --- In a store, and by contract -----------------------------------------------------------------


def photo_id(
    call: Call,
    *,
    document: str,
    expires_on: date,
    matches: bool,
    by: User,
    at: datetime,
    on: date,
) -> AuthenticationTry:
    """Record a photo ID (a value of :class:`Document`) that was shown in a store (64.2010(d)).

    PASSED when it has not expired on the civil day ``on`` and ``matches``: name and face are the
    caller's, and the name that of the account or authorised user. No number is kept. Raises Refused
    outside a store and for another kind of document.
    """
    if document not in Document:
        raise Refused(
            "It is not a photo ID issued by a government.", "Ask for one, such as a passport."
        )
    with transaction.atomic():
        here = _locked(call, by, at, store=True)
        good = matches and on <= expires_on
        why = "" if matches else ", another name"
        detail = f"{Document(document).label}, expires {expires_on:%Y-%m-%d}{why}"
        result = Result.PASSED if good else Result.FAILED
        return _record(here, Method.PHOTO_ID, result, at, detail=detail)


def exempt(
    call: Call,
    *,
    exemption: BusinessExemption,
    followed: bool,
    by: User,
    at: datetime,
    on: date,
) -> AuthenticationTry:
    """Record whether a business was authenticated as its contract says (64.2010(g)).

    PASSED when ``followed``. Raises Refused for a customer who is no business, and for a contract
    that is another's or not in force on the civil day ``on``.
    """
    with transaction.atomic():
        here = _locked(call, by, at, store=None)
        exemption.refresh_from_db()
        if here.customer.kind != Customer.Kind.BUSINESS:
            raise Refused("Only businesses can be exempt (64.2010(g)).", "Authenticate them.")
        if exemption.customer_id != here.customer_id or not exemption.current(on):
            raise Refused(
                "This account has no such contract in force.", "Authenticate them otherwise."
            )
        result = Result.PASSED if followed else Result.FAILED
        detail = f"{exemption}, {exemption.account_representative}"[:200]
        return _record(here, Method.EXEMPTION, result, at, detail=detail)


def declined(call: Call, *, method: str, by: User, at: datetime) -> AuthenticationTry:
    """Record that the caller would not or could not answer. It counts as no wrong try."""
    with transaction.atomic():
        here = calls.lock(call, by=by)
        return _record(here, Method(method), Result.DECLINED, at)


# --- Rows ----------------------------------------------------------------------------------------


def _locked(call: Call, by: User, at: datetime, *, store: bool | None) -> Call:
    """``call``, locked, if someone can be authenticated in it; ``store``: only (not) in a store."""
    here = calls.lock(call, by=by)
    sentence, remedy = why_nothing(here, on=_day(at))
    if sentence:
        raise Refused(sentence, remedy)
    in_store = here.direction == Call.Direction.STORE
    if store is True and not in_store:
        raise Refused("Photo ID is looked at in a store.", "Authenticate them by telephone.")
    if store is False and in_store:
        raise Refused("In a store the rule asks for photo ID (64.2010(d)).", "Look at it.")
    return here


def _earlier(call: Call, method: str, token: UUID | None) -> AuthenticationTry | None:
    if token is None:
        return None
    earlier = AuthenticationTry.objects.filter(token=token).first()
    if earlier and (earlier.call_id, earlier.method) != (call.pk, method):
        raise AnotherForm
    return earlier


def _record(call: Call, method: str, result: str, at: datetime, **more: Any) -> AuthenticationTry:
    return AuthenticationTry.objects.create(
        call=call,
        customer=call.customer,
        by=call.by,
        at=at,
        method=method,
        result=result,
        **more,
    )


def _day(at: datetime) -> date:
    return civil_day(at, Carrier.zone_or_default())
