"""A rate limit spaces messages evenly, and no stretch of time has more than it allows."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notices import sending
from notices.models import Delivery
from notices.pace import CATCH_UP, Pace


def run(per_minute, looks, most=10):
    """When messages go, if the loop looks at these times."""
    pace, times = Pace(per_minute, now=0.0), []
    for now in looks:
        number = pace.allowed(now, most)
        pace.used(number)
        times += [now] * number
    return times


def test_without_a_limit_as_many_go_as_there_are_connections():
    assert run(None, [0.0, 0.0]) == [0.0] * 20


def test_ten_a_minute_go_six_seconds_apart_and_not_in_a_burst():
    assert run(10, range(31)) == [6, 12, 18, 24, 30]


def test_what_was_missed_is_not_made_up_for_at_once():
    assert run(60, [1, 100, 100, 100.5, 101]) == [1, 100, 101]


@settings(deadline=None)  # the machine may be busy
@given(
    per_minute=st.integers(1, 100_000),
    gaps=st.lists(st.floats(0, 5, allow_subnormal=False), max_size=60),
)
def test_no_stretch_of_time_has_more_than_it_may(per_minute, gaps):
    looks = [sum(gaps[:n]) for n in range(len(gaps))]
    times, rate = run(per_minute, looks, most=1_000), per_minute / 60
    for first in range(len(times)):
        for last in range(first, len(times)):
            allowed = (times[last] - times[first] + CATCH_UP) * rate + 1
            assert last - first + 1 <= allowed + 1e-6


@pytest.mark.parametrize("per_minute", [600, 1_200])
def test_a_campaign_keeps_its_pace_over_real_smtp(sink, campaign_to, per_minute):
    campaign = campaign_to(8, rate_per_minute=per_minute)
    sending.send(campaign.pk)
    times = sorted(Delivery.objects.values_list("sent_at", flat=True))
    gap = 60 / per_minute
    assert len(times) == 8
    assert (times[-1] - times[0]).total_seconds() >= 7 * gap - CATCH_UP
    assert sink.connections < 3
