"""Consent for one call (64.2008(f); 47 USC 222(d)(3)): what it allows, and when it ends.

It is read from what was said on the call and never written into an approval: the customer's
standing is the same before, during and after.
"""

from datetime import date

from django.db.models import Q

from accounts.models import Call
from cpni import reasons
from cpni.decisions import Decision, decide
from cpni.models import OptOutRequest, Script, ScriptReading
from cpni.proofs import Evidence
from notices.models import Use

# What a consent for the call can stand in for. Not among them: a use that is prohibited, an account
# that is merged or without service, and a use that the policy does not declare: the customer cannot
# give for one call what the carrier has promised not to do.
INSTEAD_OF = frozenset(
    reason.code
    for reason in (
        reasons.OPTED_OUT,
        reasons.OPT_IN_NEEDED,
        reasons.NEVER_NOTICED,
        reasons.NOT_MAILED,
        reasons.UNDELIVERABLE,
        reasons.NO_CONSENT,
        reasons.WINDOW_OPEN,
        reasons.HELD,
        reasons.OPEN_REQUEST,
        reasons.OVERDUE,
        reasons.NOT_RECORDED,
        reasons.UNREAD,
        reasons.UNVERIFIED,
    )
)


def may_be_asked(use: Use) -> bool:
    """Whether ``use`` can be consented to for one call.

    It must need approval and be the carrier's own: what is shared with others outlasts the call,
    and the script leaves others out, as 64.2008(f)(2)(ii) allows only where nothing is shared.
    """
    return use.needs_approval and use.recipient == Use.Recipient.OWN


def readings_of(call: Call) -> list[ScriptReading]:
    """The answers to the one-time script on ``call``, the last first; none once it has ended."""
    asked = ScriptReading.objects.filter(
        call=call, call__ended_at=None, kind=Script.Kind.ONE_TIME
    ).exclude(answer=ScriptReading.Answer.NOT_ASKED)
    return list(asked.select_related("script").prefetch_related("uses").order_by("-pk"))


def consent_for(
    call: Call, use: Use, *, on: date, readings: list[ScriptReading] | None = None
) -> ScriptReading | None:
    """The consent to ``use`` that counts on ``call`` on the civil day ``on``, or None.

    It ends with the call, with the day on which it was given (so that a call that somebody forgot
    to end keeps none alive), with a later no, and with an opt-out that was said since. ``readings``
    are those of :func:`readings_of`, where several uses are asked about at once.
    """
    asked = readings_of(call) if readings is None else readings
    last = next((reading for reading in asked if use in reading.uses.all()), None)
    if last is None or last.answer != ScriptReading.Answer.YES or last.read_on != on:
        return None
    objected = OptOutRequest.objects.filter(
        Q(all_uses=True) | Q(uses=use),
        customer=last.customer_id,
        wish=OptOutRequest.Wish.OPT_OUT,
        status=OptOutRequest.Status.APPLIED,
        entered_at__gte=last.at,
    )
    return None if objected.exists() else last


def decide_on_call(call: Call, use: Use, *, on: date) -> Decision:
    """May the customer's CPNI be put to ``use`` on this call, on the civil day ``on``?

    ``cpni.decisions.decide``, unless that says no and the customer consented for this call.
    """
    plain = decide(call.customer, use, on=on)
    return with_consent(call, plain)


def with_consent(
    call: Call, plain: Decision, *, readings: list[ScriptReading] | None = None
) -> Decision:
    """``plain``, or a yes where a consent for ``call`` stands in for it."""
    if plain.code not in INSTEAD_OF or not may_be_asked(plain.use):
        return plain
    consent = consent_for(call, plain.use, on=plain.on, readings=readings)
    if consent is None:
        return plain
    return Decision(
        plain.customer,
        plain.use,
        plain.on,
        reasons.ONE_TIME,
        reasons.ONE_TIME.sentence,
        since=consent.read_on,
        until=consent.read_on,
        evidence=(Evidence("script read", consent.pk, f"{consent.script}: yes, {call}"),),
    )
