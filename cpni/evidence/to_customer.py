"""“Who received my data, when, why”: a letter to the customer who asks (Cal. PUC 2891; 64.2009(c)).

In the customer's language and plain words, from the records of uses and disclosures.
"""

from datetime import date, datetime

from accounts.civil import civil_day
from accounts.errors import Refused
from accounts.fields import telephone_shown
from accounts.models import Carrier, Customer, User
from accounts.permissions import require
from cpni.disclosures import OURSELVES
from cpni.evidence.disclosure_words import ALLOWED, ASSUMED_BY, PLAIN, WORDS
from cpni.evidence.documents import EMPTY, Document
from cpni.models import Disclosure
from cpni.script_words import spoken
from notices.models import Delivery
from notices.rendering import date_in_words

PRINT = "cpni.print_disclosure"
SIZE = 11.5  # points, for readers of any age


def letter(
    customer: Customer, *, first: date, last: date, language: str, by: User | None, at: datetime
) -> bytes:
    """The letter as a PDF, about the civil days from ``first`` to ``last``.

    ``language`` is a code of ``Customer.Language``. Raises Refused for days out of order or to
    come, and before the carrier is filled in.
    """
    require(by, PRINT)
    carrier = Carrier.get()
    if carrier is None:
        raise Refused("The carrier is not filled in.", "Fill in the carrier's record first.")
    today = civil_day(at, carrier.zone)
    if last < first:
        raise Refused("The last day lies before the first.", "Exchange them.")
    if last > today:
        raise Refused("The last day has not come yet.", "Choose today, or an earlier day.")
    return _document(customer, carrier, first, last, today, language).pdf()


def _document(
    customer: Customer, carrier: Carrier, first: date, last: date, today: date, language: str
) -> Document:
    words = WORDS[language]
    made = words["made"].format(day=date_in_words(today, language))
    found = Document(words["title"], carrier.legal_name, "", made, language, SIZE)
    period = f"{date_in_words(first, language)} {words['to']} {date_in_words(last, language)}"
    found.facts([(words["account"], customer.account_number), (words["period"], period)])
    found.text(words["dear"].format(name=customer.name))
    found.text(words["intro"])
    rows = Disclosure.objects.filter(customer=customer, used_on__range=(first, last))
    used = list(rows.select_related("use").order_by("used_on", "pk"))
    if used:
        noticed = _noticed(used)
        found.table(
            [words[name] for name in ("when", "who", "what", "why", "allowed")],
            [
                (
                    date_in_words(one.used_on, language),
                    words["ourselves"] if one.recipient == OURSELVES else one.recipient,
                    one.what,
                    _purpose(one, language),
                    _allowed(one, noticed, language),
                )
                for one in used
            ],
            (1.3, 1.7, 1.8, 2, 2.2),
        )
        found.text(words["total"].format(number=len(used)))
        if words["as_recorded"]:
            found.text(words["as_recorded"])
    else:
        found.text(words["nothing"])
    found.heading(words["rights"])
    found.text(words["object"])
    number = telephone_shown(carrier.optout_number)
    found.text(words["reach"].format(number=number, email=carrier.optout_email))
    found.words(f"{carrier.legal_name}\n{carrier.optout_address}")
    found.text(
        words["mistake"].format(
            number=telephone_shown(carrier.support_number),
            officer=carrier.officer_name,
            title=carrier.officer_title,
        )
    )
    return found


def _purpose(used: Disclosure, language: str) -> str:
    plain = PLAIN.get(used.use.code, {}).get(language)
    words = plain or spoken(used.use.code, used.use.purpose, language)
    return words[:1].upper() + words[1:]


def _noticed(used: list[Disclosure]) -> dict[int, date]:
    """The mailing dates of the notices that are among the evidence, by their ids."""
    ids = {number for one in used for kind, number in one.evidence if kind == "delivery"}
    rows = Delivery.objects.filter(pk__in=ids).exclude(mailed_on=None)
    return {pk: day for pk, day in rows.values_list("pk", "mailed_on") if day}


def _allowed(used: Disclosure, noticed: dict[int, date], language: str) -> str:
    """Why it was allowed; of what rests on a notice, the day of that notice."""
    days = [
        noticed[number]
        for kind, number in used.evidence
        if kind == "delivery" and number in noticed
    ]
    if used.reason == "assumed" and days:
        return ASSUMED_BY[language].format(day=date_in_words(days[0], language))
    return ALLOWED.get(used.reason, {}).get(language, EMPTY)
