"""Whether each language of a notice is whole: no empty part, nothing left untranslated. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterator

from notices.content_check.facts import FORMS, SUBJECT, Facts
from notices.content_check.reading import MARK, Part, Place, on_one_line, shown
from notices.elements import ENGLISH, LANGUAGES, SPANISH
from notices.placeholders import placeholders_in

# The commonest words, by which a paragraph's language shows.
COMMON = {
    ENGLISH: frozenset(
        [
            "the",
            "of",
            "and",
            "to",
            "you",
            "your",
            "we",
            "our",
            "is",
            "that",
            "this",
            "will",
            "not",
            "for",
            "with",
            "it",
            "or",
        ]
    ),
    SPANISH: frozenset(
        [
            "el",
            "la",
            "los",
            "las",
            "de",
            "que",
            "y",
            "usted",
            "su",
            "sus",
            "se",
            "no",
            "para",
            "con",
            "por",
            "un",
            "una",
            "es",
        ]
    ),
}
# So many common words of the other language, and at least twice as many as of its own, are no
# quotation and no name.
MANY = 4
# The officer's title is data in English, so other languages have words of their own instead.
ENGLISH_BY_NATURE = {"officer_title"}
WORDS = re.compile(r"[^\W\d_]+")


def empty_parts(parts: tuple[Part, ...], facts: Facts) -> Iterator[Place]:
    """Parts without words that the notice needs, by whichever way it may go; English always."""
    by_language: dict[str, set[str]] = defaultdict(set, {ENGLISH: set()})
    for part in parts:
        by_language[part.language] |= {part.form} if part.text.strip() else set()
    for language, there in by_language.items():
        for form in (SUBJECT, *facts.forms):
            if form not in there:
                yield Place(language, form, f"{LANGUAGES[language]}: no {FORMS[form].lower()}.")


def left_untranslated(parts: tuple[Part, ...], facts: Facts) -> Iterator[Place]:
    """Paragraphs in another language than their part's, and placeholders that only one has."""
    for part in parts:
        for paragraph in on_one_line(part.text).split(MARK):
            words = [word.lower() for word in WORDS.findall(paragraph)]
            own, other = (
                sum(word in COMMON[language] for word in words)
                for language in (part.language, _other(part.language))
            )
            if other >= MANY and other >= 2 * own:
                yield Place(part.language, part.form, f"“{shown(paragraph)}”")
    named = {
        (part.form, part.language): placeholders_in(part.text) - ENGLISH_BY_NATURE
        for part in parts
        if part.text.strip()
    }
    for (form, language), names in named.items():
        missing = named.get((form, _other(language)), names) - names
        if missing:
            yield Place(language, form, f"It lacks {', '.join(sorted(missing))}.")


def _other(language: str) -> str:
    return SPANISH if language == ENGLISH else ENGLISH
