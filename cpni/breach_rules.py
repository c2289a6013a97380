"""The rules about breaches (64.2011) as dated data: what each asks, of whom, and until when. Pure.

One is in force; the FCC adopted another, which is not (domain.md 7). When the FCC announces a day,
``effective_from`` of it is the only thing to change. A breach is judged by the rule of the day on
which it was determined to be one; the other shows what would change (question 17).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from accounts.business_days import Term, rolled, term
from accounts.civil import add_days, in_words

AGENCY_DAYS = 7  # business days
WAIT_DAYS = 7  # full business days before customers are told, by the rule in force
CUSTOMER_DAYS = 30  # calendar days, by the rule that was adopted
MANY = 500  # customers, from which on a breach is reported whatever the harm
AGENCIES, COMMISSION, CUSTOMERS, SUMMARY = "agencies", "commission", "customers", "summary"


@dataclass(frozen=True)
class Facts:
    """What of a breach the rules ask. ``customers`` is None while nobody knows how many there are.

    ``told_on`` is the day on which the Secret Service and the FBI were told. What is not known
    counts as what asks for more.
    """

    determined_on: date
    on_purpose: bool = True
    cpni: bool = True
    pii: bool = False
    customers: int | None = None
    harm_unlikely: bool = False
    good_faith: bool = False
    encrypted: bool = False
    urgent: bool = False
    delayed_until: date | None = None
    told_on: date | None = None


@dataclass(frozen=True)
class Step:
    """What is to be done: until ``due``, not before ``not_before``; or ``not_asked``, and why.

    ``counted`` shows the business days of the term that ``due`` or ``not_before`` ends.
    """

    code: str
    what: str
    section: str
    due: date | None = None
    not_before: date | None = None
    counted: Term | None = None
    note: str = ""
    not_asked: str = ""


@dataclass(frozen=True)
class Rule:
    """One version of 64.2011. ``outside`` says why something is no breach under it, or ""."""

    name: str
    title: str
    source: str
    adopted_on: date
    effective_from: date | None
    outside: Callable[[Facts], str]
    steps: Callable[[Facts], tuple[Step, ...]]


@dataclass(frozen=True)
class Assessment:
    """What a rule says of a breach: why it is none, or the steps."""

    rule: Rule
    outside: str
    steps: tuple[Step, ...]

    def asked(self) -> tuple[Step, ...]:
        """The steps that are to be done."""
        return tuple(step for step in self.steps if not step.not_asked)

    def step(self, code: str) -> Step | None:
        """The step with this code, asked or not."""
        return next((step for step in self.steps if step.code == code), None)


# --- In force since 2007 -------------------------------------------------------------------------


def _outside_2007(facts: Facts) -> str:
    if not facts.cpni:
        return "No CPNI was concerned (64.2011(e))."
    if not facts.on_purpose:
        return "Nobody did it on purpose (64.2011(e))."
    return ""


def _steps_2007(facts: Facts) -> tuple[Step, ...]:
    agencies = term(facts.determined_on, AGENCY_DAYS)
    waiting = term(facts.told_on or agencies.last, WAIT_DAYS)
    earliest: date | None = add_days(waiting.last, 1)
    note = "Seven full business days after the agencies are told, whatever state law says."
    if facts.told_on is None:
        note += " Counted here as if they were told on the last day."
    if facts.urgent:
        earliest = None
        note = "At once, as there is an extraordinarily urgent need: after consulting the agency."
    if facts.delayed_until:
        after = add_days(facts.delayed_until, 1)
        earliest = max(earliest or after, after)
        note = "An agency has directed to wait (64.2011(b)(3))."
    return (
        Step(
            AGENCIES,
            "Tell the Secret Service and the FBI, through the central reporting facility",
            "64.2011(b)",
            due=agencies.last,
            counted=agencies,
            note="As soon as practicable, at the latest on the seventh business day.",
        ),
        Step(
            COMMISSION,
            "Tell the FCC",
            "64.2011",
            not_asked="This rule asks for no report to the FCC.",
        ),
        Step(
            CUSTOMERS,
            "Tell the customers whose CPNI it was",
            "64.2011(b)(1), (c)",
            not_before=earliest,
            counted=None if facts.urgent or facts.delayed_until else waiting,
            note=note,
        ),
    )


# --- Adopted in 2023 -----------------------------------------------------------------------------


def _outside_2023(facts: Facts) -> str:
    if facts.good_faith:
        return "An employee or agent acted in good faith, and nothing was used or disclosed (e)(1)."
    return ""


def _steps_2023(facts: Facts) -> tuple[Step, ...]:
    few = facts.customers is not None and facts.customers < MANY
    summarised = few and facts.harm_unlikely
    why = f"Fewer than {MANY} customers, and no harm is likely: in the yearly summary instead."
    seven = term(facts.determined_on, AGENCY_DAYS)
    reports = tuple(
        Step(
            code,
            what,
            "64.2011(a)",
            due=None if summarised else seven.last,
            counted=None if summarised else seven,
            note="" if summarised else "Through the same facility, by the seventh business day.",
            not_asked=why if summarised else "",
        )
        for code, what in (
            (AGENCIES, "Tell the Secret Service and the FBI, through the facility"),
            (COMMISSION, "Tell the FCC"),
        )
    )
    summary = Step(
        SUMMARY,
        "Put it in the summary of the year to the FCC, by 1 February",
        "64.2011(a)",
        due=rolled(date(facts.determined_on.year + 1, 2, 1)) if summarised else None,
        not_asked="" if summarised else "It is reported on its own.",
    )
    return (*reports, summary, _customers_2023(facts))


def _customers_2023(facts: Facts) -> Step:
    what, section = "Tell the customers whose information it was", "64.2011(b)"
    if facts.harm_unlikely:
        return Step(CUSTOMERS, what, section, not_asked="No harm to customers is likely.")
    if facts.encrypted:
        return Step(
            CUSTOMERS, what, section, not_asked="It was encrypted, and the key was not taken."
        )
    last = add_days(facts.determined_on, CUSTOMER_DAYS)
    note = "Without unreasonable delay once the FCC and the agencies are told; within 30 days."
    earliest = None
    if facts.delayed_until:
        earliest = add_days(facts.delayed_until, 1)
        last = max(last, earliest)
        note = "An agency has directed to wait."
    return Step(CUSTOMERS, what, section, due=last, not_before=earliest, note=note)


RULES = (
    Rule(
        "FCC 07-22",
        "The rule in force",
        "72 FR 31948 (8 June 2007); 47 CFR 64.2011",
        adopted_on=date(2007, 3, 13),
        effective_from=date(2007, 12, 8),
        outside=_outside_2007,
        steps=_steps_2007,
    ),
    Rule(
        "FCC 23-111",
        "Adopted, not in force",
        "89 FR 9968 (12 February 2024); effective date of 64.2011 delayed indefinitely",
        adopted_on=date(2023, 12, 13),
        effective_from=None,
        outside=_outside_2023,
        steps=_steps_2023,
    ),
)


def in_force(on: date) -> Rule:
    """The rule that is in force on the civil day ``on``. Raises LookupError before the first."""
    rules = [r for r in RULES if r.effective_from and r.effective_from <= on]
    if not rules:
        raise LookupError("no rule about breaches was in force then")
    return max(rules, key=lambda rule: rule.effective_from or date.min)


def adopted(on: date) -> tuple[Rule, ...]:
    """The rules that were adopted and are not in force yet on the civil day ``on``."""
    return tuple(
        rule
        for rule in RULES
        if rule.adopted_on <= on and (rule.effective_from is None or rule.effective_from > on)
    )


def assess(rule: Rule, facts: Facts) -> Assessment:
    """What ``rule`` says of a breach with these ``facts``."""
    outside = rule.outside(facts)
    return Assessment(rule, outside, () if outside else rule.steps(facts))


def differences(now: Assessment, then: Assessment) -> list[str]:
    """What changes for a breach if the rule of ``then`` took effect, in sentences."""
    if now.outside and then.outside:
        return []
    if now.outside:
        return ["It becomes a breach.", *(f"To be done: {_said(s)}." for s in then.asked())]
    if then.outside:
        return [f"It is no breach any more. {then.outside}"]
    found = []
    before, after = ({s.code: s for s in a.asked()} for a in (now, then))
    for code, step in after.items():
        if code not in before:
            found.append(f"To be done as well: {_said(step)}.")
        elif (step.due, step.not_before) != (before[code].due, before[code].not_before):
            found.append(f"{step.what}: {_when(step)}, instead of {_when(before[code])}.")
    for code, step in before.items():
        if code not in after:
            skipped = then.step(code)
            why = skipped.not_asked if skipped else "The rule does not ask it."
            found.append(f"Not to be done any more: {step.what[0].lower()}{step.what[1:]}. {why}")
    return found


def _said(step: Step) -> str:
    return f"{step.what[0].lower()}{step.what[1:]}, {_when(step)}"


def _when(step: Step) -> str:
    """“not before 9 December 2026” and the like."""
    words = []
    if step.not_before:
        words.append(f"not before {in_words(step.not_before)}")
    if step.due:
        words.append(f"by {in_words(step.due)}")
    return " and ".join(words) or "at once"
