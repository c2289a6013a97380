"""Business days: terms toward the FCC, counted as 47 CFR 1.4 says. Pure: no database, no clock.

The day after the event is the first that counts (1.4(c)); Saturdays, Sundays and federal holidays
are no business days (1.4(e)(1)), on the day on which they are observed; a last day that is none
moves to the next that is one (1.4(j)). Days on which the FCC's office is closed for another reason,
such as snow or an order of the President, are not known here and count: a term then ends too early
and never too late. Customers' days to object are calendar days and have nothing to do with these
(``notices.clock``, domain.md 11.1).
"""

from dataclasses import dataclass
from datetime import date
from functools import cache

import holidays

from accounts.civil import add_days
from accounts.counted_words import several


@dataclass(frozen=True)
class Term:
    """A number of business days after a day, with each day that counted or did not."""

    after: date
    counted: tuple[date, ...]
    skipped: tuple[tuple[date, str], ...]

    @property
    def last(self) -> date:
        """The last day on which it is in time."""
        return self.counted[-1]


@cache
def _federal() -> holidays.HolidayBase:
    """Federal holidays; the library adds a year when a day of it is asked for."""
    return holidays.country_holidays("US")


def day_off(day: date) -> str:
    """Why ``day`` is no business day, such as “Thanksgiving Day”; "" when it is one."""
    name: str = _federal().get(day) or ""
    return name or (day.strftime("%A") if day.isoweekday() > 5 else "")


def term(after: date, days: int) -> Term:
    """``days`` business days after the civil day ``after``, which itself does not count.

    Raises ValueError for less than one day.
    """
    if days < 1:
        raise ValueError("a term has a day at least")
    counted: list[date] = []
    skipped: list[tuple[date, str]] = []
    day = after
    while len(counted) < days:
        day = add_days(day, 1)
        if name := day_off(day):
            skipped.append((day, name))
        else:
            counted.append(day)
    return Term(after, tuple(counted), tuple(skipped))


def rolled(day: date) -> date:
    """``day`` itself, or the next business day when it is none (1.4(j))."""
    while day_off(day):
        day = add_days(day, 1)
    return day


def left(on: date, last: date) -> int:
    """How many business days are left on ``on`` until ``last``, which counts; negative when late.

    The day ``on`` itself does not count, so 0 is the last day itself.
    """
    low, high = min(on, last), max(on, last)
    number, day = 0, low
    while day < high:
        day = add_days(day, 1)
        number += not day_off(day)
    return number if last >= on else -number


def certificate_due(year: int) -> date:
    """Last day to file, in ``year``, the certificate of the year before (64.2009(e))."""
    return rolled(date(year, 3, 1))


def in_words_left(on: date, last: date) -> str:
    """How the term that ends on ``last`` stands on ``on``: “3 business days are left.”"""
    number = left(on, last)
    if last < on:
        return f"It ended {several((on - last).days, 'day')} ago."
    if number == 0:
        return "It ends today."
    return f"{several(number, 'business day is', 'business days are')} left."
