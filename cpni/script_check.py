"""Does a script say what the rules ask of it? Looked for by its words, kind by kind. Pure.

What is not found may still be said in other words: the person who approves the script decides, and
says so. It finds what was forgotten, and does not judge how well it is said.
"""

from dataclasses import dataclass

from notices.elements import (
    ENGLISH,
    LANGUAGES,
    NO_EFFECT,
    RIGHT_AND_DUTY,
    SPANISH,
    UNTIL_REVOKED,
    Element,
)
from notices.placeholders import PATTERN

ONE_TIME, OPT_IN, OPT_BACK, POLICY_CHANGE, READ_BACK = (
    "one_time",
    "opt_in",
    "opt_back",
    "policy_change",
    "read_back",
)

PLACEHOLDERS = {
    "carrier_name": "The carrier's legal name",
    "support_number": "The support telephone number",
    "optout_number": "The 24-hour opt-out telephone number",
    "uses": "The uses that are asked for or declined, in words",
    "recipients": "Who would receive the information, by name",
    "reference": "The reference of the request that was recorded",
    "policy_number": "The number of the policy version",
    "policy_effective_on": "The day from which that version is effective",
    "changes": "What the policy version changes",
}


@dataclass(frozen=True)
class Missing:
    """An element that the text in one language does not seem to have."""

    element: Element
    language: str

    def __str__(self) -> str:
        return f"{LANGUAGES[self.language]}: {self.element.words} ({self.element.section})"


TYPES = Element(
    "types",
    "what the information is",
    "64.2008(c)(2)",
    r"(?=.*\bservices?\b)(?=.*\b(amount|how much|usage)\b)(?=.*\bbills?\b)",
    r"(?=.*\bservicios?\b)(?=.*\b(cuánto|volumen|cantidad)\b)(?=.*\bfacturas?\b)",
)
LOCATION = Element(
    "location",
    "location, which is part of what the law names",
    "47 USC 222(h)(1)(A)",
    r"\b(location|where)\b",
    r"(\bubicación\b|\bdónde\b)",
)
PURPOSE = Element(
    "purpose",
    "the purpose",
    "64.2008(c)(2)",
    r"(\{\{ ?uses ?\}\}|\b(to|so that \w+ (can|may)) (tell|offer|show|suggest|talk)\b)",
    r"(\{\{ ?uses ?\}\}|\bpara (hablarle|ofrecerle|mostrarle|proponerle|informarle)\b)",
)
USES = Element(
    "uses",
    "the uses, by the placeholder {{ uses }}",
    "64.2008(c)(2)",
    r"\{\{ ?uses ?\}\}",
    r"\{\{ ?uses ?\}\}",
)
RECIPIENTS = Element(
    "recipients",
    "who receives it, by the placeholder {{ recipients }}",
    "64.2008(c)(2)",
    r"\{\{ ?recipients ?\}\}",
    r"\{\{ ?recipients ?\}\}",
)
THIS_CALL_ONLY = Element(
    "this_call_only",
    "that it is for this call only",
    "64.2008(f)(1), (2)(iii)",
    r"(\b(this|the) call only\b|\bonly (for|during|on) (this|the) call\b"
    r"|\b(when|once|after) (this|the) call (ends|is over)\b)",
    r"(\bsolo (durante|para|en) esta llamada\b|\b(durante|para|en) esta llamada solamente\b"
    r"|\bcuando termine (esta|la) llamada\b)",
)
MAY_SAY_NO = Element(
    "may_say_no",
    "that the customer may say no",
    "64.2008(c)(2), (f)(2)(iv)",
    r"\b(you (may|can) (say no|refuse|decline|deny)|if you say no"
    r"|right to (say no|refuse|deny|disapprove))\b",
    r"\b(puede (decir que no|negarse|rechazar)|si dice que no|derecho a (negarse|no autorizar))\b",
)
WITHDRAW = Element(
    "withdraw",
    "that it can be taken back at any time",
    "64.2008(c)(2)",
    r"\bat any time\b",
    r"\ben cualquier momento\b",
)
HOW = Element(
    "how",
    "how to take it back: the number to call",
    "64.2008(c)(3)",
    r"\{\{ ?(optout|support)_number ?\}\}",
    r"\{\{ ?(optout|support)_number ?\}\}",
)
QUESTION = Element(
    "question",
    "a question that is answered by yes or no",
    "64.2007(a)(1)",
    r"\?",
    r"¿.+\?",
)
WHAT_CHANGES = Element(
    "what_changes",
    "what changes, by the placeholder {{ changes }}",
    "Privacy policy",
    r"\{\{ ?changes ?\}\}",
    r"\{\{ ?changes ?\}\}",
)
FROM_WHEN = Element(
    "from_when",
    "from when, by the placeholder {{ policy_effective_on }}",
    "Privacy policy",
    r"\{\{ ?policy_effective_on ?\}\}",
    r"\{\{ ?policy_effective_on ?\}\}",
)
CHOICE = Element(
    "choice",
    "that the customer has a choice",
    "Privacy policy",
    r"\b(choice|choose|accept)\b",
    r"\b(elegir|elige|decisión|acepta)\b",
)
COLLECTED_UNDER = Element(
    "collected_under",
    "what governs the information collected before",
    "Privacy policy",
    r"\bcollected\b",
    r"\brecopil(ó|ada|amos)\b",
)
REFERENCE = Element(
    "reference",
    "the reference, by the placeholder {{ reference }}",
    "64.2007(a)(3)",
    r"\{\{ ?reference ?\}\}",
    r"\{\{ ?reference ?\}\}",
)

LASTING = (
    RIGHT_AND_DUTY,
    TYPES,
    LOCATION,
    USES,
    RECIPIENTS,
    MAY_SAY_NO,
    NO_EFFECT,
    WITHDRAW,
    HOW,
    UNTIL_REVOKED,
    QUESTION,
)
# A one-time script may leave out that previous opt-outs stand, affiliates and third parties, and
# how to withdraw later, where nothing of it applies: 64.2008(f)(2)(i)-(iii).
REQUIRED: dict[str, tuple[Element, ...]] = {
    ONE_TIME: (
        RIGHT_AND_DUTY,
        TYPES,
        LOCATION,
        PURPOSE,
        THIS_CALL_ONLY,
        MAY_SAY_NO,
        NO_EFFECT,
        QUESTION,
    ),
    OPT_IN: LASTING,
    OPT_BACK: LASTING,
    POLICY_CHANGE: (WHAT_CHANGES, FROM_WHEN, CHOICE, COLLECTED_UNDER, NO_EFFECT, QUESTION),
    READ_BACK: (USES, UNTIL_REVOKED, NO_EFFECT, REFERENCE),
}


def missing(kind: str, *, english: str, spanish: str) -> list[Missing]:
    """What a script of ``kind`` must say and its texts do not seem to say, language by language."""
    return [
        Missing(element, language)
        for language, text in ((ENGLISH, english), (SPANISH, spanish))
        for element in REQUIRED[kind]
        if not element.said_in(text, language)
    ]


def wrong_placeholders(text: str) -> str:
    """What is wrong with the placeholders of ``text``, as a sentence; "" when nothing is."""
    unknown = sorted({name for name in PATTERN.findall(text) if name not in PLACEHOLDERS})
    if unknown:
        names = ", ".join(f"“{name}”" for name in unknown)
        return f"Unknown placeholder: {names}. Use one of: {', '.join(PLACEHOLDERS)}."
    rest = PATTERN.sub("", text)
    if "{{" in rest or "}}" in rest:
        return "A placeholder is not well formed. Write it like {{ uses }}."
    return ""
