"""What is refused as an account's password, back-up question or answer (64.2010(b), (e)).

The rule's two words: *biographical* is what can be drawn from someone's life, such as a Social
Security number, a birthday, a mother's maiden name or an address (64.2003(m)); *account* is what
stands on a bill, such as the account number, the telephone number or an amount (64.2003(a)). What
the desk knows of the customer is looked for in what they choose; what it does not know is refused
by its form. No message repeats what was said.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from zxcvbn import zxcvbn

from accounts.errors import Refused
from accounts.models import AuthorisedUser, ContactPoint, Customer
from accounts.passwords import READ, own_words

SHORTEST, LONGEST = 6, 64  # letters and digits of a password
SHORTEST_ANSWER = 3  # “Rex” is a dog
SHORTEST_QUESTION, LONGEST_QUESTION = 8, 200
# Tries that a guesser needs, by zxcvbn: at five a day, 55 years (accounts/authentication_locks.py).
# A desk that no machine can ask a million times need not ask people for more than they remember.
GUESSES = 100_000
PART = 4  # characters in a row that make a part of a number
BETTER = "Two unrelated words do well."

MONTHS = (
    r"january|february|march|april|june|july|august|september|october|november|december|enero"
    r"|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|setiembre|octubre|noviembre|diciembre"
)
# In the middle of a word they are none: “Omar 12”.
SHORT_MONTHS = r"jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec|ene|abr|ago|dic"
DATE_IN_WORDS = re.compile(
    rf"(?:{MONTHS}|(?<![a-z])(?:{SHORT_MONTHS}))[\W_]*(?:of|de)?[\W_]*\d{{1,4}}"
    rf"|\d{{1,4}}(?:st|nd|rd|th)?[\W_]*(?:of|de)?[\W_]*(?:{MONTHS}|(?:{SHORT_MONTHS})(?![a-z]))"
)
DATE_IN_DIGITS = re.compile(r"(?<!\d)\d{1,4}([-/. ])\d{1,2}\1\d{1,4}(?!\d)")
# By the number of digits in a row: of how many each part of a day without signs may consist.
DAYS = {6: ((2, 2, 2), (1, 1, 4)), 7: ((1, 2, 4), (2, 1, 4)), 8: ((2, 2, 4), (4, 2, 2))}
FIRST_YEAR = 1900

# Words of addresses that say nothing of where one lives.
# fmt: off
STREETS = frozenset((
    "street", "avenue", "lane", "road", "drive", "boulevard", "court", "place", "circle", "highway",
    "parkway", "terrace", "trail", "suite", "unit", "apartment", "floor", "north", "south", "east",
    "west", "room", "loop", "view", "calle", "avenida", "building", "rural", "route",
))
# fmt: on

# What a back-up question must not ask for, without accents and case, as whole words.
QUESTIONS = re.compile(
    r"\b(?:"
    # Numbers that others have: identity, cards.
    r"ssn|itin|social security|seguro social|numero social|social|last (?:four|4)"
    r"|(?:ultimos|ultimas) (?:cuatro|4)|passport|pasaporte|licen[cs]e|licencia|taxpayer"
    r"|credit|debit|tarjeta|bank|banco"
    # Birth and age.
    r"|born|birth\w*|bday|dob|nac(?:i|io|iste|ido|ida|imiento|er)|cumple\w*|age"
    r"|old are you|edad|zodiac|zodiaco|star sign|signo"
    # Family.
    r"|maiden|soltera|mother\w*|mom|mum|madre|mama|father\w*|dad|padre|papa|parents?|padres"
    r"|grand(?:mother|father|ma|pa|parents?)\w*|abuel[oa]s?|brothers?|sisters?|siblings?|herman[oa]s?"
    r"|sons?|daughters?|child(?:ren)?|kids?|hij[oa]s?|spouse|wife|husband|espos[oa]|marido|mujer"
    r"|married|marriage|wedding|anniversary|casa\w*|boda|aniversario|matrimonio|uncles?|aunts?"
    r"|cousins?|ti[oa]s?|prim[oa]s?|niece|nephew|sobrin[oa]s?|family|familia|surname|last name"
    r"|middle name|first name|full name|your name|apellidos?|segundo nombre|su nombre|tu nombre"
    # Where one lives and went.
    r"|address|direccion|domicilio|street|calle|house|home\w*|live[ds]?|living|grew|grow"
    r"|viv(?:e|es|o|i|ia|ias|io|iste|ido|ir|imos)"
    r"|creci\w*|cit(?:y|ies)|towns?|ciudad|pueblo|county|condado"
    r"|zip|postal|postcode|codigo|school\w*|escuela|colegio|college|university|universidad"
    r"|graduat\w*|gradu\w*|mascot|employer|job|work\w*|trabaj\w*|empleo|empresa"
    # The account.
    r"|accounts?|cuentas?|phone\w*|telephone\w*|cell\w*|mobile|telefono\w*|celular|movil|number"
    r"|numero|bills?|factura\w*|invoice|amount|monto|importe|payments?|paid|pago\w*|balance|saldo"
    r"|plan|service|servicio|e-?mail|correo|customer|cliente"
    # The password itself.
    r"|passwords?|passcode|pin|contrasena|clave"
    r")\b"
)


def spoken(text: str) -> str:
    """``text`` as it is compared: its letters and digits, without accents, capitals and signs."""
    return "".join(filter(str.isalnum, folded(text)))


def folded(text: str) -> str:
    """``text`` without accents and capitals."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = unicodedata.normalize("NFKD", plain)
    return "".join(c for c in plain if not unicodedata.combining(c))


