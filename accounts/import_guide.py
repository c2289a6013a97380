"""What to write into a file of customers, column by column, and a line to begin with."""

from accounts.import_rows import CATEGORIES, COLUMNS, KINDS, LANGUAGES, STATUSES

WHAT_TO_WRITE = {
    "account_number": "Required. By it a customer is known again in the next file.",
    "name": "Required.",
    "kind": f"One of: {', '.join(KINDS)}.",
    "status": f"One of: {', '.join(STATUSES)}.",
    "active_since": "Required. A day, such as 2019-03-01 or 3/1/2019.",
    "discontinued_on": "The day on which service ended.",
    "language": f"The language of notices, one of: {', '.join(LANGUAGES)}.",
    "line1": "The postal address, which letters go to.",
    "line2": "",
    "city": "",
    "state": "Two letters, such as UT.",
    "postcode": "The ZIP code.",
    "address_since": "Since when the address has been on the account; left out, since today.",
    "email": "",
    "email_since": "Since when that address has been on the account.",
    "contact_number": "A telephone number at which the customer can be reached.",
    "email_notices_since": "The day on which the customer agreed to notices by e-mail."
    " Without it the notice goes by post.",
    "email_notices_proof": "What shows that, such as the number of the signed form.",
    "services": "Category:number:since, with a semicolon between two. Categories:"
    f" {', '.join(CATEGORIES)}.",
}
EXAMPLE = {
    "account_number": "1001",
    "name": "Pat Doe",
    "kind": "residential",
    "active_since": "2019-03-01",
    "language": "en",
    "line1": "12 Elm Street",
    "city": "Moab",
    "state": "UT",
    "postcode": "84532",
    "address_since": "2019-03-01",
    "services": "local:435-555-0134:2019-03-01",
}


def columns() -> list[tuple[str, str]]:
    """Each column, and what to write in it."""
    return [(column, WHAT_TO_WRITE[column]) for column in COLUMNS]


def example() -> str:
    """A file of one customer: its header line, and the line below it."""
    return "\n".join([",".join(EXAMPLE), ",".join(EXAMPLE.values())])
