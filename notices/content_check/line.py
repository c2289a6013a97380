"""What a line of the content check is. Pure.

A line that is required fails where the words of a form do not have it; a forbidden one where they
do; one to be judged waits for a person; a permitted one never fails. Whatever the sort, ``wrong``
may find what contradicts the notice's settings or the carrier's record, which fails too.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from notices.content_check.facts import (
    ACCOUNT_CHANGE,
    ASKING,
    EMAIL,
    LETTER,
    ONE_TIME_CODE,
    POLICY_CHANGE,
    Facts,
)
from notices.content_check.reading import Part, Place
from notices.elements import Element


class Sort(StrEnum):
    """What is asked about a line."""

    REQUIRED = "required"
    FORBIDDEN = "forbidden"
    JUDGED = "judged"
    PERMITTED = "permitted"


EVERY = (ASKING, POLICY_CHANGE, ACCOUNT_CHANGE, ONE_TIME_CODE)
# Where in a part something is wrong, or what is wrong with the whole: seen with all the others.
Wrong = Callable[[tuple[Part, ...], Facts], Iterable[Place]]


@dataclass(frozen=True)
class Line(Element):
    """One line of the check: an element, and what is asked about it, where, why, and the remedy.

    ``concerns`` says of which notices it is asked, ``forms`` in which of their forms. A line
    without patterns is one that ``wrong`` alone decides, or a person.
    """

    sort: Sort = Sort.REQUIRED
    why: str = ""
    remedy: str = ""
    concerns: tuple[str, ...] = (ASKING,)
    forms: tuple[str, ...] = (EMAIL, LETTER)
    wrong: Wrong | None = None
    languages: int = 1  # in how many languages the notice is, at least, for it to be asked
