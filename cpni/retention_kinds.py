"""Kinds of record that are not kept for ever, and the least time that the rules ask for. Pure.

To add a kind: one ``Kind`` here, and in ``cpni.retention_records`` which of its records may go.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A kind of record.

    ``floor`` is the least number of months that it must be kept, by ``section``; ``months`` is what
    is kept where the officer has not said otherwise. ``since`` says what its age is counted from.
    """

    code: str
    label: str
    floor: int
    section: str
    months: int
    since: str


NO_RULE = "No rule sets a time"

NOTICES = Kind("notice", "Notices and their texts", 12, "64.2008(a)(2)", 60, "approved")
CAMPAIGNS = Kind("campaign", "Campaigns and post batches", 12, "64.2009(c)", 60, "finished")
DELIVERIES = Kind("delivery", "Deliveries", 12, "64.2008(a)(2)", 60, "mailed")
DISCLOSURES = Kind("disclosure", "Uses made of CPNI", 12, "64.2009(c)", 60, "used")
REJECTED = Kind(
    "rejected_request",
    "Rejected opt-out requests and their scans",
    12,
    "64.2007(a)(3)",
    60,
    "received",
)
MAIL = Kind("inbound", "Mail received", 12, "64.2008(a)(2)", 60, "received")
APPROVALS = Kind("approval", "Approvals of former customers", 12, "64.2007(a)(3)", 60, "ended")
LEDGER = Kind(
    "approval_history", "Earlier states of approvals", 12, "64.2007(a)(3)", 60, "recorded"
)
CUSTOMERS = Kind(
    "customer_history",
    "Earlier states of customers, addresses and services",
    24,
    "64.2008(d)(2)",  # consent and address on the day of a notice that still carries approval
    60,
    "recorded",
)
INCIDENTS = Kind("incident", "Incidents", 24, "64.2011(d)", 60, "released")
BREACHES = Kind("breach", "Breaches", 24, "64.2011(d)", 60, "closed")
READINGS = Kind(
    "script_read", "Scripts read on calls, and the answers", 12, "64.2007(a)(3)", 60, "read"
)
TOLD = Kind("telephone", "Policy-change calls", 12, "64.2008(a)(2)", 60, "closed")
# Counted for the certificate of the year, which is filed in the next (64.2009(e)).
COMPLAINTS = Kind("complaint", "Complaints about release", 24, "64.2009(e)", 60, "resolved")
# That of a year is counted for its certificate; lookers of the year are held against it.
TRAINING = Kind(
    "training", "Training that was signed, and sanctions", 24, "64.2009(b)", 60, "signed or decided"
)
BROKERS = Kind("broker", "Actions against data brokers", 24, "64.2009(e)", 60, "taken")
IMPORTS = Kind("import", "Imports and their refused rows", 0, NO_RULE, 36, "started")
LOOKS = Kind("look", "Looks at customers", 0, NO_RULE, 36, "seen")
SIGN_INS = Kind("sign_in", "What happened at the door", 0, NO_RULE, 36, "happened")
CALLS = Kind("call", "Calls, authentications and account changes", 12, "64.2009(e)", 60, "ended")
AUTHORITIES = Kind(
    "authority", "Ended authority, exemptions, passwords and codes", 0, NO_RULE, 60, "ended"
)
RUNS = Kind("run", "Job runs", 0, NO_RULE, 36, "started")

KINDS = (
    NOTICES,
    CAMPAIGNS,
    DELIVERIES,
    DISCLOSURES,
    REJECTED,
    MAIL,
    APPROVALS,
    LEDGER,
    CUSTOMERS,
    INCIDENTS,
    BREACHES,
    READINGS,
    TOLD,
    COMPLAINTS,
    TRAINING,
    BROKERS,
    IMPORTS,
    LOOKS,
    SIGN_INS,
    CALLS,
    AUTHORITIES,
    RUNS,
)
BY_CODE = {kind.code: kind for kind in KINDS}


def choices() -> list[tuple[str, str]]:
    """The kinds as a field's choices; a function, so that a new kind is no migration."""
    return [(kind.code, kind.label) for kind in KINDS]
