"""The content check of a notice, and what people decided about its lines. Writes ContentSignOff.

A line that fails goes out only when a second person overrides it, with a reason; a line that only a
reader can judge needs somebody's word. Both hold for the words for which they were given: after an
edit they are asked for again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from accounts import history
from accounts.errors import Changed, Refused
from accounts.fields import house_number
from accounts.models import Carrier, User
from accounts.permissions import refuse_author, require
from notices import typesetting
from notices.content_check import Facts, Part, Result, State, check
from notices.content_check.facts import ASKING, EMAIL, LETTER, SHORT, SUBJECT
from notices.models import ContentSignOff, Notice

SIGN_OFF, OVERRIDE = "notices.sign_off_notice", "notices.override_notice"
Verdict = ContentSignOff.Verdict
LONGEST_REMARK = 200  # characters


@dataclass(frozen=True)
class Checked:
    """What came of one line, and the last word that somebody gave on it for these very words."""

    result: Result
    word: ContentSignOff | None = None

    @property
    def is_open(self) -> bool:
        """Whether the notice cannot be approved because of it."""
        if self.result.fails:
            return self.word is None or self.word.verdict != Verdict.OVERRIDDEN
        if self.result.state == State.TO_JUDGE:
            return self.word is None or self.word.verdict != Verdict.GOOD
        return False


def checked(notice: Notice) -> list[Checked]:
    """Every line of the content check that concerns ``notice``, as it is now."""
    now = notice.fingerprint
    words = {
        given.line: given
        for given in notice.sign_offs.select_related("by").order_by("pk")
        if given.fingerprint == now
    }
    return [
        Checked(result, words.get(result.line.code))
        for result in check(parts_of(notice), facts_of(notice))
    ]


def parts_of(notice: Notice) -> list[Part]:
    """The words of ``notice`` in each language and each form that it goes by."""
    forms = forms_of(notice)
    return [
        Part(text.language, form, words)
        for text in notice.texts.all()
        for form, words in (
            (SUBJECT, text.subject),
            (EMAIL, text.email_body),
            (LETTER, text.letter_body),
            (SHORT, text.short_body),
        )
        if form == SUBJECT or form in forms
    ]


def forms_of(notice: Notice) -> tuple[str, ...]:
    """The forms that ``notice`` goes by, besides its subject."""
    asked = ((EMAIL, notice.by_email), (LETTER, notice.by_post), (SHORT, notice.as_it_happens))
    return tuple(form for form, wanted in asked if wanted)


def facts_of(notice: Notice) -> Facts:
    """What the words of ``notice`` are compared with."""
    uses = list(notice.uses.all())
    carrier = Carrier.get()
    asks = bool(uses) or notice.kind == Notice.Kind.CPNI
    facts = Facts(
        concerns=frozenset({notice.kind, ASKING} if asks else {notice.kind}),
        forms=forms_of(notice),
        waiting_days=notice.waiting_days,
        recipients=frozenset(use.recipient for use in uses),
        letter_points=typesetting.points(),
    )
    if carrier is None:
        return facts
    return replace(
        facts,
        carrier_name=carrier.legal_name,
        postcode=f"{carrier.optout_state} {carrier.optout_postcode}",
        houses=frozenset(map(house_number, (carrier.optout_line1, carrier.optout_line2))) - {""},
        email=carrier.optout_email,
        numbers=frozenset(n[-10:] for n in (carrier.support_number, carrier.optout_number)),
        officer=carrier.officer_name,
    )


def refuse_open(notice: Notice) -> None:
    """Raise Refused, and name the lines, while one fails or is not judged."""
    lines = checked(notice)
    failing = [f"{c.result.line.words} ({c.result.line.section})" for c in lines if _fails(c)]
    waiting = [c.result.line.words for c in lines if c.is_open and not c.result.fails]
    if failing:
        raise Refused(
            f"The content check fails: {'; '.join(failing)}.",
            "Correct the text, or have a second person override the line with a reason.",
        )
    if waiting:
        raise Refused(
            f"Nobody has signed off: {'; '.join(waiting)}.",
            "Read the notice for these lines, then sign them off at its content check.",
        )


def _fails(line: Checked) -> bool:
    return line.is_open and line.result.fails


def sign_off(
    notice: Notice,
    line: str,
    *,
    verdict: str,
    remark: str = "",
    by: User,
    at: datetime,
    seen: str | None = None,
) -> bool:
    """Record what ``by`` judges of ``line``, which only a reader can; ``at`` is an aware instant.

    ``verdict`` is GOOD or NOT_GOOD, which needs a remark; ``seen`` is the fingerprint of what was
    read. False when the same was recorded already. Raises Changed, and Refused for a line that is
    not to be judged, and of a notice that is approved for one that is answered for: only what has
    opened since, as when the carrier moved, is answered then.
    """
    require(by, SIGN_OFF)
    if verdict not in (Verdict.GOOD, Verdict.NOT_GOOD):
        raise Refused("It is not said whether the line is good.", "Choose it.")
    if verdict == Verdict.NOT_GOOD and not remark.strip():
        raise Refused("It is not said what is not good.", "Write it as a remark.")
    return _record(notice, line, State.TO_JUDGE, verdict, remark, by=by, at=at, seen=seen)


def override(
    notice: Notice, line: str, *, by: User, because: str, at: datetime, seen: str | None = None
) -> bool:
    """Let the notice go out although ``line`` fails; ``because`` is kept. As :func:`sign_off`.

    Raises Refused, too, for whoever wrote or changed any of it.
    """
    require(by, OVERRIDE)
    if not because.strip():
        raise Refused("There is no reason.", "Say why it may go out all the same.")
    return _record(notice, line, None, Verdict.OVERRIDDEN, because, by=by, at=at, seen=seen)


def _record(
    notice: Notice,
    line: str,
    state: State | None,
    verdict: str,
    remark: str,
    *,
    by: User,
    at: datetime,
    seen: str | None,
) -> bool:
    with transaction.atomic():
        notice = Notice.objects.select_for_update().get(pk=notice.pk)
        if verdict == Verdict.OVERRIDDEN and by.pk != notice.approved_by_id:
            # Whoever approved it wrote none of it.
            refuse_author(notice, by, parts=notice.texts.all(), what="notice")
        if seen is not None and seen != notice.fingerprint:
            raise Changed()
        there = _line(checked(notice), line)
        if there is None or not (there.result.state == state if state else there.result.fails):
            raise Refused("That line does not wait for it.", "Open the content check again.")
        if notice.status != Notice.Status.DRAFT and not there.is_open:
            raise Refused("It is approved already.", "Make a new version of it.")
        remark = remark.strip()[:LONGEST_REMARK]
        word = there.word
        if word and (word.verdict, word.remark, word.by_id) == (verdict, remark, by.pk):
            return False
        given = ContentSignOff(
            notice=notice,
            line=line,
            fingerprint=notice.fingerprint,
            verdict=verdict,
            remark=remark,
            by=by,
            at=at,
        )
        history.save(given, by=by, because=remark or "Signed off")
    return True


def _line(lines: Sequence[Checked], code: str) -> Checked | None:
    return next((c for c in lines if c.result.line.code == code), None)
