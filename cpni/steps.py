"""Steps that are taken in an incident or a breach, each with who, when and its proof."""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts import history
from accounts.civil import in_words
from accounts.errors import Refused
from accounts.models import User
from accounts.permissions import require
from accounts.upload_checks import validate_scan
from cpni import breach_rules, breaches
from cpni.breach_rules import AGENCIES, COMMISSION, CUSTOMERS, SUMMARY
from cpni.models import Breach, Incident, StepTaken

REMEDY, TESTED, STATES, CHANCE, OTHER = "remedy", "tested", "states", "chance", "other"
OF_INCIDENTS = {
    REMEDY: "The remedy was put in place",
    TESTED: "The way to opt out was tested since",
    STATES: "State commissions were told",
    CHANCE: "Customers whose time to object it overlapped had another chance",
    OTHER: "Something else",
}
OF_BREACHES = {
    AGENCIES: "The Secret Service and the FBI were told",
    COMMISSION: "The FCC was told",
    "consulted": "The agency was consulted about telling customers sooner",
    CUSTOMERS: "The customers were told",
    SUMMARY: "It was put in the summary of the year",
    "states": "State authorities were told",
    OTHER: "Something else",
}


def label(step: StepTaken) -> str:
    """What was done, in words."""
    known = OF_INCIDENTS if step.breach_id is None else OF_BREACHES
    return known.get(step.code, step.code)


def take(
    owner: Incident | Breach,
    code: str,
    *,
    on: date,
    words: str,
    proof: str = "",
    scan: Any = None,
    too_early: bool = False,
    today: date,
    at: datetime,
    by: User | None,
) -> StepTaken:
    """Record that the step ``code`` was taken on the civil day ``on``; ``words`` say what was done.

    ``too_early`` records customers told before the rule allows it, if that has happened all the
    same. Raises Refused for a day in the future, without words, for a breach that is closed or was
    not discovered yet on that day, and for customers told too early (64.2011(b)(1)).
    """
    is_breach = isinstance(owner, Breach)
    require(by, breaches.CHANGE if is_breach else "cpni.change_incident")
    if code not in (OF_BREACHES if is_breach else OF_INCIDENTS):
        raise Refused("There is no such step.", "Choose one of the list.")
    if on > today:
        raise Refused("It cannot be done in the future.", "Correct the day.")
    if not words.strip():
        raise Refused("Say what was done.", "Such as: reported, case number 26-1234.")
    if scan:
        try:
            validate_scan(scan)
        except ValidationError as error:
            raise Refused(" ".join(error.messages)) from error
    with transaction.atomic():
        type(owner).objects.select_for_update().get(pk=owner.pk)
        if isinstance(owner, Breach):
            _check(owner, code, on=on, too_early=too_early)
        step = StepTaken(
            incident=None if isinstance(owner, Breach) else owner,
            breach=owner if isinstance(owner, Breach) else None,
            code=code,
            done_on=on,
            words=words.strip()[:500],
            proof=proof.strip()[:200],
            scan=scan or "",
            recorded_at=at,
            by=by,
        )
        history.save(step, by=by, because=label(step)[:100])
    return step


def _check(breach: Breach, code: str, *, on: date, too_early: bool) -> None:
    """Raise Refused for a step that the rule of ``breach`` does not allow on the day ``on``."""
    breach.refresh_from_db()
    if not breach.is_open:
        raise Refused("This breach is closed.", "Enter what was found since as another one.")
    discovered = breaches.discovered_on(breach)
    if on < discovered:
        raise Refused(
            f"The breach was discovered on {in_words(discovered)}, after that day.",
            "Correct the day.",
        )
    if code != CUSTOMERS or too_early:
        return
    judged = breaches.judged(breach)
    step = judged.step(CUSTOMERS)
    if step is None:
        return
    known = breaches.facts(breach)
    all_the_same = "If it has happened all the same, tick that box."
    if known.told_on is None and judged.rule is breach_rules.RULES[0]:
        raise Refused("The Secret Service and the FBI are told first.", all_the_same)
    if step.not_before and on < step.not_before:
        raise Refused(
            f"Customers are not told before {in_words(step.not_before)} ({step.section}).",
            all_the_same,
        )
    consulted = StepTaken.that_count(breach.steps.all()).get("consulted")
    in_time = consulted is not None and consulted.done_on <= on
    if known.urgent and judged.rule is breach_rules.RULES[0] and not in_time:
        raise Refused("The agency is consulted first (64.2011(b)(2)).", all_the_same)
