"""References: the short code on a notice that says which delivery it was. Pure."""

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O or U to misread


def reference(delivery_id: int) -> str:
    """The reference of the delivery with this id: its number and a check character, ``N-1Z9K7``."""
    digits = ""
    rest = delivery_id
    while rest:
        rest, place = divmod(rest, 32)
        digits = ALPHABET[place] + digits
    return f"N-{digits.rjust(4, '0')}{check_character(delivery_id)}"


def check_character(delivery_id: int) -> str:
    """A character that differs for any single misread place of the number (modulus 31, prime)."""
    return ALPHABET[delivery_id % 31]


def delivery_id(code: str) -> int | None:
    """The delivery id that ``code`` names, or None when it is not a reference of ours.

    Lower case, spaces, and letters mistaken for digits (O, I, L) are understood.
    """
    text = code.upper().strip().replace(" ", "").replace("-", "")
    text = text.translate(str.maketrans("OIL", "011"))
    if len(text) < 6 or text[0] != "N" or any(c not in ALPHABET for c in text[1:]):
        return None
    number = 0
    for c in text[1:-1]:
        number = number * 32 + ALPHABET.index(c)
    return number if number and check_character(number) == text[-1] else None
