"""The check itself: each line against each part that it is about. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from notices.content_check.facts import SUBJECT, Facts
from notices.content_check.line import Line, Sort
from notices.content_check.lines import LINES
from notices.content_check.reading import Part, Place, on_one_line, sentence_around


class State(StrEnum):
    """What came of a line."""

    FOUND = "found"
    MISSING = "missing"
    FORBIDDEN = "forbidden"
    CONTRADICTORY = "contradictory"
    NOT_SAID = "not said"  # and it need not be, or must not be
    TO_JUDGE = "to judge"


FAILED = frozenset({State.MISSING, State.FORBIDDEN, State.CONTRADICTORY})


@dataclass(frozen=True)
class Result:
    """What a notice has of one line.

    ``found`` is where it says so; ``wrong`` what contradicts, and where; ``missing`` the parts that
    do not say it (their excerpts are empty).
    """

    line: Line
    state: State
    found: tuple[Place, ...] = ()
    wrong: tuple[Place, ...] = ()
    missing: tuple[Place, ...] = ()

    @property
    def fails(self) -> bool:
        """Whether the notice may not go out with it, unless somebody overrides it."""
        return self.state in FAILED


def check(parts: Iterable[Part], facts: Facts) -> list[Result]:
    """Each line that concerns the notice with these ``parts``, in the order of ``LINES``."""
    all_parts = tuple(parts)
    languages = {part.language for part in all_parts}
    return [
        _result(line, tuple(part for part in all_parts if part.form in line.forms), facts)
        for line in LINES.values()
        if facts.concerns.intersection(line.concerns)
        and any(form == SUBJECT or form in facts.forms for form in line.forms)
        and len(languages) >= line.languages
    ]


def _result(line: Line, parts: tuple[Part, ...], facts: Facts) -> Result:
    wrong = tuple(line.wrong(parts, facts)) if line.wrong else ()
    if not line.english:
        state = {Sort.JUDGED: State.TO_JUDGE, Sort.REQUIRED: State.FOUND}.get(
            line.sort, State.NOT_SAID
        )
        return Result(line, State.CONTRADICTORY if wrong else state, wrong=wrong)
    found: list[Place] = []
    missing: list[Place] = []
    for part in parts:
        if part.text.strip():
            here = list(_places(line, part))
            found += here
            missing += [] if here else [Place(part.language, part.form, "")]
    if wrong:
        state = State.CONTRADICTORY
    elif line.sort == Sort.REQUIRED:
        state = State.MISSING if missing or not found else State.FOUND
    elif line.sort == Sort.FORBIDDEN:
        state = State.FORBIDDEN if found else State.NOT_SAID
    elif line.sort == Sort.PERMITTED:
        state = State.FOUND if found else State.NOT_SAID
    else:
        state = State.TO_JUDGE
    needed = tuple(missing) if line.sort == Sort.REQUIRED else ()
    return Result(line, state, tuple(found), wrong, needed)


def _places(line: Line, part: Part) -> Iterable[Place]:
    """Where ``part`` says it, each sentence once."""
    text = on_one_line(part.text)
    said = dict.fromkeys(
        sentence_around(text, found.start(), found.end())
        for found in line.pattern(part.language).finditer(text)
    )
    return [Place(part.language, part.form, excerpt) for excerpt in said]
