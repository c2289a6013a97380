"""Spans of days as people write them, in figures and words: “15 days”, “two weeks”. Pure."""

import re
from collections.abc import Iterator

_ONES = {
    "en": (
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
        " sixteen seventeen eighteen nineteen"
    ),
    "es": (
        "un dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince"
        " dieciséis diecisiete dieciocho diecinueve veinte veintiún veintidós veintitrés"
        " veinticuatro veinticinco veintiséis veintisiete veintiocho veintinueve"
    ),
}
_TENS = {
    "en": "twenty thirty forty fifty sixty seventy eighty ninety",
    "es": "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
}
AND = {"en": "-", "es": " y "}


def _words(language: str) -> dict[str, int]:
    ones = _ONES[language].split()
    found = {word: number for number, word in enumerate(ones, start=1)}
    for ten, word in enumerate(_TENS[language].split(), start=2):
        found[word] = ten * 10
        for one in range(1, 10):
            found[f"{word}{AND[language]}{ones[one - 1]}"] = ten * 10 + one
    return found


IN_WORDS = {
    "en": _words("en"),
    "es": {**_words("es"), "una": 1, "veintiuna": 21},
}
NUMBERS = {
    language: "|".join([r"\d+", *sorted(words, key=len, reverse=True)])
    for language, words in IN_WORDS.items()
}
# A number in words may have its figures behind it: “fifteen (15) days”. Days stand for themselves;
# weeks and months only where a span begins, or “once a week” would be one.
DAYS = {
    "en": rf"\b({NUMBERS['en']})(?: \(\d+\))?[- ](?:(?:calendar|business|working)[- ])?(days?)\b"
    r"(?! a week)",
    "es": rf"\b({NUMBERS['es']})(?: \(\d+\))? (días)\b(?! (?:de|a) la semana)",
}
LONGER = {
    "en": r"\b(?:within|in|after|for|next|of|least)(?: the| next| at least)*"
    rf" (a|{NUMBERS['en']})(?: \(\d+\))?[- ](weeks?|months?)\b",
    "es": r"\b(?:en|dentro de|durante|tras|después de|de|menos)(?: las?| los| próxim[ao]s)*"
    rf" ({NUMBERS['es']})(?: \(\d+\))? (semanas?|mes(?:es)?)\b",
}
WEEK = 7


def spans(line: str, language: str) -> Iterator[tuple[re.Match[str], int | None]]:
    """Each span in ``line`` with its days; None of months, which have no number of days."""
    for patterns in (DAYS, LONGER):
        for found in re.finditer(patterns[language], line, re.IGNORECASE):
            number = found[1].lower()
            count = int(number) if number.isdigit() else IN_WORDS[language].get(number, 1)
            unit = found[2].lower()
            if unit.startswith("m"):
                yield found, None
            else:
                yield found, count * (WEEK if unit.startswith(("week", "semana")) else 1)
