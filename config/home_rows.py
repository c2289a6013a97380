"""Exceptions: what needs someone, each with its count, age, deadline, list and remedy.

The home page and the daily report show the same rows. Which there are is in
``config.home_exceptions``; here is what a row is, and how all of them are counted at once.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, DateField, DateTimeField, IntegerField, Min, QuerySet, Value
from django.db.models.functions import Cast, TruncDate
from django.urls import reverse

from accounts.models import Carrier, User
from cpni import figures
from cpni.models import Figure

log = logging.getLogger(__name__)

URGENT = {"bad": 0, "gap": 1, "wait": 2, "good": 3}
NEVER = date.max


@dataclass(frozen=True)
class Row:
    """One question: its count, its words, how urgent, since when, until when, where, what to do.

    ``counted`` says whether "none" says anything; ``as_of`` when the count was made, if not now.
    ``help_address`` is where the ``remedy`` is done, for whoever may do it.
    """

    count: int
    title: str
    detail: str
    tone: str
    address: str
    counted: bool = True
    oldest: date | None = None
    deadline: date | None = None
    remedy: str = ""
    help_address: str = ""
    as_of: datetime | None = None

    @property
    def needed(self) -> bool:
        """Whether it needs someone."""
        return bool(self.count) and self.tone != "good"

    def urgency(self, today: date) -> tuple[bool, int, date, date]:
        """What it is ordered by: past its deadline, how bad, the deadline, the oldest."""
        late = self.deadline is not None and self.deadline < today
        return not late, URGENT[self.tone], self.deadline or NEVER, self.oldest or NEVER


@dataclass(frozen=True)
class Asker:
    """For whom and when rows are made."""

    person: User
    today: date
    at: datetime


@dataclass(frozen=True)
class Exceptional:
    """An exception that is a number of records.

    Either ``figure`` names a question of ``cpni.figures`` that looks at every customer, or
    ``records`` finds the records by an index, few among many, and ``since`` is their age's column,
    ``until`` that of the day by which each is due, where it has one of its own.
    ``may`` are the permissions of whom it concerns, with “|” between those of which one is enough;
    ``helps`` names the page of the remedy, its query and the permission that it needs.
    """

    title: str
    tone: str
    detail: str  # with {ago} for the age of the oldest
    none: str
    may: tuple[str, ...]
    address: tuple[str, str]
    remedy: str
    records: Callable[[date], QuerySet[Any]] | None = None
    since: str = ""
    figure: str = ""
    until: str = ""
    deadline: Callable[[date], date] | None = None
    early: str = ""  # how urgent it is up to the deadline, where that is less than after it
    helps: tuple[str, str, str] | None = None
    own: Callable[[Asker], QuerySet[Any]] | None = None  # where it depends on who asks

    def concerns(self, person: User) -> bool:
        """Whether ``person`` should see it."""
        return all(any(map(person.has_perm, one.split("|"))) for one in self.may)

    def row(
        self,
        asker: Asker,
        number: int,
        oldest: date | None,
        *,
        first_due: date | None = None,
        as_of: datetime | None = None,
    ) -> Row:
        """The row for so many records."""
        since = ago(oldest, asker.today) if oldest else "at an unknown time"
        address, query = self.address
        page, asked, permission = self.helps or ("", "", "")
        helps = page and asker.person.has_perm(permission)
        deadline = self.deadline(oldest) if self.deadline and oldest else first_due
        in_time = deadline is None or deadline >= asker.today
        return Row(
            number,
            self.title,
            self.detail.format(ago=since) if number else self.none,
            self.early if self.early and in_time else self.tone,
            listed(address, query),
            oldest=oldest,
            deadline=deadline,
            remedy=self.remedy,
            help_address=reverse(page) + asked if helps else "",
            as_of=as_of,
        )


Special = Callable[[Asker], Iterable[Row]]


def rows_for(asker: Asker, exceptions: Sequence[Exceptional | Special]) -> list[Row]:
    """The rows of ``exceptions`` that concern the person, the most urgent first."""
    counted = [
        one for one in exceptions if isinstance(one, Exceptional) and one.concerns(asker.person)
    ]
    found = list(_counted(asker, counted))
    for one in exceptions:
        if not isinstance(one, Exceptional):
            found += _special(asker, one)
    return sorted(found, key=lambda row: row.urgency(asker.today))


def _special(asker: Asker, one: Special) -> list[Row]:
    """The rows of ``one``; that it could not be counted, so that the others are seen all the same.

    An exception that is not shown would look like one that is not there.
    """
    try:
        return list(one(asker))
    except Exception:
        name = one.__name__.replace("_", " ")
        log.exception("the exception %r could not be counted", name)
        return [
            Row(
                1,
                f"exception that could not be counted: {name}",
                "What is behind it is not known.",
                "bad",
                reverse("admin:index"),
                counted=False,
                remedy="Tell whoever runs the desk: the error is in its log.",
            )
        ]


def _counted(asker: Asker, exceptions: list[Exceptional]) -> Iterator[Row]:
    """Two or three queries, however many ``exceptions`` there are."""
    by_figure = [one for one in exceptions if one.figure]
    now = [one for one in exceptions if not one.figure]
    taken: dict[str, Figure] = {}
    if by_figure and not figures.counted_now():
        taken = figures.latest(one.figure for one in by_figure)
        for one in by_figure:
            if one.figure in taken:
                figure = taken[one.figure]
                yield one.row(asker, figure.number, figure.oldest, as_of=figure.taken_at)
    else:
        now += by_figure
    zone = Carrier.zone_or_default()
    parts = []
    for number, one in enumerate(now):
        if one.own:
            records, since = one.own(asker), one.since
        elif one.records:
            records, since = one.records(asker.today), one.since
        else:
            question = figures.QUESTIONS[one.figure]
            records, since = question.records(asker.today), question.since
        parts.append(_one_count(records, since, one.until, number, zone))
    if parts:
        for number, count, oldest, due in parts[0].union(*parts[1:], all=True):
            yield now[number].row(asker, count, oldest, first_due=due)


def _one_count(
    records: QuerySet[Any], since: str, until: str, number: int, zone: Any
) -> QuerySet[Any]:
    """One line of the union: which exception, how many records, the oldest's day, the first due."""
    # Of no column, too, the least: by anything else the database would group, and where there are
    # no records it would then say nothing instead of none.
    oldest = due = Min(Cast(Value(None), DateField()))
    if until:
        due = Min(until)
    if since:
        oldest = Min(TruncDate(since, tzinfo=zone) if is_instant(records, since) else since)
    return (
        records.order_by()
        .annotate(which=Value(number, output_field=IntegerField()))
        .values("which")
        .annotate(how_many=Count("pk"), the_oldest=oldest, first_due=due)
        .values_list("which", "how_many", "the_oldest", "first_due")
    )


def is_instant(records: QuerySet[Any], column: str) -> bool:
    """Whether ``column`` of ``records`` holds instants, and not days."""
    annotated = records.query.annotations.get(column)
    if annotated is not None:
        return isinstance(annotated.output_field, DateTimeField)
    model, field = records.model, None
    for part in column.split("__"):
        field = model._meta.get_field(part)
        model = field.related_model
    return isinstance(field, DateTimeField)


def listed(name: str, query: str = "") -> str:
    """The address of a list of the admin, filtered; or of the page of that name."""
    return reverse(name if ":" in name else f"admin:{name}_changelist") + query


def ago(day: date, today: date) -> str:
    """``day`` as seen from ``today``: “today”, “yesterday”, “4 days ago”."""
    days = (today - day).days
    return ("today", "yesterday")[days] if 0 <= days < 2 else f"{days} days ago"
