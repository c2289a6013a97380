"""Record each use of CPNI with the decision that allowed it; refuse what is not allowed."""

from datetime import date, datetime

from accounts import history
from accounts.errors import Refused
from accounts.models import Customer, User
from accounts.permissions import require
from cpni.decisions import decide
from cpni.models import Disclosure
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
    if not decision.allowed:
        raise Refused(
            f"This use is not allowed ({decision.verdict.label.lower()}): {decision.sentence}",
            f"See {decision.section}.",
        )
    row = Disclosure(
        customer=customer,
        use=use,
        used_on=on,
        recipient=recipient,
        what=what,
        reason=decision.code,
        evidence=[[e.kind, e.id] for e in decision.evidence],
        recorded_at=at,
        by=by,
    )
    history.save(row, by=by, because=because)
    return row
