"""Personal data is taken out of what is logged; ids and codes stay. Pure.

Whoever reads the logs need not be allowed to read about customers. So, wherever a text came from:

**Masked in any text** (:func:`scrub`)

- all lines after the first: bodies of messages, what PostgreSQL adds as DETAIL, dumped settings;
- what follows the code of an SMTP answer, which quotes the address or says who is not there;
- the ``Key (…)=(…)`` and ``Failing row contains (…)`` of a database;
- the value after the name of a field that holds personal data or a secret (``email='…'``, ``q=…``);
- query strings, and the user and password in an address of a server;
- e-mail addresses, also percent-encoded and with letters beyond ASCII;
- telephone numbers: E.164, (801) 555-0134, 801.555.0134, 1-801-555-0134, 555-0134, and abroad;
- the proof in the link of a notice, which opens its customer's page;
- the secret in the address of a calendar;
- seven digits and more in a row, also inside a word: account numbers, national ids, cards;
- street lines (12 Elm Street, Apt 4), PO boxes, state and ZIP code.

**Kept**: up to six digits in a row; up to nine after the word for a record or before the word for a
count (``delivery 1234567``, ``2500000 rows``), and 2,500,000; dates, times, durations; UUIDs and
hex digests; versions; IP addresses with ports. Those are our own machines' and staff's, whose
sign-ins are on record with the address anyway; customers do not reach the desk.

**Not seen in a text, and so kept out before it** (``config/logs.py``): names, words that were
searched, an account number such as A12. No pattern finds those. Hence no text of an exception is
logged (:func:`what_it_says`), no address of a page, and of ``extra`` only what is on a list.

Why no library: logstop knows ten-digit numbers and e-mail addresses only; scrubadub and presidio
look for names with models of language, take seconds and hundreds of megabytes, and still guess;
phonenumbers finds numbers that are valid, but one with a digit too many is just as personal.
"""

import re
import socket
import traceback
from collections.abc import Iterator

from accounts.counted_words import several

LONGEST = 2_000  # characters of a message; the rest could only be something that was dumped

# --- What is kept although it has many digits ----------------------------------------------------

_RECORD = (
    "approvals?|batch|campaigns?|connections?|customers?|deliver(?:y|ies)|disclosures?|entry|entries"
    "|events?|holds?|ids?|imports?|incidents?|lines?|looks?|messages?|notices?|pid|pk|polic(?:y|ies)"
    "|port|process|purges?|requests?|rows?|runs?|seals?|sessions?|staff|tasks?|user(?:_id)?|versions?"
)
_COUNTED = (
    "approvals|bytes|characters|customers|days|deliveries|entries|files|[kM]B|messages|minutes|ms"
    "|records|rows|seconds|s"
)
_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_KEPT = rf"""
    \d{{4}}-\d\d-\d\d (?:[T\ ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)? (?![\w-])
  | \d{{1,2}}/(?:\d{{1,2}}|[A-Z][a-z]{{2}})/\d{{4}} (?![\w-])
  | \b[0-9a-f]{{8}}-(?:[0-9a-f]{{4}}-){{3}}[0-9a-f]{{12}}\b
  | \b(?:[0-9a-f]{{32}}|[0-9a-f]{{40}}|[0-9a-f]{{64}})\b
  | (?<![\w.])(?:{_OCTET}\.){{3}}{_OCTET}(?::\d{{1,5}})?(?![\w.])
  | (?<![\w.])\d{{1,3}}(?:,\d{{3}})+(?![\w,])
  | (?<![\w.])(?:0\.\d+|\d{{1,6}}\.\d+(?=\ ?(?:s|ms|%|seconds)\b))
  | \b(?i:{_RECORD})(?:\ |=|:|:\ |\ \#|\#|/)\d{{1,9}}(?![\w-]|[.\ ]\d)
  | (?<![\w.+)-])(?<!\d\ )\d{{1,9}}(?=\ ?(?:{_COUNTED})\b)
"""

# --- What is masked ------------------------------------------------------------------------------

