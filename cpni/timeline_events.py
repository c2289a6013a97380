"""What a timeline is made of: kinds of events, an event, and a span of days."""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db.models import Q, TextChoices

from accounts.civil import add_days


class Kind(TextChoices):
    """What an event is about."""

    NOTICE = "notice", "Notices and messages"
    PROOF = "proof", "Proof of mailing"
    RETURN = "return", "What came back"
    MAIL = "mail", "Mail received"
    OBJECTION = "objection", "Objections and choices"
    MARKETING = "marketing", "Marketing stopped"
    DECISION = "decision", "Approvals"
    DISCLOSURE = "disclosure", "Uses and disclosures"
    CALL = "call", "Calls"
    COMPLAINT = "complaint", "Complaints"
    CHANGE = "change", "Changes of the account"
    LOOK = "look", "Looks"


@dataclass(frozen=True)
class Event:
    """One thing that happened.

    ``record`` is what it stands in, as its model's label and its id; ``tone`` one of the colours of
    ``accounts.admin.labels``. A mailing has a day and no hour (``whole_day``). ``words`` are those
    that went to the customer.
    """

    kind: Kind
    at: datetime
    what: str
    detail: str
    tone: str = "calm"
    who: str = ""
    why: str = ""
    record: tuple[str, int] | None = None
    whole_day: bool = False
    words: str = ""


@dataclass(frozen=True)
class Span:
    """From one civil day of the carrier to another, both included; None is open."""

    zone: ZoneInfo
    first: date | None = None
    last: date | None = None

    def instants(self, column: str) -> Q:
        """Rows whose instant ``column`` lies in it."""
        found = Q()
        if self.first:
            found &= Q(**{f"{column}__gte": self.midnight(self.first)})
        if self.last:
            found &= Q(**{f"{column}__lt": self.midnight(add_days(self.last, 1))})
        return found

    def days(self, column: str) -> Q:
        """Rows whose civil day ``column`` lies in it."""
        found = Q()
        if self.first:
            found &= Q(**{f"{column}__gte": self.first})
        if self.last:
            found &= Q(**{f"{column}__lte": self.last})
        return found

    def has(self, event: Event) -> bool:
        """Whether ``event`` lies in it."""
        day = event.at.astimezone(self.zone).date()
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)

    def midnight(self, day: date) -> datetime:
        """The instant at which ``day`` begins."""
        return datetime.combine(day, time.min, self.zone)
