"""What a text must say, and how its words show that it does: for notices and for scripts. Pure.

It reads words, so it finds what was forgotten, and does not judge how well something is said.
"""

import re
from dataclasses import dataclass

ENGLISH, SPANISH = "en", "es"
LANGUAGES = {ENGLISH: "English", SPANISH: "Spanish"}


@dataclass(frozen=True)
class Element:
    """Something that a text says: the section that asks for it, and how it is recognised.

    The patterns are regular expressions over a text on one line (:func:`on_one_line`); what may
    stand between two words of a sentence is written ``[^.?!¶]*``.
    """

    code: str
    words: str
    section: str
    english: str = ""
    spanish: str = ""

    def pattern(self, language: str) -> re.Pattern[str]:
        """How it reads in ``language``."""
        return re.compile(self.spanish if language == SPANISH else self.english, re.IGNORECASE)

    def said_in(self, text: str, language: str) -> bool:
        """Whether ``text`` in ``language`` says it, as far as words show."""
        return self.pattern(language).search(" ".join(text.split())) is not None


RIGHT_AND_DUTY = Element(
    "right_and_duty",
    "the customer's right and the carrier's duty, under federal law",
    "64.2008(c)(1)",
    r"(?:^|(?<=¶ ))(?=[^¶]*federal law)(?=[^¶]*\bright\b)(?=[^¶]*\bdut(?:y|ies)\b)[^¶]+",
    r"(?:^|(?<=¶ ))(?=[^¶]*ley federal)(?=[^¶]*\bderecho\b)(?=[^¶]*\bdeber(?:es)?\b)[^¶]+",
)
NO_EFFECT = Element(
    "no_effect",
    "that saying no does not affect the customer's services",
    "64.2008(c)(3)",
    r"\b(?:does not|will not|doesn[’']t|won[’']t) affect\b[^.?!¶]*\bservices?\b",
    r"\bno (?:afecta|afectará)\b[^.?!¶]*\bservicios?\b",
)
UNTIL_REVOKED = Element(
    "until_revoked",
    "that it is valid until the customer revokes or limits it",
    "64.2008(c)(9)",
    r"\b(?:valid|lasts?|stays?|remains?|counts?)\b[^.?!¶]*\buntil\b[^.?!¶]*\byou\b",
    r"\b(?:válid[oa]|vigente|dura|sigue|seguirá)\b[^.?!¶]*\bhasta que usted\b",
)
