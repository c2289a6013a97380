"""The date table of domain.md 11.2, and what holds for every date."""

from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from notices.clock import earliest_carrying, expires_after, renewal_due, window

days = st.dates(date(1996, 1, 1), date(2104, 12, 31))


@pytest.mark.parametrize(
    ("mailed_on", "starts", "last_day", "assume_from"),
    [
        pytest.param(
            date(2026, 11, 23),
            date(2026, 11, 26),
            date(2026, 12, 26),
            date(2026, 12, 27),
            id="the clock starts on Thanksgiving",
        ),
        pytest.param(
            date(2026, 12, 1),
            date(2026, 12, 4),
            date(2027, 1, 3),
            date(2027, 1, 4),
            id="the last day is a Sunday of the next year",
        ),
        pytest.param(
            date(2027, 1, 29),
            date(2027, 2, 1),
            date(2027, 3, 3),
            date(2027, 3, 4),
            id="over a short February",
        ),
        pytest.param(
            date(2024, 2, 28),
            date(2024, 3, 2),
            date(2024, 4, 1),
            date(2024, 4, 2),
            id="over a leap day",
        ),
        pytest.param(
            date(2010, 12, 21),
            date(2010, 12, 24),
            date(2011, 1, 23),
            date(2011, 1, 24),
            id="the day of the old notice",
        ),
    ],
)
def test_a_letter_leaves_33_days_and_the_last_is_the_customers(
    mailed_on, starts, last_day, assume_from
):
    found = window(mailed_on, 33, by_post=True)
    assert (found.starts, found.last_objection_day, found.assume_from) == (
        starts,
        last_day,
        assume_from,
    )
    # An e-mail with the same words gives the same days: it says so.
    assert window(mailed_on, 33, by_post=False).last_objection_day == last_day


@pytest.mark.parametrize(
    ("sent_on", "last_day", "assume_from"),
    [
        (date(2026, 11, 23), date(2026, 12, 23), date(2026, 12, 24)),
        (date(2026, 12, 1), date(2026, 12, 31), date(2027, 1, 1)),
        (date(2027, 1, 29), date(2027, 2, 28), date(2027, 3, 1)),
        (date(2024, 2, 28), date(2024, 3, 29), date(2024, 3, 30)),
        (date(2010, 12, 21), date(2011, 1, 20), date(2011, 1, 21)),
    ],
)
def test_an_email_that_says_30_days_leaves_30(sent_on, last_day, assume_from):
    found = window(sent_on, 30, by_post=False)
    assert found.starts == sent_on
    assert (found.last_objection_day, found.assume_from) == (last_day, assume_from)


@pytest.mark.parametrize("by_post", [True, False])
def test_a_longer_period_that_the_notice_states_counts(by_post):
    found = window(date(2026, 11, 23), 45, by_post=by_post)
    assert found.last_objection_day == date(2027, 1, 7)
    assert found.assume_from == date(2027, 1, 8)


@given(mailed_on=days, stated=st.integers(0, 400), by_post=st.booleans())
def test_no_window_is_shorter_than_the_rule_or_than_the_notice_says(mailed_on, stated, by_post):
    found = window(mailed_on, stated, by_post=by_post)
    given_days = (found.last_objection_day - mailed_on).days
    assert given_days == max(33 if by_post else 30, stated)
    assert found.assume_from - found.last_objection_day == timedelta(days=1)


def test_a_notice_carries_for_two_years_by_the_calendar():
    assert expires_after(date(2026, 11, 23)) == date(2028, 11, 23)
    assert expires_after(date(2024, 2, 29)) == date(2026, 2, 28)


@given(on=days)
@example(on=date(2026, 2, 28))
@example(on=date(2026, 3, 1))
@example(on=date(2028, 2, 29))
def test_earliest_carrying_is_the_inverse_of_expires_after(on):
    earliest = earliest_carrying(on)
    assert expires_after(earliest) >= on
    assert expires_after(earliest - timedelta(days=1)) < on


def test_a_renewal_falls_due_two_months_before_the_two_years():
    assert renewal_due(date(2028, 9, 23)) == date(2026, 11, 23)
    assert expires_after(renewal_due(date(2028, 9, 23))) == date(2028, 11, 23)
