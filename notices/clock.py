"""The clock of one notice: from its mailing date to the first day of assumed approval. Pure.

64.2008(d)(1): at least 30 days; for e-mail they begin when it was sent, for post on the third day
after mailing. The notice itself may give longer, and then that counts. Counting is in calendar
days with no regard to weekends or holidays (domain.md 11). Where the rule can be read in two ways
the later day is taken: the last day still belongs to the customer.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from accounts.civil import add_days, add_months

LEAST_DAYS = 30
POST_DAYS = 3  # 64.2008(d)(1)(ii)
RENEW_MONTHS = 24  # 64.2008(d)(2)
RENEWAL_DUE_MONTHS = 22  # so that bounces and their substitutes still fit (domain.md 11.4)


@dataclass(frozen=True)
class Window:
    """A customer's time to object, in civil days of the carrier's zone."""

    starts: date
    last_objection_day: date
    assume_from: date


def window(mailed_on: date, stated_days: int, *, by_post: bool) -> Window:
    """The window of a notice mailed on ``mailed_on`` whose text gives ``stated_days``.

    ``stated_days`` is counted from the mailing date, as the notice says to the customer.
    """
    starts = add_days(mailed_on, POST_DAYS if by_post else 0)
    last = max(add_days(starts, LEAST_DAYS), add_days(mailed_on, stated_days))
    return Window(starts=starts, last_objection_day=last, assume_from=add_days(last, 1))


@lru_cache(maxsize=4096)  # asked for each decision, of few days
def expires_after(mailed_on: date) -> date:
    """Last day on which a notice mailed on ``mailed_on`` still carries approval (64.2008(d)(2))."""
    return add_months(mailed_on, RENEW_MONTHS)


def earliest_carrying(on: date) -> date:
    """The earliest mailing date that on the day ``on`` still carries approval.

    The exact inverse of :func:`expires_after`, for set-based questions.
    """
    day = add_months(on, -RENEW_MONTHS)
    while expires_after(day) < on:
        day = add_days(day, 1)
    while expires_after(add_days(day, -1)) >= on:
        day = add_days(day, -1)
    return day


def renewal_due(on: date) -> date:
    """Notices mailed on or before this day are due for renewal on the day ``on``."""
    return add_months(on, -RENEWAL_DUE_MONTHS)


def due_within(on: date, days: int) -> date:
    """Notices mailed on or before this day carry approval on no day after ``on`` and ``days``."""
    return add_days(earliest_carrying(add_days(on, days + 1)), -1)
