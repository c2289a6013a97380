"""Terms toward the FCC: weekends and federal holidays do not count (47 CFR 1.4)."""

from datetime import date

import pytest

from accounts.business_days import certificate_due, day_off, left, rolled, term

NOV, DEC, JAN = (2026, 11), (2026, 12), (2027, 1)


@pytest.mark.parametrize(
    ("after", "days", "last"),
    [
        (date(*NOV, 16), 5, date(*NOV, 23)),  # Monday to Monday, over a weekend
        (date(*NOV, 23), 5, date(*DEC, 1)),  # over Thanksgiving, a Thursday
        (date(*NOV, 26), 5, date(*DEC, 3)),  # found on the holiday itself
        (date(*NOV, 28), 5, date(*DEC, 4)),  # found on a Saturday
        (date(*DEC, 21), 5, date(*DEC, 29)),  # over Christmas, a Friday
        (date(*DEC, 22), 7, date(*JAN, 4)),  # over Christmas and New Year
        (date(*DEC, 31), 5, date(*JAN, 8)),  # found on New Year's Eve
        (date(2027, 12, 22), 5, date(2027, 12, 30)),  # Christmas on a Saturday: the 24th is off
        (date(2027, 12, 23), 7, date(2028, 1, 5)),  # and New Year's Day: the 31st is off
        (date(2026, 7, 1), 5, date(2026, 7, 9)),  # Independence Day on a Saturday: the 3rd is off
        (date(2027, 6, 16), 1, date(2027, 6, 17)),  # Juneteenth is off on Friday the 18th
        (date(2027, 6, 17), 1, date(2027, 6, 21)),
    ],
)
def test_a_term_ends_after_so_many_business_days(after, days, last):
    assert term(after, days).last == last


def test_a_term_shows_each_day_that_counts_and_why_others_do_not():
    counted = term(date(*NOV, 24), 3)
    assert counted.counted == (date(*NOV, 25), date(*NOV, 27), date(*NOV, 30))
    assert counted.skipped == (
        (date(*NOV, 26), "Thanksgiving Day"),
        (date(*NOV, 28), "Saturday"),
        (date(*NOV, 29), "Sunday"),
    )
    with pytest.raises(ValueError, match="a day at least"):
        term(date(*NOV, 24), 0)


def test_a_holiday_of_a_state_is_a_business_day_of_the_fcc():
    assert day_off(date(2026, 7, 24)) == ""  # Pioneer Day in Utah
    assert rolled(date(2026, 7, 24)) == date(2026, 7, 24)


@pytest.mark.parametrize(
    ("year", "due"),
    [
        (2026, date(2026, 3, 2)),  # 1 March is a Sunday
        (2027, date(2027, 3, 1)),  # a Monday
        (2031, date(2031, 3, 3)),  # a Saturday
    ],
)
def test_the_certificate_is_due_on_1_march_or_the_next_business_day(year, due):
    assert certificate_due(year) == due


def test_days_left_are_business_days_and_none_on_the_last():
    last = date(*DEC, 1)
    assert left(date(*NOV, 23), last) == 5
    assert left(date(*NOV, 29), last) == 2
    assert left(last, last) == 0
    assert left(date(*DEC, 3), last) == -2
