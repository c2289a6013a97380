"""Checks and normal forms of what customers can be reached by."""

import re

import phonenumbers
from django.core.exceptions import ValidationError
from email_validator import EmailNotValidError, validate_email

REGION = "US"  # numbers without a country code belong to the North American plan
POSTCODE = re.compile(r"\d{5}(-\d{4})?")
# Names travel into mail headers, letters and spreadsheets: no line ends, no control characters.
CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")


def telephone(text: str) -> str:
    """``text`` as an E.164 number such as +18003636177.

    Raises ValidationError when it is not a possible telephone number.
    """
    try:
        number = phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException as error:
        raise ValidationError(
            f"“{text}” is not a telephone number. Write it like 801-555-0134."
        ) from error
    if not phonenumbers.is_possible_number(number):
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


def validate_one_line(text: str) -> None:
    """Raise ValidationError if ``text`` holds a line break or another control character."""
    one_line(text)


def one_line(text: str) -> str:
    """``text`` without spaces around it. Raises ValidationError if it holds control characters."""
    if CONTROL.search(text):
        raise ValidationError("It holds a line break or another control character. Remove it.")
    return text.strip()
