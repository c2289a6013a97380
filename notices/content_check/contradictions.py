"""What in the words contradicts the notice's settings, the carrier's record, or itself. Pure.

Each function takes the parts that a line is about and the facts, and yields what is wrong and
where. Only words that stand in the text are compared: a placeholder is always right.
"""

import re
from collections.abc import Iterator

from notices.content_check.facts import Facts
from notices.content_check.postal import addresses
from notices.content_check.reading import (
    Part,
    Place,
    on_one_line,
    sentence_around,
    sentences,
    shown,
)
from notices.content_check.spans import spans

# A company by its legal form; two of them in a row are one name each.
COMPANY = re.compile(
    r"\b[A-Z][\w&’'-]*(?: (?:[A-Z&][\w&’'-]*|of|de|y|and))*,? "
    r"(?:LLC|L․L․C|Inc|Corp|Corporation|Company|Co|Ltd|LP|LLP)\b"
)
# By a value of Use.Recipient: who it is called in each language.
CALLED = {
    "agent": {"en": r"\bagents?\b", "es": r"\bagentes?\b"},
    "affiliate": {"en": r"\baffiliates?\b", "es": r"\bafiliad[ao]s?\b"},
}
OURS = {"en": r"\b(?:our|its|their|trusted|with)\b", "es": r"\b(?:nuestr[ao]s?|sus?|con)\b"}
CARRIER = r"\{\{ ?carrier_name ?\}\}"
TELEPHONE = re.compile(
    r"(?<![\d-])(?:\+?1[-․ ])?\(?(\d{3})\)?[-․ ]{1,2}(\d{3})[-․ ](\d{4})(?![\d-])"
)
EMAIL = re.compile(r"[\w+․-]+@[\w․-]+\w")
OFFICER = re.compile(
    r"((?:[A-Z][\w’'-]+,? )(?:[A-Z][\w․’'-]+,? )+)(?:(?:our|the|nuestr[oa]) )?"
    r"(?:Compliance Officer|(?i:responsable de cumplimiento))"
)
WE_DO_NOT = {
    "en": r"\b(?:will not|do not|does not|never)\b[^.?!¶]*\b(?:sell|share|rent|disclose)\b",
    "es": r"\b(?:no|nunca)\b[^.?!¶]{0,30}\b(?:vend\w+|compart\w+|divulg\w+)\b",
}
BUT_WE_DO = {
    "en": r"\b(?:share|disclose|give|except)\b[^.?!¶]*\bwith\b[^.?!¶]*"
    r"\b(?:contractors?|partner\w*|other companies|vendors?)\b",
    "es": r"\b(?:compart\w+|divulg\w+|salvo)\b[^.?!¶]*\bcon\b[^.?!¶]*"
    r"\b(?:contratistas?|socios?|otras empresas|proveedores)\b",
}
LEAST_POINTS = 12


def unnamed_recipients(parts: tuple[Part, ...], facts: Facts) -> Iterator[Place]:
    """Recipients that are asked for and of whom no sentence has a name."""
    for part in parts:
        line = on_one_line(part.text)
        said = [line[a:b] for a, b in sentences(line)]
        if "own" in facts.recipients and not _names_the_carrier(line, facts):
            yield Place(part.language, part.form, "The carrier is not named.")
        for recipient, called in CALLED.items():
            if recipient not in facts.recipients:
                continue
            about = [s for s in said if re.search(called[part.language], s, re.IGNORECASE)]
            if not any(COMPANY.search(s) for s in about):
                words = f"No {recipient} is named"
                yield Place(
                    part.language,
                    part.form,
                    f"{words}: “{shown(about[0])}”" if about else f"{words}.",
                )


def _names_the_carrier(line: str, facts: Facts) -> bool:
    name = on_one_line(facts.carrier_name)
    return re.search(CARRIER, line) is not None or bool(name and name in line)


def recipients_not_asked_for(parts: tuple[Part, ...], facts: Facts) -> Iterator[Place]:
    """Agents or affiliates in the words of a notice that asks for no use by them."""
    for part in parts:
        line = on_one_line(part.text)
        for recipient, called in CALLED.items():
            theirs = rf"{OURS[part.language]} (?:\w+ ){{0,2}}{called[part.language]}"
            found = re.search(theirs, line, re.IGNORECASE)
            if found and recipient not in facts.recipients:
                yield _at(part, line, found)


def other_waiting_days(parts: tuple[Part, ...], facts: Facts) -> Iterator[Place]:
    """Days, weeks or months in figures or words that are not the days of the setting."""
    for part in parts:
        line = on_one_line(part.text)
        for found, days in spans(line, part.language):
            if days != facts.waiting_days:
                yield _at(part, line, found, f"The setting is {facts.waiting_days} days: ")


def other_address(parts: tuple[Part, ...], facts: Facts) -> Iterator[Place]:
    """Postal addresses that are not the carrier's: by state, ZIP code, and number of the house."""
    for part in parts:
        line = on_one_line(part.text)
        for one in addresses(line):
            if facts.postcode and f"{one.state} {one.postcode}" != facts.postcode[:8]:
                yield _at(part, line, one.found, f"The carrier's has {facts.postcode}: ")
            elif facts.houses and one.house and one.house not in facts.houses:
                houses = " or ".join(sorted(facts.houses))
                yield _at(part, line, one.found, f"The carrier's has the number {houses}: ")


def other_numbers(parts: tuple[Part, ...], facts: Facts) -> Iterator[Place]:
    """Telephone numbers and e-mail addresses in the words that are not the carrier's."""
    for part in parts:
        line = on_one_line(part.text)
        for found in TELEPHONE.finditer(line):
            if facts.numbers and "".join(found.groups()) not in facts.numbers:
                yield _at(part, line, found)
        for found in EMAIL.finditer(line):
            if facts.email and shown(found[0]).lower() != facts.email.lower():
                yield _at(part, line, found)


def other_officer(parts: tuple[Part, ...], facts: Facts) -> Iterator[Place]:
    """A compliance officer by another name."""
    for part in parts:
        line = on_one_line(part.text)
        for found in OFFICER.finditer(line):
            if facts.officer and facts.officer not in shown(found[1]):
                yield _at(part, line, found, f"The officer is {facts.officer}: ")


def shares_and_does_not(parts: tuple[Part, ...], facts: Facts) -> Iterator[Place]:
    """A promise not to share, in a text that shares with companies outside."""
    for part in parts:
        line = on_one_line(part.text)
        promise = re.search(WE_DO_NOT[part.language], line, re.IGNORECASE)
        if promise and re.search(BUT_WE_DO[part.language], line, re.IGNORECASE):
            yield _at(part, line, promise)


def small_type(parts: tuple[Part, ...], facts: Facts) -> Iterator[Place]:
    """Letters that are set in less than 12 points."""
    if facts.letter_points < LEAST_POINTS:
        for part in parts:
            yield Place(part.language, part.form, f"Letters are set in {facts.letter_points:g} pt.")


def _at(part: Part, line: str, found: re.Match[str], before: str = "") -> Place:
    around = sentence_around(line, found.start(), found.end())
    return Place(part.language, part.form, f"{before}“{around}”")
