"""When a customer may be called: sensible hours wherever they may be."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from notices import calling_hours

UTAH, NEW_YORK, CALIFORNIA = "America/Denver", "America/New_York", "America/Los_Angeles"


def at(day, hour, zone, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo(zone))


def zones(states=(), numbers=()):
    return calling_hours.zones_for(states=states, numbers=numbers, otherwise=UTAH)


@pytest.mark.parametrize(
    ("states", "numbers", "found"),
    [
        (["UT"], ["+18015550134"], UTAH),
        (["UT"], ["+12125550134"], f"{UTAH} {NEW_YORK}"),
        (["FL"], [], f"America/Chicago {NEW_YORK}"),
        ([], ["+13105550134"], CALIFORNIA),
        (["CA"], ["+18005550134"], CALIFORNIA),  # toll-free: may be anywhere
        (["XX"], ["nonsense"], UTAH),
        ([], [], UTAH),
    ],
)
def test_the_zone_is_that_of_the_address_and_of_the_number_else_the_carriers(
    states, numbers, found
):
    assert zones(states, numbers) == found


def test_every_state_has_its_zones():
    assert len(calling_hours.ZONES_OF_STATE) == 56


@pytest.mark.parametrize(
    ("day", "hour", "is_open"), [(23, 8, False), (23, 9, True), (23, 19, True), (23, 20, False)]
)
def test_from_nine_to_eight(day, hour, is_open):
    assert calling_hours.is_open(UTAH, at(day, hour, UTAH)) is is_open


def test_not_on_a_sunday():
    assert not calling_hours.is_open(UTAH, at(22, 12, UTAH))
    assert calling_hours.next_open(UTAH, at(21, 21, UTAH)) == at(23, 9, UTAH)


def test_where_several_zones_are_possible_the_hours_hold_in_all():
    both = f"{CALIFORNIA} {NEW_YORK}"
    assert not calling_hours.is_open(both, at(23, 10, NEW_YORK))
    assert calling_hours.is_open(both, at(23, 12, NEW_YORK))
    assert calling_hours.next_open(both, at(23, 21, NEW_YORK)) == at(24, 9, CALIFORNIA)


def test_the_hours_are_those_of_the_clock_there_when_it_changes():
    saturday = datetime(2026, 10, 31, 20, tzinfo=ZoneInfo(UTAH))
    monday = calling_hours.next_open(UTAH, saturday)
    assert monday == datetime(2026, 11, 2, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("tried", "again"),
    [
        (at(23, 10, UTAH), at(23, 17, UTAH, 30)),
        (at(23, 14, UTAH), at(24, 9, UTAH, 30)),
        (at(23, 18, UTAH), at(24, 13, UTAH)),
        (at(21, 18, UTAH), at(23, 9, UTAH)),  # the day after is a Sunday
    ],
)
def test_whom_nobody_answered_for_is_called_at_another_time_of_day(tried, again):
    assert calling_hours.retry_at(UTAH, tried) == again


@pytest.mark.parametrize("states", [["HI", "ME"], ["GU"], ["AK", "FL"]])
def test_there_is_always_an_hour(states):
    found = calling_hours.next_open(zones(states), at(23, 3, UTAH))
    assert found < at(23, 3, UTAH) + timedelta(days=3)
    assert calling_hours.is_open(zones(states), found)
