"""Civil days: what day an instant falls on, and calendar arithmetic. Pure: no database, no clock.

Notices are counted in calendar days of the carrier's time zone, never in 24-hour steps
(domain.md 11.4): a day has 23 or 25 hours when clocks change.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

# Days outside of these are slips of the pen, and near the calendar's ends no day can be reckoned.
EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)
OF_RECORD_DAYS = 30  # 64.2003(b): an address is "of record" once it has been on the account 30 days


def civil_day(instant: datetime, zone: ZoneInfo) -> date:
    """The calendar day in ``zone`` on which the aware ``instant`` falls.

    Raises ValueError for a naive datetime, whose day cannot be known.
    """
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone before its day can be told")
    return instant.astimezone(zone).date()


def begins(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which ``day`` begins in ``zone``; of the calendar's first day, the first."""
    if day == date.min:
        return datetime.min.replace(tzinfo=UTC)
    return datetime.combine(day, time.min, zone)


def ends(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which ``day`` is over in ``zone``; of the calendar's last day, the last."""
    if day == date.max:
        return datetime.max.replace(tzinfo=UTC)
    return datetime.combine(add_days(day, 1), time.min, zone)


def add_days(day: date, days: int) -> date:
    """The calendar day ``days`` after ``day`` (before it when negative)."""
    return day + timedelta(days=days)


def add_months(day: date, months: int) -> date:
    """The same day of the month ``months`` later; 29 February becomes 28 where there is none."""
    return day + relativedelta(months=months)


def of_record_from(since: date) -> date:
    """First day on which something on the account since ``since`` is "of record" (64.2003(b))."""
    return add_days(since, OF_RECORD_DAYS)


def in_words(day: date) -> str:
    """“December 9, 2026”."""
    return f"{day:%B} {day.day}, {day.year}"
