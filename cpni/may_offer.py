"""May I talk about new services? The answers for a live call, use by use, and what to offer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from accounts.models import Call
from cpni import reasons
from cpni.decisions import Decision, judge
from cpni.facts import gather
from cpni.one_time import INSTEAD_OF, may_be_asked, readings_of, with_consent
from cpni.reasons import Verdict
from notices.models import WITHIN_SERVICES, Use


@dataclass(frozen=True)
class Answer:
    """The answer for one use. ``may_ask`` says that the one-time script can be read for it."""

    decision: Decision
    may_ask: bool

    @property
    def use(self) -> Use:
        """What it is about."""
        return self.decision.use

    @property
    def words(self) -> str:
        """The answer in a word or a few."""
        if self.decision.reason is reasons.ONE_TIME:
            return "Yes, on this call"
        if self.decision.verdict is Verdict.GAP:
            return "No (gap)"  # whoever is on the line must not wonder what a gap means
        return self.decision.verdict.label


@dataclass(frozen=True)
class Answers:
    """The answers for a call: that about new services first, as it is what is asked."""

    new_services: Answer | None
    within: Sequence[Answer]
    shared: Sequence[Answer]

    @property
    def need_approval(self) -> list[Use]:
        """The uses that an opt-out is about."""
        answers = [*self.shared, *([self.new_services] if self.new_services else [])]
        return sorted((answer.use for answer in answers), key=lambda use: use.pk)

    @property
    def opted_out(self) -> bool:
        """Whether the customer has opted out of any use."""
        answers = [*self.shared, *([self.new_services] if self.new_services else [])]
        # A consent for this call covers an opt-out with its yes: what stands is still an opt-out.
        return any(
            a.decision.code in (reasons.OPTED_OUT.code, reasons.ONE_TIME.code) for a in answers
        )


def answers(call: Call, *, on: date) -> Answers:
    """What may be talked about with the caller on ``call``, on the civil day ``on``.

    In a fixed number of queries. Whether the caller is authenticated is another question.
    """
    facts = gather(call.customer, on)
    found: dict[bool, list[Answer]] = {True: [], False: []}
    new = None
    readings = readings_of(call)
    for use in Use.objects.all():
        if use.code not in WITHIN_SERVICES and not use.needs_approval:
            continue
        plain = judge(facts, use, on)
        answer = Answer(
            with_consent(call, plain, readings=readings),
            may_be_asked(use) and plain.code in INSTEAD_OF,
        )
        if new is None and may_be_asked(use):
            new = answer
        else:
            found[use.needs_approval].append(answer)
    return Answers(new, found[False], found[True])
