"""Record each use of CPNI with the decision that allowed it; refuse what is not allowed."""

from datetime import date, datetime

from accounts import history
from accounts.errors import Refused
from accounts.models import Call, Customer, User
from accounts.permissions import require
from cpni.decisions import Decision, decide
from cpni.models import Disclosure
from cpni.one_time import decide_on_call
from notices.models import Use


def record(
    customer: Customer,
    use: Use,
    *,
    on: date,
    recipient: str,
    what: str,
    at: datetime,
    by: User | None,
    because: str,
) -> Disclosure:
    """Record that ``recipient`` used ``what`` of ``customer``'s CPNI on the civil day ``on``.

    The decision for that day is kept with it (64.2009(a), (c)). Raises Refused, and records
    nothing, when the decision does not allow the use.
    """
    require(by, "cpni.add_disclosure")
    decision = decide(customer, use, on=on)
    return _keep(decision, recipient=recipient, what=what, at=at, by=by, because=because)


def record_on_call(
    call: Call, use: Use, *, on: date, what: str, at: datetime, by: User | None, because: str
) -> Disclosure:
    """Record that the representative on ``call`` used ``what`` of the customer's CPNI.

    As :func:`record`, but a consent for this call counts as well (64.2008(f)).
    """
    require(by, "cpni.add_scriptreading")
    decision = decide_on_call(call, use, on=on)
    recipient = f"Our representative on call {call.pk}"
    return _keep(decision, recipient=recipient, what=what, at=at, by=by, because=because)


def _keep(
    decision: Decision, *, recipient: str, what: str, at: datetime, by: User | None, because: str
) -> Disclosure:
    if not decision.allowed:
        raise Refused(
            f"This use is not allowed ({decision.verdict.label.lower()}): {decision.sentence}",
            f"See {decision.section}.",
        )
    row = Disclosure(
        customer=decision.customer,
        use=decision.use,
        used_on=decision.on,
        recipient=recipient,
        what=what,
        reason=decision.code,
        evidence=[[e.kind, e.id] for e in decision.evidence],
        recorded_at=at,
        by=by,
    )
    history.save(row, by=by, because=because)
    return row
