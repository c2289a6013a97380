"""Checks and normal forms of what customers can be reached by."""

import re

import phonenumbers
from django.core.exceptions import ValidationError
from email_validator import EmailNotValidError, validate_email

REGION = "US"  # numbers without a country code belong to the North American plan
PLAIN_NUMBER = re.compile(r"\(?([2-9]\d\d)\)?[-. ]?([2-9]\d\d)[-. ]?(\d{4})", re.ASCII)
# Nothing here needs quoting, folding or punycode; special names (RFC 6761) are left to the library.
PLAIN_ADDRESS = re.compile(
    r"([a-z0-9]+(?:[._+-][a-z0-9]+)*)@((?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+(?:com|net|org|edu|us))",
    re.ASCII | re.IGNORECASE,
)
POSTCODE = re.compile(r"\d{5}(-\d{4})?", re.ASCII)
HOUSE_NUMBER = re.compile(r"\d+", re.ASCII)
# Names travel into mail headers, letters, spreadsheets and terminals: no line ends, no control
# characters (\x9b alone begins a terminal's commands), nothing that makes a reader see letters in
# another order (Unicode TR 36, "bidirectional text spoofing"), no half of a surrogate pair, which
# no file can hold.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def telephone(text: str) -> str:
    """``text`` as an E.164 number such as +18003636177.

    Raises ValidationError when it is not a possible telephone number.
    """
    # The library takes 60 µs; an import of a million customers has mostly ten-digit numbers.
    plain = PLAIN_NUMBER.fullmatch(text)
    if plain:
        return "+1" + "".join(plain.groups())
    try:
        number = phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException as error:
        raise ValidationError(
            f"“{text}” is not a telephone number. Write it like 801-555-0134."
        ) from error
    # Seven digits are "possible" to the library, but cannot be called from elsewhere.
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise ValidationError(f"“{text}” is not a telephone number. Write it like 801-555-0134.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def telephone_shown(number: str) -> str:
    """An E.164 ``number`` as people of its country write it, or unchanged if it is not one."""
    try:
        parsed = phonenumbers.parse(number, REGION)
    except phonenumbers.NumberParseException:
        return number
    style = (
        phonenumbers.PhoneNumberFormat.NATIONAL
        if parsed.country_code == 1
        else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )
    return phonenumbers.format_number(parsed, style)


def validate_telephone(text: str) -> None:
    """Raise ValidationError unless ``text`` is a telephone number."""
    telephone(text)


def email_address(text: str) -> str:
    """``text`` as an e-mail address in its normal form.

    Raises ValidationError when mail could not be addressed to it. Nothing is looked up.
    """
    # As above: the library takes 90 µs.
    plain = PLAIN_ADDRESS.fullmatch(text)
    if plain and len(plain[1]) <= 64 and len(text) <= 254:
        return f"{plain[1]}@{plain[2].lower()}"
    try:
        return validate_email(text, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise ValidationError(f"“{text}” is not an e-mail address: {error}") from error


def postcode(text: str) -> str:
    """``text`` as a ZIP code (five digits, or nine as 84047-1234). Raises ValidationError."""
    text = text.strip()
    if not POSTCODE.fullmatch(text):
        raise ValidationError(f"“{text}” is not a ZIP code. Write it like 84047 or 84047-1234.")
    return text


def house_number(line1: str) -> str:
    """The first number in the first line of a postal address: house, rural route or post box.

    Nothing when there is none. "7730 S Union Park Ave" gives 7730, "PO Box 12" gives 12.
    """
    found = HOUSE_NUMBER.search(line1)
    return found[0] if found else ""


def state(text: str) -> str:
    """``text`` as the two letters of a state. Raises ValidationError."""
    text = text.strip().upper()
    if not (len(text) == 2 and text.isascii() and text.isalpha()):
        raise ValidationError("It is not a state. Write two letters, such as UT.")
    return text


def record_id(text: str) -> int | None:
    """The id of a record as an address or a form gives it; None for what no database has as one."""
    return int(text) if text.isdecimal() and len(text) < 19 else None


def visible(text: str) -> str:
    """``text`` for a terminal: control characters are named (``\\x1b``) and not obeyed."""
    return CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def validate_one_line(text: str) -> None:
    """Raise ValidationError if ``text`` holds a line break or another control character."""
    one_line(text)


def one_line(text: str) -> str:
    """``text`` without spaces around it. Raises ValidationError if it holds control characters."""
    if CONTROL.search(text):
        raise ValidationError("It holds a line break or another control character. Remove it.")
    return text.strip()
