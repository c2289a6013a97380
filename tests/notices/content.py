"""Notices for the content check: the standard ones as parts, and what they are compared with."""

from pathlib import Path

from notices.content_check import Facts, Part, check
from notices.policy_changes import Declared, changes
from notices.standard_texts import _read

FOLDER = Path(__file__).parent
CARRIER = {
    "carrier_name": "Wasatch Telephone, Inc.",
    "postcode": "UT 84047",
    "houses": frozenset({"500"}),
    "email": "cpni@wasatch.example",
    "numbers": frozenset({"8005550134", "8005550177"}),
    "officer": "Robin Hale",
}
USES = {
    "cpni_notice": ("other-services", "agents", "affiliates"),
    "policy_change": ("affiliates",),
}
RECIPIENTS = {
    "cpni_notice": frozenset({"own", "agent", "affiliate"}),
    "policy_change": frozenset({"affiliate"}),
}
KINDS = {"cpni_notice": "cpni", "policy_change": "policy_change"}


def facts(name="cpni_notice", **kwargs):
    """The settings of a standard notice, with changes."""
    given = {
        "concerns": frozenset({"asking", KINDS[name]}),
        "forms": ("email", "letter"),
        "waiting_days": 33,
        "recipients": RECIPIENTS[name],
        **CARRIER,
    }
    return Facts(**{**given, **kwargs})


def standard(name="cpni_notice"):
    """The parts of a standard notice."""
    parts = []
    asked = [Declared(code, "p", "r", "opt_out") for code in USES[name]]
    told = changes([], asked, labels={})
    for language in ("en", "es"):
        email, letter = (
            _read(f"{name}.{language}.{form}.txt", asked, told, language)
            for form in ("email", "letter")
        )
        subject, _, email = email.partition("\n\n")
        parts += [
            Part(language, "subject", subject.removeprefix("Subject: ")),
            Part(language, "email", email),
            Part(language, "letter", letter),
        ]
    return parts


def english(email, subject="Your CPNI rights", **kwargs):
    """A check of an English notice that goes by e-mail only: results by line."""
    parts = [Part("en", "subject", subject), Part("en", "email", email)]
    return by_line(parts, facts(forms=("email",), **kwargs))


def by_line(parts, about):
    """What came of each line."""
    return {result.line.code: result for result in check(parts, about)}


def failing(parts, about):
    """The lines that fail."""
    return {code for code, result in by_line(parts, about).items() if result.fails}
