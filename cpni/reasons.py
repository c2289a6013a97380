"""Every reason that a decision can have: its verdict, its section and its plain words. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What a decision answers. Only ``YES`` allows the use."""

    YES = "yes"
    NO = "no"
    NOT_YET = "not_yet"
    GAP = "gap"

    @property
    def label(self) -> str:
        """The word that people see."""
        return {"yes": "Yes", "no": "No", "not_yet": "Not yet", "gap": "Gap"}[self]


@dataclass(frozen=True)
class Reason:
    """One reason. ``sentence`` may name ``{day}`` or ``{other}``, which the decision fills in."""

    code: str
    verdict: Verdict
    section: str
    sentence: str

    @property
    def label(self) -> str:
        """It in a word or a few, for lists that name no day."""
        return self.code.replace("_", " ").capitalize()


NO_APPROVAL_NEEDED = Reason(
    "no_approval_needed", Verdict.YES, "64.2005", "The rules ask no approval for this use."
)
SERVES_CATEGORY = Reason(
    "within_services",
    Verdict.YES,
    "64.2005(a)",
    "The customer has a service of this kind, so no approval is needed within it.",
)
NO_SERVICE = Reason(
    "no_service",
    Verdict.NO,
    "64.2005(b)",
    "The customer has no local, long-distance or wireless service to which this use belongs.",
)
PROHIBITED = Reason(
    "prohibited", Verdict.NO, "64.2005(b)(2)", "This use is prohibited, whatever anyone approves."
)
MERGED = Reason(
    "merged", Verdict.NO, "64.2007(a)(2)", "This account was merged. Ask about account {other}."
)
NOT_A_CUSTOMER = Reason(
    "not_a_customer", Verdict.NO, "64.2003(f)", "There was no service on that day."
)
DISCONTINUED = Reason(
    "discontinued",
    Verdict.NO,
    "64.2007(a)(2)",
    "Service ended on {day}, and approvals ended with it.",
)
NOT_DECLARED = Reason(
    "not_declared",
    Verdict.GAP,
    "Privacy policy",
    "{other}, which governs this customer's information, does not declare this use.",
)
RECIPIENT_NOT_CURRENT = Reason(
    "recipient_not_current",
    Verdict.NO,
    "64.2007(b)",
    "The contract with {other} is not in force on that day.",
)
RECIPIENT_DIFFERS = Reason(
    "recipient_differs",
    Verdict.NO,
    "64.2007(b)",
    "{other}, and this use is not about such a recipient.",
)
ONE_CATEGORY = Reason(
    "one_category",
    Verdict.NO,
    "64.2005(a)(2)",
    "The customer has services of one category only, so nothing is shared with affiliates.",
)
NOT_SERVED_BY = Reason(
    "not_served_by",
    Verdict.NO,
    "64.2005(a)(1)",
    "{other} provides no service that the customer has.",
)
RECIPIENT_NOT_DECLARED = Reason(
    "recipient_not_declared",
    Verdict.GAP,
    "Privacy policy; 64.2008(c)(2)",
    "{other}, which governs this customer's information, does not name this recipient.",
)
DATA_NOT_DECLARED = Reason(
    "data_not_declared",
    Verdict.GAP,
    "Privacy policy; 64.2008(c)(2)",
    "{other}, which governs this customer's information, does not declare these data for this use.",
)
OPTED_OUT = Reason(
    "opted_out", Verdict.NO, "64.2007(a)(2)", "The customer opted out, effective {day}."
)
EXPRESS = Reason(
    "express", Verdict.YES, "64.2007(a)", "The customer expressly approved this use on {day}."
)
OPT_IN_NEEDED = Reason(
    "opt_in_needed",
    Verdict.NO,
    "64.2007(b)",
    "This use needs the customer's express opt-in, and there is none.",
)
NEVER_NOTICED = Reason(
    "never_noticed",
    Verdict.GAP,
    "64.2008(a)(1), (b)",
    "No notice that asks for this use has been sent to the customer.",
)
NOT_MAILED = Reason(
    "not_mailed",
    Verdict.NOT_YET,
    "64.2008(d)(1)",
    "A notice is on its way but has no mailing date yet, so no waiting period runs.",
)
UNDELIVERABLE = Reason(
    "undeliverable",
    Verdict.GAP,
    "64.2008(d)(3)(iii)",
    "The notice did not reach the customer, who therefore counts as not noticed.",
)
NO_CONSENT = Reason(
    "no_consent",
    Verdict.GAP,
    "64.2008(d)(3)(i)",
    "The notice went by e-mail on {day} without the customer’s express consent to that on record,"
    " so it counts as no notice.",
)
WINDOW_OPEN = Reason(
    "window_open",
    Verdict.NOT_YET,
    "64.2008(d)(1)",
    "The customer may still object until {day}.",
)
HELD = Reason(
    "held",
    Verdict.NOT_YET,
    "64.2009(f)",
    "A way to opt out failed during the customer's waiting period (incident of {day}).",
)
OPEN_REQUEST = Reason(
    "open_request",
    Verdict.NOT_YET,
    "64.2007(a)(2)",
    "An opt-out request ({other}) that may be this customer's waits to be matched.",
)
UNREAD = Reason(
    "unread",
    Verdict.NOT_YET,
    "64.2007(a)(2)",
    "A message of {day} that may be this customer's objection waits to be read.",
)
OVERDUE = Reason(
    "overdue",
    Verdict.NOT_YET,
    "64.2008(d)(2)",
    "The last notice stopped carrying approval after {day}; a new notice is due.",
)
NOT_RECORDED = Reason(
    "not_recorded",
    Verdict.NOT_YET,
    "64.2009(a)",
    "The waiting period ended on {day}, but the daily job has not recorded the approval yet.",
)
ASSUMED = Reason(
    "assumed",
    Verdict.YES,
    "64.2003(l); 64.2008(d)(1)",
    "Noticed, and no objection within the waiting period, which ended on {day}.",
)
UNVERIFIED = Reason(
    "unverified",
    Verdict.NOT_YET,
    "State law",
    "{other} lets this approval count only until {day}, as it was not verified by then.",
)
ONE_TIME = Reason(
    "one_time",
    Verdict.YES,
    "64.2008(f); 47 USC 222(d)(3)",
    "The customer consented for this call only; it ends with the call.",
)

ALL = (
    NO_APPROVAL_NEEDED,
    SERVES_CATEGORY,
    NO_SERVICE,
    PROHIBITED,
    MERGED,
    NOT_A_CUSTOMER,
    DISCONTINUED,
    NOT_DECLARED,
    RECIPIENT_NOT_CURRENT,
    RECIPIENT_DIFFERS,
    ONE_CATEGORY,
    NOT_SERVED_BY,
    RECIPIENT_NOT_DECLARED,
    DATA_NOT_DECLARED,
    OPTED_OUT,
    EXPRESS,
    OPT_IN_NEEDED,
    NEVER_NOTICED,
    NOT_MAILED,
    UNDELIVERABLE,
    NO_CONSENT,
    WINDOW_OPEN,
    HELD,
    OPEN_REQUEST,
    UNREAD,
    OVERDUE,
    NOT_RECORDED,
    ASSUMED,
    UNVERIFIED,
    ONE_TIME,
)
BY_CODE = {reason.code: reason for reason in ALL}
