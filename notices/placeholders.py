"""Placeholders in notice texts: ``{{ name }}``, from a fixed list. Pure.

There is nothing else to a template: no conditions, loops, filters or attributes, so a text can
neither run code nor reach another customer's data.
"""

import re
from collections.abc import Mapping

from django.core.exceptions import ValidationError

PLACEHOLDERS = {
    "carrier_name": "The carrier's legal name",
    "support_number": "The support telephone number",
    "optout_number": "The 24-hour opt-out telephone number",
    "optout_address": "The postal address for opt-outs, on lines",
    "optout_email": "The e-mail address for opt-outs",
    "officer_name": "The compliance officer",
    "officer_title": "The compliance officer's title",
    "waiting_days": "The days that this notice gives",
    "policy_number": "The number of the policy version",
    "policy_effective_on": "The day from which that version is effective",
    "customer_name": "The customer's name",
    "reference": "The reference by which a reply is matched to this customer",
    "choice_link": "The address of the customer's own page on the web, to object or allow",
    "change": "What kind of thing was changed; in notices of account changes",
    "changed_on": "The day on which it was changed; there too, and in confirmations of choices",
    "choice": "What the customer chose, as a sentence; in confirmations of choices",
    "code": "The one-time code; in notices of one-time codes",
    "unsubscribe_link": "The address at which marketing by e-mail is stopped; in marketing",
}
# These differ from customer to customer; the others are filled in once for a campaign.
PER_CUSTOMER = frozenset(
    {
        *("customer_name", "reference", "choice_link", "change", "changed_on", "choice", "code"),
        "unsubscribe_link",
    }
)
OF_A_CHANGE = frozenset({"change", "changed_on"})
OF_A_CHOICE = frozenset({"choice", "changed_on"})
OF_A_CODE = frozenset({"code"})
OF_MARKETING = frozenset({"unsubscribe_link"})
# What is the kind's own, by the code of a ``Notice.Kind`` that tells of no rights.
OWN = {
    "account_change": OF_A_CHANGE,
    "choice": OF_A_CHOICE,
    "one_time_code": OF_A_CODE,
    "marketing": OF_MARKETING,
}
# They speak of a policy, or of what only a notice with a waiting period has.
OF_A_POLICY = frozenset({"waiting_days", "policy_number", "policy_effective_on", "choice_link"})

# Words within two braces, not three. Possessive throughout: a text of nothing but braces and spaces
# is read in one pass.
PATTERN = re.compile(r"(?<!\{)\{\{\s*+([^{}\s]*+(?:\s++[^{}\s]++)*+)\s*+\}\}(?!\})")


def placeholders_in(text: str) -> set[str]:
    """The names of the placeholders in ``text``."""
    return set(PATTERN.findall(text))


def placeholders_of(kind: str) -> set[str]:
    """The placeholders that notices of ``kind`` (a ``Notice.Kind``) have something to put for."""
    most = PLACEHOLDERS.keys() - OF_A_POLICY.union(*OWN.values())
    return most | OWN.get(kind, OF_A_POLICY)


def check_placeholders(text: str) -> None:
    """Raise ValidationError if ``text`` has a placeholder that is unknown or not well formed."""
    unknown = sorted({name for name in PATTERN.findall(text) if name not in PLACEHOLDERS})
    if unknown:
        names = ", ".join(f"“{name}”" for name in unknown)
        raise ValidationError(
            f"Unknown placeholder: {names}. Use one of: {', '.join(PLACEHOLDERS)}."
        )
    rest = PATTERN.sub("", text)
    if "{{" in rest or "}}" in rest:
        raise ValidationError(
            "A placeholder is not well formed. Write it like {{ customer_name }}."
        )


def fill(text: str, values: Mapping[str, str]) -> str:
    """``text`` with the placeholders that ``values`` names filled in; others are left standing.

    Values are put in as they are, once: a value that looks like a placeholder stays as it is.
    """
    return PATTERN.sub(lambda found: values.get(found[1], found[0]), text)
