"""One row of a billing export: its columns, and how each is checked. No database.

The file is CSV in UTF-8, one customer to a line, with a header line. ``account_number``, ``name``
and ``active_since`` are required; the other columns may be left out, and columns that are not known
are ignored. Dates are 2026-11-23 or 11/23/2026.

An empty cell, or a column that is not there, leaves what is known alone: a file never removes
anything. To end a service give its end date; to discontinue a customer give the status.

``status``  active or discontinued. ``discontinued_on`` is the import's day if left out.
``active_since``  of a known customer counts only when it is later than ours: a new period of
    service. Discontinued by us and active in the file: reconnected, since ``active_since`` if that
    lies after the discontinuation, else since the import.
``services``  ``category:number:started[:ended]``, several with ``;`` between. The categories are
    local, long_distance, wireless, other. A known one is found by category, number and start.
``line1`` ... ``postcode``, ``email``  another address than the known one ends that and begins anew;
    letters in another case are no other address.
``address_since``, ``email_since``  since when an address that is new to us has been on the account;
    left out, since the import. An address is "of record" only after 30 days (64.2003(b)).
``contact_number``  is added to those that are known.
``email_notices_since``, ``email_notices_proof``  express consent to notices by e-mail. Kept only
    where none is recorded, and never where the customer withdrew it on that day or later.

An apostrophe before = + - or @ at the start of a cell only keeps spreadsheets from computing it;
one that is meant is written twice there.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache

from django.core.exceptions import ValidationError

from accounts import fields
from accounts.civil import EARLIEST
from accounts.models import Customer, Service
from accounts.spreadsheets import unguarded

COLUMNS = (
    "account_number",
    "name",
    "kind",
    "status",
    "active_since",
    "discontinued_on",
    "language",
    "line1",
    "line2",
    "city",
    "state",
    "postcode",
    "address_since",
    "email",
    "email_since",
    "contact_number",
    "email_notices_since",
    "email_notices_proof",
    "services",
)
REQUIRED = ("account_number", "name", "active_since")
LONGEST = {"account_number": 40, "name": 200, "email_notices_proof": 200, "city": 60}
LINE_LENGTH = 100
# Tuples, for the choices' own ``values`` are put together anew each time: 5 µs for each cell.
STATUSES = (Customer.Status.ACTIVE.value, Customer.Status.DISCONTINUED.value)
KINDS = tuple(Customer.Kind.values)
LANGUAGES = tuple(Customer.Language.values)
CATEGORIES = tuple(Service.Category.values)


@dataclass(frozen=True)
class Problem:
    """Why a row is refused: the column, and a message that says what to do about it."""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class ServiceCell:
    """One service of the ``services`` cell."""

    category: str
    number: str
    started_on: date
    ended_on: date | None


@dataclass(slots=True)
class CheckedRow:
    """A row that passed every check; an empty string or None means "not given"."""

    line: int
    account_number: str
    name: str
    active_since: date
    kind: str = ""
    status: str = ""
    discontinued_on: date | None = None
    language: str = ""
    postal: tuple[str, str, str, str, str] | None = None
    address_since: date | None = None
    email: str = ""
    email_since: date | None = None
    contact_number: str = ""
    email_notices_since: date | None = None
    email_notices_proof: str = ""
    services: list[ServiceCell] = field(default_factory=list)


def own_text(cell: str | None) -> str:
    """What ``cell`` says: without spaces around it, and without what guards it."""
    return unguarded((cell or "").strip())


@lru_cache(maxsize=4096)
def day(text: str) -> date:
    """The civil day that ``text`` names. Raises ValidationError."""
    for pattern in ("%Y-%m-%d", "%m/%d/%Y"):
        try:
            found = datetime.strptime(text, pattern).date()  # noqa: DTZ007  (a civil day has no zone)
        except ValueError:
            continue
        if found >= EARLIEST:
            return found
    raise ValidationError("It is not a date. Write it like 2026-11-23 or 11/23/2026.")


def check_row(
    cells: Mapping[str, str | None], *, line: int, today: date
) -> CheckedRow | list[Problem]:
    """Check one row; ``cells`` by column name. Returns the checked row, or all its problems.

    ``today`` is the carrier's civil day: a date that says since when something has been so cannot
    lie after it.
    """
    # Most cells of most files are empty.
    own = {name: own_text(cell) if (cell := cells.get(name)) else "" for name in COLUMNS}
    check = _Check(own, today)
    row = CheckedRow(
        line=line,
        account_number=check.text("account_number", required=True),
        name=check.text("name", required=True),
        active_since=check.day("active_since", required=True) or today,
        kind=check.choice("kind", KINDS),
        status=check.choice("status", STATUSES),
        discontinued_on=check.day("discontinued_on"),
        language=check.choice("language", LANGUAGES),
        postal=check.postal(),
        address_since=check.day("address_since"),
        email=check.normal("email", fields.email_address),
        email_since=check.day("email_since"),
        contact_number=check.normal("contact_number", fields.telephone),
        email_notices_since=check.day("email_notices_since"),
        email_notices_proof=check.text("email_notices_proof"),
        services=check.services(),
    )
    check.together(row)
    return check.problems or row


class _Check:
    """The checks of one row, gathering problems instead of stopping at the first."""

    def __init__(self, cells: dict[str, str], today: date) -> None:
        self.cells, self.today = cells, today
        self.problems: list[Problem] = []

    def refuse(self, column: str, message: str) -> None:
        self.problems.append(Problem(column, message))

    def text(self, column: str, *, required: bool = False) -> str:
        cell = self.cells[column]
        if required and not cell:
            self.refuse(column, "It is empty. Fill it in.")
        elif cell and fields.CONTROL.search(cell):
            self.refuse(column, "It holds a line break or another control character. Remove it.")
        elif len(cell) > LONGEST.get(column, LINE_LENGTH):
            self.refuse(
                column,
                f"It is longer than {LONGEST.get(column, LINE_LENGTH)} characters. Shorten it.",
            )
        return cell

    def day(self, column: str, *, required: bool = False) -> date | None:
        cell = self.cells[column]
        if not cell:
            if required:
                self.refuse(column, "It is empty. Give a date like 2026-11-23.")
            return None
        try:
            found = day(cell)
        except ValidationError as error:
            self.refuse(column, error.messages[0])
            return None
        if found > self.today:
            self.refuse(column, "It lies in the future. Correct it, or import the row on that day.")
        return found

    def choice(self, column: str, choices: Sequence[str]) -> str:
        cell = self.cells[column].lower().replace(" ", "_")
        if cell and cell not in choices:
            self.refuse(column, f"It must be one of: {', '.join(choices)}.")
        return cell

    def normal(self, column: str, check: Callable[[str], str]) -> str:
        cell = self.cells[column]
        if not cell:
            return ""
        try:
            return check(cell)
        except ValidationError:
            # The library's message quotes the value; an import's problems are kept and shown.
            what = "an e-mail address" if column == "email" else "a telephone number"
            self.refuse(column, f"It is not {what}. Correct it or leave it empty.")
            return ""

    def postal(self) -> tuple[str, str, str, str, str] | None:
        line1, line2 = self.text("line1"), self.text("line2")
        city, state = self.text("city"), self.cells["state"].upper()
        code = self.cells["postcode"]
        if not (line1 or line2 or city or state or code):
            return None
        for column, cell in (("line1", line1), ("city", city), ("state", state)):
            if not cell:
                self.refuse(column, "A postal address needs it. Fill it in or empty all its cells.")
        if state:
            try:
                fields.state(state)
            except ValidationError as error:
                self.refuse("state", error.messages[0])
        if not fields.POSTCODE.fullmatch(code):
            self.refuse("postcode", "It is not a ZIP code. Write it like 84047 or 84047-1234.")
        return line1, line2, city, state, code

    def services(self) -> list[ServiceCell]:
        found = []
        for part in filter(None, (p.strip() for p in self.cells["services"].split(";"))):
            pieces = [p.strip() for p in part.split(":")]
            if len(pieces) not in (3, 4) or pieces[0] not in CATEGORIES:
                self.refuse(
                    "services",
                    "Write each service like local:801-555-0134:2019-03-01, with the category"
                    f" one of {', '.join(CATEGORIES)}.",
                )
                continue
            try:
                cell = ServiceCell(
                    category=pieces[0],
                    number=fields.telephone(pieces[1]) if pieces[1] else "",
                    started_on=day(pieces[2]),
                    ended_on=day(pieces[3]) if pieces[3:] and pieces[3] else None,
                )
            except ValidationError:
                self.refuse("services", "A telephone number or date in it is wrong. Correct it.")
                continue
            if cell.ended_on and cell.ended_on < cell.started_on:
                self.refuse("services", "A service ends before it starts. Correct its dates.")
            found.append(cell)
        running = [(s.category, s.number) for s in found if s.ended_on is None]
        begun = [(s.category, s.number, s.started_on) for s in found]
        if len(set(running)) < len(running) or len(set(begun)) < len(begun):
            self.refuse("services", "The same service stands there twice. Remove one.")
        return found

    def together(self, row: CheckedRow) -> None:
        """What must fit between columns."""
        discontinued = row.status == Customer.Status.DISCONTINUED
        if row.discontinued_on and not discontinued:
            self.refuse(
                "discontinued_on", "Only a discontinued customer has it. Set the status too."
            )
        if row.discontinued_on and row.discontinued_on < row.active_since:
            self.refuse("discontinued_on", "It lies before active_since. Correct one of them.")
        if row.email_notices_since and not row.email_notices_proof:
            self.refuse(
                "email_notices_proof",
                "Consent to notices by e-mail needs its proof (64.2008(d)(3)(i)). Fill it in.",
            )
        if self.cells["email_notices_proof"] and not self.cells["email_notices_since"]:
            self.refuse(
                "email_notices_since", "There is a proof of consent but no day. Give the day too."
            )