_GAP = r"[\s.\-/\u00ad\u00b7\u2010-\u2015]"  # between the groups of a telephone number
_TELEPHONE = rf"""
    (?<![\w]) (?: \+\ ?\(?\d (?:[()]|{_GAP}){{0,3}}(?:\d(?:[()]|{_GAP}){{0,3}}){{5,16}}\d?
    | (?:1{_GAP}{{0,3}})? \(\s?\d{{3}}\s?\){_GAP}{{0,3}}\d{{3}}{_GAP}{{0,3}}\d{{4}}
    | (?:1{_GAP}{{1,3}})? \d{{3}}{_GAP}{{1,3}}\d{{3}}{_GAP}{{0,3}}\d{{4}}
    | \d{{3}}[.\-\u2010-\u2015]\d{{4}}
    | \(?0\d{{1,4}}\)?(?:{_GAP}\d{{2,8}}){{1,5}}
    | \d{{2,5}}(?:{_GAP}\d{{2,8}}){{2,6}}
    ) (?!\d) (?:\s?(?:x|ext\.?|extension)\s?\d{{1,6}})?
"""
_STREETS = (
    "Street|St|Avenue|Ave|Boulevard|Blvd|Road|Rd|Lane|Ln|Drive|Dr|Court|Ct|Place|Pl|Square|Sq|Way"
    "|Terrace|Ter|Trail|Trl|Circle|Cir|Highway|Hwy|Parkway|Pkwy|Loop|Alley|Row|Route|Rte"
)
_STATES = (
    "A[KLRZ]|C[AOT]|D[CE]|FL|GA|GU|HI|I[ADLN]|K[SY]|LA|M[ADEINOPST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI|S[CD]"
    "|T[NX]|UT|V[AIT]|W[AIVY]"
)
_UNIT = r"(?:,?\s(?:Apt|Apartment|Suite|Ste|Unit|Floor|Fl|Room|Rm|No|\#)\.?\s?[\w-]{1,8})?"
_POSTAL = rf"""
    \b\d{{1,6}}[A-Za-z]?\s(?:[NSEW]{{1,2}}\.?\s|North\s|South\s|East\s|West\s)?
      (?:(?:[A-Z\u00c0-\u00de]|\d)[\w'’.-]{{0,30}}\s){{1,4}}(?:{_STREETS}|(?i:{_STREETS}))\b\.?{_UNIT}
  | \b(?i:\d{{1,6}}\s(?:[\w'’.-]{{1,30}}\s){{1,3}}?
      (?:street|avenue|boulevard|road|lane|drive))\b{_UNIT}
  | \b(?i:P\.?\s?O\.?\s?Box\s[\w-]{{1,12}})
  | \b(?:[A-Z][\w.'’-]{{1,30}}\s?){{0,3}},?\s?\b(?:{_STATES})\s\d{{5}}(?:-\d{{4}})?(?!\d)
  | (?<![\w.-])\d{{5}}-\d{{4}}(?!\d)
"""
_FIELDS = (
    "(?:customer|recipient|legal|first|last|full)?_?name|surname|e-?mail|telephone(?:_number)?|phone"
    "|address|line[12]|street|city|post(?:al_)?code|zip|account(?:_number)?|subject|body|text|words"
    "|value|because|says|q|query|search|password|passwd|secret|token|code|pin|key|login|username"
)
_RULES = rf"""
    (?P<secret>(?<=/calendar/)[\w-]{{40,}})
  | (?P<kept>{_KEPT})
  | (?P<answer>(?<![\w.])[245]\d\d(?:[\ -][245]\.\d{{1,3}}\.\d{{1,3}}\b|(?=,?\ b?['"])).*)
  | (?P<row>\b(?:Key|Failing\ row\ contains)\ ?\(.*)
  | (?P<login>(?<=://)[^\s/@'"<>]*@(?=\w|\[))
  | (?P<query>(?<=[\w/.%-])\?[\w%\[+][^\s"'<>]*)
  | (?P<field>\b(?i:{_FIELDS})(?:=|["']:\ ?)(?:"[^"]*"?|'[^']*'?|[^\s,;&)\]}}]+))
  | (?P<email>(?:"[^"@]{{1,64}}"|[^\s@<>()\[\]",;:]{{1,64}})
      (?:@|%40)(?:\[[^\]]*\]|[^\s@<>()\[\]{{}}"',;:|/]+))
  | (?P<postal>{_POSTAL})
  | (?P<telephone>{_TELEPHONE})
  | (?P<link>(?<=[-–])(?i:[0-9A-Z]{{20}})(?=/|\b))
  | (?P<number>\d{{7,}})
"""
_FOUND = re.compile(_RULES, re.VERBOSE)
_CODES = re.compile(r"[245]\d\d(?:[ -][245]\.\d{1,3}\.\d{1,3})?")
_WORKER = re.compile(rf"celery@{re.escape(socket.gethostname())}")