def check_password(text: str, customer: Customer, *, on: date) -> None:
    """Raise Refused when ``text`` may not be the password of ``customer`` on the civil day ``on``.

    Short, common, biographical, or of the account.
    """
    said = spoken(text)
    if len(said) == PART and said.isdigit():
        raise Refused(
            "Four digits are the first that are tried: the last four of a Social Security or"
            " telephone number, or a year.",
            BETTER,
        )
    if len(said) < SHORTEST:
        raise Refused(f"It has fewer than {SHORTEST} letters and digits.", BETTER)
    if len(said) > LONGEST:
        raise Refused(f"It has more than {LONGEST} letters and digits.", "Shorten it.")
    known = _known(customer)
    _check(text, known, on=on)
    words = sorted({*own_words(), *known.names, *known.streets})
    if zxcvbn(said[:READ], user_inputs=words)["guesses"] < GUESSES:
        raise Refused("It is among the first that a guesser tries.", BETTER)


def check_backup(question: str, answer: str, customer: Customer, *, on: date) -> None:
    """Raise Refused when they may not be the back-up question and answer of ``customer``.

    The question must ask for nothing biographical or of the account, in English or Spanish; the
    answer must not be such a thing, whatever was asked, and not stand in the question.
    """
    asked, said = " ".join(folded(question).split()), spoken(answer)
    if not SHORTEST_QUESTION <= len(asked) <= LONGEST_QUESTION:
        raise Refused(
            f"The question has not between {SHORTEST_QUESTION} and {LONGEST_QUESTION} characters.",
            "Word it anew.",
        )
    if not asked.isprintable() or QUESTIONS.search(asked):
        raise Refused(
            "The question asks for something biographical or about the account, which others may"
            " know (64.2010(e)).",
            "Ask for something of their own, such as the name of a first pet or a favorite song.",
        )
    if not SHORTEST_ANSWER <= len(said) <= LONGEST:
        raise Refused(
            f"The answer has not between {SHORTEST_ANSWER} and {LONGEST} letters and digits.",
            "Choose another.",
        )
    if said in spoken(question):
        raise Refused("The question gives the answer away.", "Choose another.")
    _check(answer, _known(customer), on=on)


# --- By form, and by what is known of the customer -----------------------------------------------


@dataclass(frozen=True)
class _Known:
    """What the desk knows of a customer: words and digits in the form of :func:`spoken`.

    What was of the account once is known to others as well.
    """

    numbers: frozenset[str]  # account, telephone numbers, ZIP codes, long house numbers
    houses: frozenset[str]  # house and apartment numbers of two and three digits
    names: frozenset[str]  # of the holder and authorised users, and the e-mail's first half
    streets: frozenset[str]  # words of streets and cities, and each line as one word


