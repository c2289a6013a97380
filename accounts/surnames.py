"""Surnames out of names, so that two can be compared. Pure: no database, no clock."""

import re
import unicodedata

# Words that belong to a surname and do not tell one from another.
# fmt: off
PARTICLES = frozenset((
    "al", "ap", "da", "das", "de", "del", "della", "den", "der", "di", "do", "dos", "du", "el",
    "la", "las", "le", "los", "ter", "van", "von",
))
# fmt: on
SUFFIXES = frozenset(("jr", "sr", "ii", "iii", "iv", "esq", "md", "phd"))


def surnames(name: str, *, whole: bool = False) -> set[str]:
    """The surnames in ``name``, without accents, case and particles; both of a double one.

    ``name`` is a surname, however many words it has; with ``whole`` it is a whole name, of which
    the last word is the surname (“Ann de la Cruz Jr.”), or what is before a comma (“Cruz, Ann”).
    """
    plain = unicodedata.normalize("NFKD", name).casefold()
    plain = (
        "".join(c for c in plain if not unicodedata.combining(c)).replace("’", "").replace("'", "")
    )
    if whole and "," in plain and not set(_words(plain.rpartition(",")[2])) <= SUFFIXES:
        plain, whole = plain.partition(",")[0], False
    groups = [_words(group) for group in plain.replace(",", " ").split()]
    groups = [g for g in groups if g and not set(g) <= SUFFIXES | PARTICLES]
    kept = groups[-1:] if whole else groups
    return {word for group in kept for word in group if word not in PARTICLES and len(word) > 1}


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text)
