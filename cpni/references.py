"""References of opt-out requests: what is read back to whoever calls. Pure."""

import re

from notices.references import BETWEEN

# A zero is what somebody may type for the letter; then what is between tells it from a number.
WRITTEN = re.compile(
    rf"(?:O{BETWEEN.pattern}*|0{BETWEEN.pattern}+)((?:{BETWEEN.pattern}*[0-9]){{5,18}})"
)


def reference(request_id: int) -> str:
    """The reference of the opt-out request with this id: ``O-00042``."""
    return f"O-{request_id:05}"


def request_id(code: str) -> int | None:
    """The request that ``code`` names, or None when it is not a reference of ours.

    Lower case, spaces, and a zero for the letter are understood; the number has all its digits.
    """
    found = WRITTEN.fullmatch(code.strip().upper())
    if found is None:
        return None
    digits = BETWEEN.sub("", found[1])
    # Made again and compared, so that there is one way to write each reference.
    return int(digits) if int(digits) and reference(int(digits))[2:] == digits else None