def _known(customer: Customer) -> _Known:
    names, numbers = [customer.name], {spoken(customer.account_number)}
    houses: set[str] = set()
    streets: set[str] = set()
    names += AuthorisedUser.objects.filter(customer=customer).values_list("name", flat=True)
    numbers.update(_national(service.telephone_number) for service in customer.services.all())
    for point in customer.contact_points.all():
        if point.kind == ContactPoint.Kind.TELEPHONE:
            numbers.add(_national(point.value))
        elif point.kind == ContactPoint.Kind.EMAIL:
            names.append(point.value.partition("@")[0])
        else:
            numbers.add(spoken(point.postcode))
            for run in re.findall(r"\d+", f"{point.line1} {point.line2}"):
                (houses if len(run) < PART else numbers).add(run)
            for line in (point.line1, point.line2, point.city):
                words = _words(line)
                if telling := {word for word in words if word not in STREETS}:
                    streets |= {*telling, "".join(words)}
    return _Known(
        numbers=frozenset(number for number in numbers if len(number) >= PART - 1),
        houses=frozenset(house for house in houses if len(house) > 1),
        names=frozenset(word for name in names for word in _words(name) if len(word) > 1),
        streets=frozenset(word for word in streets if len(word) >= PART),
    )


def _check(text: str, known: _Known, *, on: date) -> None:
    said = spoken(text)
    if not said.isascii():
        raise Refused("It has letters that are not of the alphabet.", "Use a to z and digits.")
    runs = re.findall(r"\d+", said)
    if any(len(run) == 9 for run in runs):
        raise Refused("It looks like a Social Security number.", BETTER)
    plain = folded(text)
    if (
        DATE_IN_WORDS.search(plain)
        or DATE_IN_DIGITS.search(plain)
        or any(_is_day(run, on) for run in runs)
    ):
        raise Refused("It looks like a date, such as a birthday.", BETTER)
    both = (said, said[::-1])
    if any(_shares(part, number) for number in known.numbers for part in both):
        raise Refused("It has a part of a number of this account or address.", BETTER)
    tokens = {*re.findall(r"[a-z]+|\d+", said), *re.findall(r"[a-z]+|\d+", plain)}
    if known.houses & tokens:
        raise Refused("It has the number of a house of this account.", BETTER)
    for what, words in (("name", known.names), ("word of an address", known.streets)):
        for word in words:
            # Three letters are in many words by chance; alone they are the name.
            if word in tokens or (len(word) >= PART and any(word in part for part in both)):
                raise Refused(f"It has a {what} of this account.", BETTER)


def _is_day(digits: str, on: date) -> bool:
    """Whether ``digits`` are a day on which someone alive may have been born, in any order."""
    if len(digits) > 8:
        return any(_is_day(digits[n : n + 8], on) for n in range(len(digits) - 7))
    for lengths in DAYS.get(len(digits), ()):
        a, b = lengths[0], lengths[0] + lengths[1]
        first, second, third = digits[:a], digits[a:b], digits[b:]
        for year, one, other in ((third, first, second), (first, second, third)):
            if len(year) != max(lengths):
                continue
            number = int(year) if len(year) == PART else 2000 + int(year)
            if len(year) == PART and not FIRST_YEAR <= number <= on.year:
                continue
            if _exists(number, one, other) or _exists(number, other, one):
                return True
    return False


def _exists(year: int, month: str, day: str) -> bool:
    try:
        date(year, int(month), int(day))
    except ValueError:
        return False
    return True


def _shares(said: str, number: str) -> bool:
    """Whether ``said`` has four characters of ``number`` in a row; of a shorter one, all."""
    part = min(PART, len(number))
    return any(number[n : n + part] in said for n in range(len(number) - part + 1))


def _national(number: str) -> str:
    """The digits of an E.164 number; of one of this country without its code."""
    return number.removeprefix("+1").removeprefix("+")


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", folded(text).replace("'", "").replace("’", ""))
