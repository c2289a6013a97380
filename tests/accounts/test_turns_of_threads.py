"""Turns that are counted in memory, by several threads at once."""

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from limits import RateLimitItemPerMinute

from accounts.turns import Counter, InMemory

THREADS, EACH = 8, 1_500


@pytest.fixture
def taking_turns_often():
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_every_turn_of_every_thread_is_counted_and_none_fails(taking_turns_often):
    counts, item = Counter(InMemory()), RateLimitItemPerMinute(THREADS * EACH)

    def take(_):
        return sum(counts.hit(item, "a key") for _ in range(EACH))

    with ThreadPoolExecutor(THREADS) as pool:
        assert sum(pool.map(take, range(THREADS))) == THREADS * EACH
    assert not counts.hit(item, "a key")