def _masked(found: "re.Match[str]") -> str:
    kind, text = found.lastgroup, found[0]
    if kind == "kept" or (kind == "email" and _WORKER.match(text)):
        return text
    if kind == "answer":
        codes = _CODES.match(text)
        return f"{codes[0] if codes else ''} [answer]"
    if kind == "query":
        return "?[query]"
    if kind == "login":
        return "[login]@"
    if kind == "field":
        name, sign, _ = re.split(r"(=|[\"']:)", text, maxsplit=1)
        return f"{name}{sign}[value]"
    return f"[{kind}]"


def scrub(text: str) -> str:
    """``text`` in one line, without what is masked (see the module)."""
    first, _, rest = text.strip().partition("\n")
    cut = first[LONGEST:]
    # Line ends of all kinds and control characters could forge a line, or colour a terminal.
    first = "".join(c if c.isprintable() else " " for c in first.rstrip()[:LONGEST])
    clean = _FOUND.sub(_masked, first)
    if rest:
        lines = rest.count("\n") + 1
        clean += f" [{several(lines, 'more line')}]"
    return clean + (" [cut]" if cut else "")


# --- Exceptions ----------------------------------------------------------------------------------

# Those whose text Python or Django makes of the program's own words. Any other may quote what was
# typed or stored: ValueError, KeyError, ValidationError, IntegrityError, SMTPRecipientsRefused, …
SPEAK = {
    "builtins.AttributeError",
    "builtins.NameError",
    "builtins.UnboundLocalError",
    "builtins.ImportError",
    "builtins.ModuleNotFoundError",
    "builtins.NotImplementedError",
    "builtins.RecursionError",
    "django.core.exceptions.ImproperlyConfigured",
    "django.template.exceptions.TemplateDoesNotExist",
    "accounts.encryption.Unreadable",
    # A database that is down or locked, a table that is missing. What quotes a row is another kind.
    "django.db.utils.OperationalError",
}


def kind_of(error: BaseException) -> str:
    """The full name of an exception's class, without ``builtins``."""
    return f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")


def what_it_says(error: BaseException) -> str:
    """An exception in one line: its kind, its codes, and its text where that quotes nobody."""
    kind = kind_of(error)
    full = f"{type(error).__module__}.{type(error).__qualname__}"
    if full in SPEAK:
        return f"{kind}: {scrub(str(error))}"
    if isinstance(error, OSError) and error.errno and error.strerror:
        # Not its file's name, which may be an uploaded file's.
        return f"{kind}: [Errno {error.errno}] {scrub(error.strerror)}"
    if isinstance(code := getattr(error, "smtp_code", None), int):
        return f"{kind}: {code} [answer]"
    # What a database driver says apart from its text; Django's errors have the driver's as cause.
    driver = error.__cause__
    known = (
        getattr(driver, "sqlite_errorname", None),
        getattr(driver, "sqlstate", None),
        getattr(getattr(driver, "diag", None), "constraint_name", None),
    )
    said = " ".join(f"[{word}]" for word in known if word)
    return f"{kind}{': ' + said if said else ''}"


def trace(error: BaseException) -> str:
    """The traceback of an exception and of those it came from: places and kinds, no values.

    As Python prints it, the innermost last, with :func:`what_it_says` for the text and without the
    notes that were added. The lines of source are the program's own.
    """
    return "".join(_trace(error, set())).rstrip("\n")


def _trace(error: BaseException, seen: set[int]) -> Iterator[str]:
    seen.add(id(error))
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if earlier is not None and id(earlier) not in seen:
        yield from _trace(earlier, seen)
        led = "was the direct cause of" if error.__cause__ else "was being handled during"
        yield f"\n(The exception above {led} the following.)\n\n"
    if error.__traceback__:
        yield "Traceback (most recent call last):\n"
        yield from traceback.format_tb(error.__traceback__)
    yield what_it_says(error) + "\n"
    if isinstance(error, BaseExceptionGroup):
        for number, inner in enumerate(error.exceptions, 1):
            yield f"\n(Number {number} of the group:)\n"
            if id(inner) not in seen:
                yield from _trace(inner, seen)
