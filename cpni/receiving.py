"""Which uses are about which recipients, and which end with the service."""

from cpni.models import Recipient
from notices.models import WITHIN_SERVICES, Use

# Of a use that is about others, what these must be to us (64.2007(b)).
RECEIVE: dict[str, tuple[str, ...]] = {
    Use.Recipient.AGENT: (Recipient.Relationship.AGENT,),
    Use.Recipient.AFFILIATE: (Recipient.Relationship.AFFILIATE,),
    Use.Recipient.CONTRACTOR: (Recipient.Relationship.CONTRACTOR,),
    Use.Recipient.JOINT_VENTURE: (Recipient.Relationship.JOINT_VENTURE,),
    Use.Recipient.THIRD_PARTY: (
        Recipient.Relationship.THIRD_PARTY,
        Recipient.Relationship.OTHER_AFFILIATE,
    ),
}


def is_marketing(use: Use) -> bool:
    """Whether ``use`` ends with the service: not so billing, fraud, the law, an emergency."""
    return use.mechanism != Use.Mechanism.NONE or use.code in WITHIN_SERVICES


def may_receive(recipient: Recipient, use: Use) -> bool:
    """Whether ``use`` is about recipients in the relationship that ``recipient`` has to us.

    A vendor sees what it needs to provide, bill and collect; an affiliate may be told within the
    services of a customer whom it serves (64.2005(a)(1)); what else is the carrier's own is its
    own.
    """
    if use.recipient != Use.Recipient.OWN:
        return recipient.relationship in RECEIVE.get(use.recipient, ())
    if use.code == "same-category":
        return recipient.relationship == Recipient.Relationship.AFFILIATE
    return not is_marketing(use) and recipient.relationship == Recipient.Relationship.VENDOR
