"""A customer whose data would be recognised anywhere, and the search for it."""

import re
from datetime import date

from accounts.models import ContactPoint, Service

NAME = "Zebulon Quillfeather"
EMAIL = "zq.private@quillmail.example"
TELEPHONE = "+18015554739"
STREET = "73916 Marmalade Lane"
ACCOUNT = "QXZ58213"
SEARCHED = "xylophonist"
SPOKEN = "She plays the glockenspiel."

# The numbers of a request, a task and a process, in which any digits may stand by chance.
BY_CHANCE = re.compile(
    r"\b[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\b|\bprocess\W{1,3}\d{1,7}\b", re.IGNORECASE
)
# In small letters; digits without what stands between them.
TRACES = ("zebulon", "quillfeather", "zq.private", "quillmail", "marmalade", "73916", "qxz58213")
TRACES += (SEARCHED, "glockenspiel")
DIGITS = "8015554739"


def plant(customer) -> None:
    """Make it that customer's data."""
    customer.name, customer.account_number = NAME, ACCOUNT
    customer.email_notices_since, customer.email_notices_proof = date(2020, 1, 6), SPOKEN
    customer.save()
    now = date(2026, 10, 1)
    ContactPoint.objects.filter(customer=customer, until=None).update(until=now)
    for kind, value in (
        ("email", {"value": EMAIL}),
        ("telephone", {"value": TELEPHONE}),
        ("post", {"line1": STREET, "city": "Midvale", "state": "UT", "postcode": "84047"}),
    ):
        ContactPoint.objects.create(customer=customer, kind=kind, since=now, **value)
    Service.objects.create(
        customer=customer, category="wireless", telephone_number=TELEPHONE, started_on=now
    )


def traces(text: str) -> list[str]:
    """The lines of ``text`` that hold something of it, each with what it is; none is right."""
    found = []
    for line in BY_CHANCE.sub("", text).splitlines():
        low = line.lower()
        here = [trace for trace in TRACES if trace in low]
        if DIGITS in re.sub(r"[\s().+/-]", "", line):
            here.append(DIGITS)
        if here:
            found.append(f"{here} in {line[:500]}")
    return found
