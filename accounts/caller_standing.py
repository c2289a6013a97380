"""What may be discussed with the caller now, why, and what may be offered instead (64.2010).

Computed from the call and its tries whenever it is asked; nothing is ticked. It is decided here and
nowhere else, so that no screen and no supervisor can decide otherwise.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from accounts import authentication_locks, of_record
from accounts.calls import open_call
from accounts.errors import Refused
from accounts.models import (
    AuthenticationTry,
    AuthorisedUser,
    Call,
    Carrier,
    Credential,
    Customer,
    User,
)

Method, Result = AuthenticationTry.Method, AuthenticationTry.Result
Authority = AuthorisedUser.Authority

# Nobody stays on the line longer. Without it, a call that was left open overnight would be open for
# whoever calls next.
HOLDS = timedelta(hours=4)
SECTIONS = {
    Method.PASSWORD: "64.2010(b)",
    Method.BACKUP: "64.2010(e)",
    Method.CALL_BACK: "64.2010(b)",
    Method.CODE: "64.2010(b)",
    Method.PHOTO_ID: "64.2010(d)",
    Method.EXEMPTION: "64.2010(g)",
}
ALWAYS = "An opt-out and general information need no authentication."


@dataclass(frozen=True)
class Standing:
    """What a representative may do for a caller.

    ``passed`` is the try by which the caller is authenticated. ``account`` and ``call_detail`` say
    what may be discussed, ``may_change`` whether the account may be changed. ``sentence`` says it
    for someone on a live call, ``section`` cites the rule, ``instead`` is what may be offered.
    ``tries_left`` and ``locked_until`` (an aware instant) are about password, back-up and code.
    """

    passed: AuthenticationTry | None
    call_detail: bool
    account: bool
    may_change: bool
    sentence: str
    section: str
    instead: tuple[str, ...]
    locked_until: datetime | None
    tries_left: int


def standing(call: Call, *, at: datetime, on: date) -> Standing:
    """What may be done in ``call`` at the aware instant ``at``, on the civil day ``on``."""
    call = Call.objects.select_related("customer__merged_into", "authorised_user", "by").get(
        pk=call.pk
    )
    left = authentication_locks.count(call.customer, call.by, at=at)
    passes = AuthenticationTry.objects.filter(call=call, result=Result.PASSED)
    passed = passes.order_by("pk").last()
    in_time = passed is not None and at < passed.at + HOLDS
    nobody, remedy = why_nothing(call, on=on)
    if nobody or not passed or not in_time:
        return Standing(
            passed=None,
            call_detail=False,
            account=False,
            may_change=False,
            sentence=nobody or _first(passed),
            section="64.2010(a)" if nobody else _section(call),
            instead=(remedy, ALWAYS) if nobody else _instead(call, on),
            locked_until=left.until,
            tries_left=left.left,
        )
    authority = call.authorised_user.authority if call.authorised_user else Authority.FULL
    return Standing(
        passed=passed,
        call_detail=authority != Authority.BILLING,
        account=True,
        may_change=authority == Authority.FULL,
        sentence=_granted(call, authority),
        section=SECTIONS[Method(passed.method)],
        instead=_limited(authority),
        locked_until=left.until,
        tries_left=left.left,
    )


def refuse_unproved(customer: Customer, *, by: User | None) -> None:
    """Raise Refused while ``by`` is in a call about ``customer`` whose caller may change nothing.

    Each verb that changes an account, or gives the carrier more rights, asks it, so that no page is
    a way around the question who is on the line (64.2010(a)). What only restricts us does not.
    Letters are not dealt with in such a call. The clock is asked here: who is on the line is a
    question of this moment, whatever day the act counts from.
    """
    call = open_call(by) if by else None
    if call is None or call.customer_id != customer.pk:
        return
    found = standing(call, at=timezone.now(), on=Carrier.today())
    if not found.may_change:
        raise Refused(
            f"You are in a call about this account. {found.sentence}",
            "Authenticate them at the call desk; or end the call, if somebody else asks for it.",
        )


def why_nothing(call: Call, *, on: date) -> tuple[str, str]:
    """Why nobody can be authenticated in ``call`` on ``on``, and what to do; "" twice if they can.

    ``call`` comes with its customer and authorised user.
    """
    if not call.is_open:
        return "The call has ended: discuss nothing more.", "Start another call."
    other = call.customer.merged_into
    if other:
        return "This account was merged: discuss nothing.", f"Use account {other.account_number}."
    if call.caller == Call.Caller.OTHER:
        return (
            "Discuss nothing of this account, whatever the caller knows: they are neither the"
            " account holder nor an authorised user.",
            "Ask the account holder to call, or to make this person an authorised user.",
        )
    user = call.authorised_user
    if user is not None and not user.current(on):
        return (
            "Discuss nothing: this person’s authority does not hold today.",
            "Ask the account holder to call.",
        )
    return "", ""


def _section(call: Call) -> str:
    return "64.2010(d)" if call.direction == Call.Direction.STORE else "64.2010(b)"


def _first(stale: AuthenticationTry | None) -> str:
    if stale is not None:
        hours = HOLDS // timedelta(hours=1)
        return f"Discuss nothing: the caller was authenticated over {hours} hours ago. Ask again."
    return "Discuss nothing of this account yet: authenticate the caller first."


def _granted(call: Call, authority: str) -> str:
    if authority == Authority.BILLING:
        return "You may discuss bills and take payments. No call detail, and no changes."
    if authority == Authority.ASK:
        return "You may discuss everything, call detail too. They may change nothing."
    return "You may discuss everything, call detail too, and change the account."


def _limited(authority: str) -> tuple[str, ...]:
    if authority == Authority.FULL:
        return ()
    return ("For more, ask the account holder to call or to give this person more authority.",)


def _instead(call: Call, on: date) -> tuple[str, ...]:
    """What may be offered to a caller who is not authenticated; places are masked."""
    customer = call.customer
    in_store = call.direction == Call.Direction.STORE
    offers = []
    if in_store:
        offers.append("Look at a valid photo ID: issued by a government, in date, the same name.")
    else:
        offers.append("If the caller names a call and its details unaided, discuss just that call.")
        offers += [
            f"Hang up and call back the number of record, {of_record.masked(service)}."
            for service in of_record.numbers(customer, on=on)
        ]
    what = "what they ask for" if in_store else "what they ask for, or a code,"
    offers += [
        f"Send {what} to {of_record.masked(point)}."
        for point in of_record.addresses(customer, on=on)
    ]
    if not in_store:
        offers.append("They may visit a store with a valid photo ID.")
    if not has_password(customer):
        offers.append("No password is set. Set one up once they are authenticated.")
    else:
        offers.append("Forgotten? Set a new password once they are authenticated another way.")
    return (*offers, ALWAYS)


def has_password(customer: Customer) -> bool:
    """Whether a password is set, so that it can be asked for."""
    current = Credential.objects.filter(customer=customer, until=None)
    return current.filter(kind=Credential.Kind.PASSWORD).exists()
