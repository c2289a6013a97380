"""Names as they are searched: words without accents, case and punctuation. Pure.

The same functions make the words that are kept of a name and those of what is typed, so that the
two meet: "O'Neil" and "ONeil", "De la Cruz" and "Delacruz", "Smith, José" and "jose smith".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from string import ascii_lowercase

import jellyfish
from anyascii import anyascii

WORDS = 16  # of one name; no name of a person or firm has more that tell it from others
WORD_LENGTH = 40
SOUND_LENGTH = 16
# What is written together in one place and apart in another.
# fmt: off
JOINED = frozenset((
    "a", "al", "ap", "d", "da", "das", "de", "del", "della", "den", "der", "di", "do", "dos", "du",
    "el", "fitz", "la", "las", "le", "los", "mac", "mc", "o", "saint", "san", "st", "ter", "van",
    "von",
))
# What a caller leaves out or adds, and what tells nobody from another.
NOISE = frozenset((
    "and", "co", "company", "corp", "corporation", "dba", "dr", "esq", "inc", "incorporated",
    "jr", "limited", "llc", "llp", "lp", "ltd", "md", "mr", "mrs", "ms", "of", "pc", "phd", "pllc",
    "sr", "the",
))
# fmt: on
SOFT_G = re.compile(r"g(?=[eiy])")
PARTS = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True)
class NameForms:
    """A name's forms: every word in order, and the words that are written together as well."""

    words: tuple[str, ...]
    together: tuple[str, ...]  # a reading of the same name with what may be joined joined
    joined: tuple[str, ...]  # each word that joining makes

    @property
    def all(self) -> tuple[str, ...]:
        """Each form once, in order."""
        return tuple(dict.fromkeys(self.words + self.joined))


def forms(name: str) -> NameForms:
    """The words of ``name`` in their normal form: letters a to z and digits.

    Punctuation parts words and joins them: "Smith-Jones" is smith, jones and smithjones, "AT&T" is
    at, t and att. A particle is also joined to what follows it: "de la Cruz" is delacruz too.
    """
    plain = name if name.isascii() else anyascii(name)
    plain = plain.lower().replace("’", "'")
    words: list[str] = []
    together: list[str] = []
    joined: list[str] = []
    held: list[str] = []  # particles that wait for what follows them
    for token in re.split(r"[\s,;()]+", plain):
        parts = PARTS.findall(token)
        if not parts:
            continue
        words += parts
        whole = "".join(parts)
        if len(parts) > 1:
            joined.append(whole)
        elif whole in JOINED:
            held.append(whole)
            continue
        for start in range(len(held)):
            joined.append("".join(held[start:]) + whole)
        together.append("".join(held) + whole)
        held = []
    return NameForms(_cut(words), _cut([*together, *held]), _cut(joined))


def _cut(words: list[str]) -> tuple[str, ...]:
    return tuple(word[:WORD_LENGTH] for word in words[:WORDS])


def telling(words: tuple[str, ...]) -> tuple[str, ...]:
    """``words`` without those that tell nobody from another, unless there are no others."""
    return tuple(w for w in words if w not in NOISE) or words


def readings(text: str) -> list[tuple[str, ...]]:
    """What the typed ``text`` may mean: its words, and its words joined where they may be."""
    found = forms(text)
    both = (telling(tuple(dict.fromkeys(w))) for w in (found.words, found.together))
    return list(dict.fromkeys(words for words in both if words))


def kept(name: str) -> Iterator[tuple[str, str, str]]:
    """What is kept of ``name``: for each word the word, its sound, and the whole name.

    The whole name has a space before each word, so that ``" smi"`` finds where one begins.
    """
    found = forms(name).all
    whole = "".join(f" {word}" for word in found)
    for word in dict.fromkeys(telling(found)):
        yield word, sound(word), whole


def sound(word: str) -> str:
    """What ``word`` sounds like, in the letters of Metaphone; nothing for what has digits."""
    return jellyfish.metaphone(word)[:SOUND_LENGTH] if word.isalpha() else ""


def sounds(word: str) -> frozenset[str]:
    """The sounds that ``word`` may be meant for: its own, and with the hard g of "Rodriguez"."""
    return frozenset(filter(None, (sound(word), sound(SOFT_G.sub("gu", word)))))


def after(prefix: str) -> str:
    """The first text after all that begin with ``prefix``."""
    return prefix[:-1] + chr(ord(prefix[-1]) + 1)


def slips(word: str) -> set[str]:
    """Every word that one slip makes of ``word``: a letter left out, put in, changed or swapped.

    Some five hundred of a word of ten letters. That what is stored is asked for, instead of a
    similarity being computed of each stored word, is what makes it fast.
    """
    splits = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    made = {a + b[1:] for a, b in splits if b}
    made |= {a + b[1] + b[0] + b[2:] for a, b in splits if len(b) > 1}
    made |= {a + c + b[1:] for a, b in splits if b for c in ascii_lowercase}
    made |= {a + c + b for a, b in splits for c in ascii_lowercase}
    return made - {word, ""}


def likeness(typed: str, stored: str) -> float:
    """How like two words are, 0 to 1; one slip in either makes them very like."""
    return max(
        jellyfish.jaro_winkler_similarity(typed, stored),
        0.9 if jellyfish.damerau_levenshtein_distance(typed, stored) == 1 else 0.0,
    )
