"""What states ask beyond the federal rules: dated data, which may only tighten an answer. Pure.

To add a state's rule: one ``StateRule`` here, with its source. ``cpni.decisions`` asks it after
everything federal has said yes, so that no rule here can allow anything.
"""

from dataclasses import dataclass
from datetime import date

from accounts.civil import add_days, add_months


@dataclass(frozen=True)
class StateRule:
    """Opt-out approvals of customers with an address in ``state`` must be verified in time.

    ``verify_months`` after an approval began it stops counting, unless the customer verified it.
    In force on the days from ``since``.
    """

    state: str
    name: str
    section: str
    since: date
    verify_months: int
    source: str

    def last_day(self, began_on: date) -> date:
        """The last day on which an unverified approval that began on ``began_on`` counts."""
        return add_days(add_months(began_on, self.verify_months), -1)

    def earliest_counting(self, on: date) -> date:
        """The earliest beginning of an unverified approval that counts on the day ``on``."""
        day = add_months(on, -self.verify_months)
        while self.last_day(day) < on:
            day = add_days(day, 1)
        while self.last_day(add_days(day, -1)) >= on:
            day = add_days(day, -1)
        return day


STATE_RULES = (
    StateRule(
        state="AZ",
        name="Arizona",
        section="A.A.C. R14-2-2108",
        since=date(2006, 6, 19),
        verify_months=12,
        source="Arizona Administrative Code, title 14, chapter 2, article 21; 12 A.A.R. 1547",
    ),
)
STATES = tuple(rule.state for rule in STATE_RULES)


def rule_for(state: str, on: date) -> StateRule | None:
    """The rule of ``state`` (two letters, or "") that is in force on the civil day ``on``."""
    return next((rule for rule in STATE_RULES if rule.state == state and rule.since <= on), None)


def soonest_last_day(began_on: date) -> date:
    """The last day on which an unverified approval that began on ``began_on`` counts anywhere."""
    return min(rule.last_day(began_on) for rule in STATE_RULES)
