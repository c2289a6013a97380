"""What the words of a notice are compared with: its settings and the carrier's record. Pure."""

from dataclasses import dataclass

SUBJECT, EMAIL, LETTER, SHORT = "subject", "email", "letter", "short"
FORMS = {SUBJECT: "Subject", EMAIL: "E-mail", LETTER: "Letter", SHORT: "Text message"}
BODIES = (EMAIL, LETTER, SHORT)

# What a line may concern: a notice that asks for approval, whatever its kind, or one of a kind.
ASKING = "asking"
POLICY_CHANGE, ACCOUNT_CHANGE, ONE_TIME_CODE = "policy_change", "account_change", "one_time_code"


@dataclass(frozen=True)
class Facts:
    """The settings of a notice, and of the carrier what a notice may name.

    ``concerns`` is the notice's kind, and ``ASKING`` where it asks for approval; ``forms`` are
    those that it goes by; ``recipients`` of ``Use.Recipient``. Where the carrier is not filled in,
    its facts are empty and nothing is compared with them.
    """

    concerns: frozenset[str]
    forms: tuple[str, ...]
    waiting_days: int
    recipients: frozenset[str] = frozenset()
    carrier_name: str = ""
    postcode: str = ""  # with the state: “UT 84047”
    houses: frozenset[str] = frozenset()  # numbers of house, box or suite in the lines before it
    email: str = ""
    numbers: frozenset[str] = frozenset()  # ten digits each
    officer: str = ""
    letter_points: float = 12
