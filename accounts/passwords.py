"""What is refused as a password, besides what Django refuses (ASVS 5.0, 6.1.2, 6.2).

No rule asks for digits or signs, and no password expires: both make people choose worse ones.
"""

import re
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from zxcvbn import zxcvbn

from accounts.models import Carrier

READ = 72  # characters that zxcvbn looks at; more take long, and no longer matter
OWN_WORDS = ("cpni", "desk", "cpnidesk", "customer", "telephone", "password", "admin", "welcome")
SHORT = ("inc", "llc", "the", "and", "company", "corp", "co", "of")


class HardToGuess:
    """Refuses what a guesser would try among the first hundred million (zxcvbn's score below 3).

    It knows 30,000 leaked passwords, names and English words, keyboard rows, dates, repetitions and
    the usual replacements, all on this machine: no password is ever sent anywhere.
    """

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError for a password that is easy to guess."""
        if not password:
            return
        said = zxcvbn(password[:READ], user_inputs=[*own_words(), *words_of(user)])
        if said["score"] < 3:
            hint = said["feedback"]["warning"] or "It is easy to guess."
            raise ValidationError(
                f"{hint.rstrip('.')}. Several words that have nothing to do with each other are"
                " better.",
                code="password_easy_to_guess",
            )

    def get_help_text(self) -> str:
        """The rule in words."""
        return "It must be hard to guess: several unrelated words do well."


class NotOurWords:
    """Refuses a password of which little is left without the product's and the carrier's names."""

    LEFT = 8

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError for a password that leans on our own names."""
        rest = password.casefold()
        found = [word for word in sorted(own_words(), key=len, reverse=True) if word in rest]
        for word in found:
            rest = rest.replace(word, "")
        if found and len(re.sub(r"[\W\d_]", "", rest)) < self.LEFT:
            raise ValidationError(
                "It is made of the name of the product or of the company, which is what a guesser"
                " tries first.",
                code="password_our_words",
            )

    def get_help_text(self) -> str:
        """The rule in words."""
        return "It cannot be made of the name of this product or of the company."


def own_words() -> set[str]:
    """The product's words, and those of the carrier's name."""
    carrier = Carrier.get()
    names = re.findall(r"\w{3,}", carrier.legal_name.casefold()) if carrier else []
    return {*OWN_WORDS, *(word for word in names if word not in SHORT)}


def words_of(user: Any) -> Iterator[str]:
    """The names of a person."""
    for attribute in ("username", "first_name", "last_name", "email"):
        if value := getattr(user, attribute, ""):
            yield value
