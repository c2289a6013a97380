"""What the demo has to prove: scanned statements of mailing, and uses of information."""

from collections.abc import Callable
from datetime import date, datetime

from django.core.files.base import ContentFile

from accounts.civil import in_words
from accounts.models import Carrier, Customer, User
from cpni import disclosures
from cpni.evidence.documents import Document
from notices.models import Use

# For what, how many days ago, and what: by the carrier itself.
USED = (
    ("service", 60, "Numbers called and length of calls, for the bill"),
    ("fraud", 25, "Calls abroad of one night, seen as unusual"),
)


def statement(proof: str, *, day: date, letters: int) -> ContentFile:
    """The post's statement as it would be scanned."""
    carrier = Carrier.objects.get()
    form = Document("Statement of mailing", "A scan, of the demo only", f"Postmarked {day:%B %d}")
    form.facts(
        [
            ("Form", proof),
            ("Mailer", f"{carrier.legal_name}\n{carrier.optout_address}"),
            ("Pieces", letters),
            ("Class", "First-Class Mail, letters"),
            ("Handed over", in_words(day)),
        ]
    )
    return ContentFile(form.pdf(), "statement.pdf")


def used(customer: Customer, *, ago: Callable[[int], date], at: datetime, by: User) -> None:
    """The information of ``customer`` was used where no approval is needed, too."""
    for code, days, what in USED:
        use = Use.objects.get(code=code)
        disclosures.record(
            customer,
            use,
            on=ago(days),
            recipient=None,
            what=what,
            at=at,
            by=by,
            because="Recorded from the other system",
        )
