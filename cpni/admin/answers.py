"""Decisions as rows of a table: the answer in colour, and what proves it as links."""

from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.safestring import SafeString

from accounts.admin.labels import BAD, GAP, GOOD, WAIT, label
from accounts.civil import add_days
from cpni.decisions import Decision
from cpni.proofs import Evidence
from cpni.reasons import WINDOW_OPEN, Verdict

TONES = {Verdict.YES: GOOD, Verdict.NO: BAD, Verdict.NOT_YET: WAIT, Verdict.GAP: GAP}
# Where the records that prove a decision are shown.
PAGES = {
    "delivery": "admin:notices_delivery_change",
    "opt-out request": "admin:cpni_optoutrequest_change",
    "approval": "admin:cpni_approval_change",
    "incident": "admin:cpni_incident_change",
    "script read": "admin:cpni_scriptreading_change",
    "message": "admin:cpni_inboundmessage_change",
    "verification": "admin:cpni_verification_change",
}


@dataclass(frozen=True)
class Answer:
    """One row of “May we use CPNI?”."""

    decision: Decision

    @property
    def verdict(self) -> SafeString:
        """Yes, no, not yet or gap, in colour and words."""
        return label(self.decision.verdict.label, TONES[self.decision.verdict])

    @property
    def may_assume_from(self) -> date | None:
        """The first day on which silence may count, while the window runs."""
        until = self.decision.until
        return add_days(until, 1) if until and self.decision.reason is WINDOW_OPEN else None

    @property
    def proofs(self) -> list[tuple[Evidence, str]]:
        """The evidence, with the address of the record's page ("" for what has none)."""
        return [
            (e, reverse(PAGES[e.kind], args=[e.id]) if e.kind in PAGES else "")
            for e in self.decision.evidence
        ]
