"""References: the short code on a notice that says which delivery it was. Pure."""

import re

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O or U to misread
MISREAD = str.maketrans("OIL", "011")
BETWEEN = re.compile(r"[\s\u2010-\u2015-]")  # spaces, and hyphens or the dashes typed for them
LONGEST = 15  # N, 13 places for the largest 64-bit id, the check character


def reference(delivery_id: int) -> str:
    """The reference of the delivery with this id: its number and a check character, ``N-1Z9K2``."""
    digits = ""
    rest = delivery_id
    while rest:
        rest, place = divmod(rest, 32)
        digits = ALPHABET[place] + digits
    return f"N-{digits.rjust(4, '0')}{check_character(delivery_id)}"


def check_character(delivery_id: int) -> str:
    """A character that differs when one place is misread or two neighbours are exchanged.

    The places are numbers of the field of 32 elements (a sum modulo 31 would take 0 for Z, and
    would not see an exchange): each goes in multiplied by a different power of 2.
    """
    sum_ = 0
    for shift in range(60, -1, -5):
        sum_ = _doubled(sum_) ^ (delivery_id >> shift & 31)
    return ALPHABET[_doubled(sum_)]


def _doubled(element: int) -> int:
    """Twice ``element`` in the field of 32 elements, with x⁵ = x² + 1."""
    return element << 1 ^ (0b100101 if element & 16 else 0)


def delivery_id(code: str) -> int | None:
    """The delivery id that ``code`` names, or None when it is not a reference of ours.

    Lower case, spaces, and letters mistaken for digits (O, I, L) are understood.
    """
    text = BETWEEN.sub("", code).upper().translate(MISREAD)
    if not 6 <= len(text) <= LONGEST or text[0] != "N" or any(c not in ALPHABET for c in text):
        return None
    number = 0
    for c in text[1:-1]:
        number = number * 32 + ALPHABET.index(c)
    if not 0 < number < 1 << 63:  # no id is larger, and SQLite refuses to look for one
        return None
    # Made again and compared, so that there is one way to write each reference.
    return number if reference(number).replace("-", "") == text else None
