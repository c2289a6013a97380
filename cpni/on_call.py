"""What a caller says about the use of their information, recorded on the call.

Stopping needs nobody's proof of identity: it only restricts the carrier (domain.md 14.3). What
gives the carrier rights needs the caller authenticated, an approved script that was read, and a
clear yes; every other answer is kept as well and changes nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from accounts import authenticating, contact_optouts, customers
from accounts.errors import AnotherForm, Refused
from accounts.models import Call, Customer, User
from accounts.permissions import require
from cpni import disclosures, optouts
from cpni.models import OptOutRequest, Script, ScriptReading
from cpni.one_time import may_be_asked
from cpni.scripts import uses_aloud
from notices.models import Use

READ = "cpni.add_scriptreading"
Answer = ScriptReading.Answer
WHAT_IS_USED = "Services, how they are set up and used, and bills"


# --- Stopping ------------------------------------------------------------------------------------


def opt_out(
    call: Call, *, uses: Iterable[Use] = (), today: date, at: datetime, by: User | None
) -> OptOutRequest:
    """Record and apply the opt-out that was said on ``call``; without ``uses``, for all of them.

    ``today`` is the carrier's civil day, ``at`` the aware instant. Said twice on a call it is one
    request, and one for all uses covers the rest, unless the customer opted back in between. It is
    honoured after the call has ended as well: who says so on the line is heard even if the form
    comes late.
    """
    wanted = set(uses)
    with transaction.atomic():
        # Locked, so that a double click waits and finds what the first one recorded.
        call = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
        if there := _said_before(call, wanted):
            return there
        request = OptOutRequest(
            wish=OptOutRequest.Wish.OPT_OUT,
            route=_route(call),
            stated=_stated(call),
            received_on=today,
            all_uses=not wanted,
            call=call,
        )
        because = f"Said on {_named(call)}"
        optouts.receive(request, uses=wanted, today=today, at=at, by=by, because=because)
        optouts.apply(request, customer=call.customer.remaining, on=today, by=by, because=because)
        request.refresh_from_db()
    return request


def _said_before(call: Call, wanted: set[Use]) -> OptOutRequest | None:
    """The opt-out of this call that covers ``wanted``, if no opting in came after it."""
    said = OptOutRequest.objects.filter(call=call, status=OptOutRequest.Status.APPLIED)
    for request in said.order_by("-pk").prefetch_related("uses"):
        if request.wish != OptOutRequest.Wish.OPT_OUT:
            return None
        if request.all_uses or (wanted and wanted <= set(request.uses.all())):
            return request
    return None


@dataclass(frozen=True)
class Stopped:
    """What “stop using my information” stopped, switch by switch."""

    optout: OptOutRequest | None
    channels: Sequence[str]
    email_notices: bool


def stop_using(
    call: Call,
    *,
    cpni: bool,
    channels: Iterable[str],
    email_notices: bool,
    today: date,
    at: datetime,
    by: User | None,
) -> Stopped:
    """Throw those of the three switches that the caller means, all of them or none.

    ``cpni``: use of CPNI; ``channels``: marketing by these; ``email_notices``: notices by e-mail,
    which then go by post. Each is a no-op where it is stopped already. Raises Refused when none is
    meant.
    """
    wanted = list(channels)
    if not (cpni or wanted or email_notices):
        raise Refused("Nothing is chosen.", "Ask which of the three they mean.")
    because = f"Said on {_named(call)}"
    with transaction.atomic():
        account = call.customer.remaining
        request = opt_out(call, today=today, at=at, by=by) if cpni else None
        stopped = (
            contact_optouts.stop(account, channels=wanted, on=today, by=by, because=because)
            if wanted
            else []
        )
        withdrawn = email_notices and customers.withdraw_email_consent(
            account, on=today, by=by, because=because
        )
    return Stopped(request, stopped, withdrawn)


def allow_marketing(
    call: Call, *, channels: Iterable[str], today: date, at: datetime, by: User | None
) -> list[str]:
    """Allow marketing by ``channels`` again, as the authenticated caller asks.

    Returns the channels that had been stopped. Raises Refused unless the caller may change things.
    """
    require_open(call, by)
    require_may_change(call, at=at, on=today)
    because = f"Asked for on {_named(call)}"
    return contact_optouts.allow(
        call.customer.remaining, channels=channels, on=today, by=by, because=because
    )


# --- Saying yes ----------------------------------------------------------------------------------


def opt_in(
    call: Call,
    *,
    script: Script,
    language: str,
    uses: Iterable[Use],
    answer: str,
    recipients: str = "",
    recording: str = "",
    token: UUID,
    today: date,
    at: datetime,
    by: User,
) -> ScriptReading:
    """Record what the caller answered to a script that asks for a lasting approval of ``uses``.

    A yes becomes a request to opt in, applied at once, with the reading as its proof. It needs the
    caller authenticated so far that they may change things, a recording's reference, and who is to
    receive the information by name where that is not the carrier itself: the carrier bears the
    burden of proof (64.2007(a)(1), 64.2008(e)). Any other answer is recorded and changes nothing.
    The same ``token`` again returns the same reading. Raises Refused, and records nothing, when
    something of it is missing.
    """
    require(by, READ)
    require(by, optouts.OPT_IN)
    wanted = list(uses)
    with transaction.atomic():
        call = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
        if there := reading_of(call, token):
            return there
        require_open(call, by)
        require_readable(script, Script.LASTING, call)
        _require_uses(wanted, [use for use in wanted if use.needs_approval])
        request = None
        if answer == Answer.YES:
            require_may_change(call, at=at, on=today)
            _require_named(wanted, recipients)
            request = _choice(
                call, script, language, wanted, recipients, recording, today=today, at=at, by=by
            )
        return _reading(
            call, script, language, answer, wanted, recipients, recording, token, request,
            today=today, at=at, by=by,
        )  # fmt: skip


def one_time(
    call: Call,
    *,
    script: Script,
    language: str,
    uses: Iterable[Use],
    answer: str,
    recording: str = "",
    token: UUID,
    today: date,
    at: datetime,
    by: User,
) -> ScriptReading:
    """Record what the caller answered to the one-time script; a yes counts until the call ends.

    It changes no approval (``cpni.one_time``), and may be given by someone who is opted out: that
    is what it is for. A yes needs the account to be open to this caller: consent is the customer's,
    so a stranger's is none, and what would be talked about is the customer's CPNI (64.2010(a)). To
    be allowed to change things is not needed, as nothing is changed. A yes is recorded as a use of
    CPNI as well, since from then on the representative works with it (64.2009(c)). The same
    ``token`` again returns the same reading.
    """
    require(by, READ)
    wanted = list(uses)
    with transaction.atomic():
        call = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
        if there := reading_of(call, token):
            return there
        require_open(call, by)
        require_readable(script, (Script.Kind.ONE_TIME,), call)
        _require_uses(wanted, [use for use in wanted if may_be_asked(use)])
        if answer == Answer.YES:
            standing = authenticating.standing(call, at=at, on=today)
            if not standing.account:
                raise Refused(
                    "The caller is not authenticated, so the consent would be nobody’s.",
                    standing.sentence,
                )
        reading = _reading(
            call, script, language, answer, wanted, "", recording, token, None,
            today=today, at=at, by=by,
        )  # fmt: skip
        if answer == Answer.YES:
            for use in wanted:
                disclosures.record_on_call(
                    call, use, on=today, what=WHAT_IS_USED, at=at, by=by,
                    because=f"Consented to on {_named(call)}",
                )  # fmt: skip
    return reading


def _choice(
    call: Call,
    script: Script,
    language: str,
    uses: list[Use],
    recipients: str,
    recording: str,
    *,
    today: date,
    at: datetime,
    by: User,
) -> OptOutRequest:
    """The request to opt in that a yes is, received and applied."""
    if not recording.strip():
        raise Refused(
            "The recording is not named.",
            "Give its reference: the carrier must be able to prove the yes (64.2007(a)(1)).",
        )
    named = f" Named as receiving it: {recipients}." if recipients else ""
    proof = (
        f"Recording {recording.strip()}. {script} (SHA-256 {script.digest}) was read in"
        f" {Customer.Language(language).label} for: {uses_aloud(uses, language='en')}.{named}"
        f" The answer was yes, on {_named(call)}."
    )
    request = OptOutRequest(
        wish=OptOutRequest.Wish.OPT_IN,
        route=_route(call),
        stated=_stated(call),
        proof=proof,
        received_on=today,
        all_uses=False,
        script=script,
        call=call,
    )
    because = f"Said yes on {_named(call)}"
    optouts.receive(request, uses=uses, today=today, at=at, by=by, because=because)
    optouts.apply(request, customer=call.customer.remaining, on=today, by=by, because=because)
    request.refresh_from_db()
    return request


def _reading(
    call: Call,
    script: Script,
    language: str,
    answer: str,
    uses: list[Use],
    recipients: str,
    recording: str,
    token: UUID,
    request: OptOutRequest | None,
    *,
    today: date,
    at: datetime,
    by: User,
) -> ScriptReading:
    if answer not in Answer.values or language not in Customer.Language.values:
        raise Refused("The answer or the language is not one of those there are.", "Choose one.")
    reading = ScriptReading(
        call=call,
        customer=call.customer.remaining,
        kind=script.kind,
        script=script,
        language=language,
        answer=answer,
        recipients=recipients.strip()[:300],
        recording=recording.strip()[:100],
        read_on=today,
        at=at,
        by=by,
        request=request,
        token=token,
    )
    reading.save()
    reading.uses.set(uses)
    return reading


# --- What is asked of a call ---------------------------------------------------------------------


def _route(call: Call) -> str:
    in_store = call.direction == Call.Direction.STORE
    return OptOutRequest.Route.PERSON if in_store else OptOutRequest.Route.TELEPHONE


def _named(call: Call) -> str:
    return f"call {call.pk}"


def _stated(call: Call) -> str:
    """Who said it, for the record: it is encrypted there."""
    who = call.get_caller_display()
    named = f", who gave the name {call.caller_name}" if call.caller_name else ""
    return f"{who}{named}, on {_named(call)}"


def reading_of(call: Call, token: UUID) -> ScriptReading | None:
    """What the form numbered ``token`` recorded on ``call``. Refused when on another call."""
    there = ScriptReading.objects.filter(token=token).first()
    if there and there.call_id != call.pk:
        raise AnotherForm
    return there


def require_open(call: Call, by: User | None) -> None:
    if not call.is_open:
        raise Refused("The call has ended.", "Nothing can be agreed to on it any more.")
    if by is not None and call.by_id != by.pk:
        raise Refused("This is somebody else’s call.", "Who speaks with the caller records it.")


def require_may_change(call: Call, *, at: datetime, on: date) -> None:
    standing = authenticating.standing(call, at=at, on=on)
    if not standing.may_change:
        raise Refused("The caller may not change this.", standing.sentence)


def require_readable(script: Script, kinds: Sequence[str], call: Call) -> None:
    """The script of the right kind that is read now, or that was when the call began."""
    if script.kind not in kinds or script.status != Script.Status.APPROVED:
        raise Refused("This is no approved script for it.", "Read the one that is shown.")
    newer = Script.objects.filter(
        kind=script.kind,
        version__gt=script.version,
        status=Script.Status.APPROVED,
        approved_at__lte=call.started_at,
    )
    if newer.exists():
        raise Refused("A newer script has taken its place.", "Read the one that is shown.")


def _require_uses(wanted: list[Use], possible: list[Use]) -> None:
    if not wanted:
        raise Refused("No use is chosen.", "Choose those that were read out.")
    if wrong := [use for use in wanted if use not in possible]:
        raise Refused(f"“{wrong[0]}” cannot be asked for like this.", "Take it off.")


def _require_named(uses: list[Use], recipients: str) -> None:
    if not recipients.strip() and any(use.recipient != Use.Recipient.OWN for use in uses):
        raise Refused(
            "It is not said who would receive the information.",
            "Name them to the caller, and here (64.2008(c)(2)).",
        )
