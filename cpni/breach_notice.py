"""What customers are told of a breach, as a draft to be read, changed and sent.

The desk sends no such letters by itself: the officer copies the draft, exports the customers who
are named, and records the sending as a step. The words say what the adopted rule recommends, which
is more than the one in force asks.
"""

from accounts.civil import civil_day
from accounts.fields import telephone_shown
from accounts.models import Carrier, Customer
from cpni.models import Breach
from cpni.standard_scripts import words
from notices.placeholders import fill
from notices.rendering import date_in_words

BLANK = "____"


def drafts(breach: Breach) -> list[tuple[str, str]]:
    """The draft in each language, by the language's name; what is not known is left blank."""
    return [(str(language.label), _draft(breach, language.value)) for language in Customer.Language]


def _draft(breach: Breach, language: str) -> str:
    carrier = Carrier.get()
    discovered = civil_day(breach.discovered_at, Carrier.zone_or_default())
    happened = breach.happened_on
    values = {
        "circumstances": breach.circumstances.strip(),
        "data": breach.data.strip(),
        "happened_on": date_in_words(happened, language) if happened else BLANK,
        "discovered_on": date_in_words(discovered, language),
        "carrier_name": carrier.legal_name if carrier else BLANK,
        "support_number": telephone_shown(carrier.support_number) if carrier else BLANK,
        "officer_name": carrier.officer_name if carrier else BLANK,
        "officer_title": carrier.officer_title if carrier else BLANK,
        "optout_address": carrier.optout_address.replace("\n", ", ") if carrier else BLANK,
    }
    return fill(words("breach", language), values)
