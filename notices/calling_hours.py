"""When may a customer be called? Time zones, hours, and when to try again. Pure.

Calls about the policy are made from nine in the morning to eight in the evening where the customer
is, an hour inside what the rules on telephone solicitation allow (47 CFR 64.1200(c)(1)), and not on
Sundays. Where the customer is, is not known for sure: whoever is on this list may have moved. So
the hours hold at once in every zone of the state of their postal address and of their numbers.
"""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers.timezone import time_zones_for_number

OPENS, CLOSES = time(9), time(20)
SUNDAY = 6
# A toll-free number, and the mobile number of a whole country, says nothing about where one is.
FEW = 4
SOON = timedelta(minutes=10)  # after a line was cut off

EASTERN, CENTRAL, MOUNTAIN, PACIFIC = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
)
# By zones, the states and territories in them. No library that is kept has it without much else.
STATES_IN: dict[tuple[str, ...], str] = {
    (EASTERN,): "CT DC DE GA MA MD ME NC NH NJ NY OH PA RI SC VA VT WV",
    (EASTERN, CENTRAL): "FL IN KY MI TN",
    (CENTRAL,): "AL AR IA IL LA MN MO MS OK WI",
    (CENTRAL, MOUNTAIN): "KS ND NE SD TX",
    (MOUNTAIN,): "CO MT NM UT WY",
    (MOUNTAIN, PACIFIC): "ID NV OR",
    (PACIFIC,): "CA WA",
    ("America/Phoenix", MOUNTAIN): "AZ",  # the Navajo Nation changes its clocks
    ("America/Anchorage", "America/Adak"): "AK",
    ("Pacific/Honolulu",): "HI",
    ("America/Puerto_Rico",): "PR",
    ("America/St_Thomas",): "VI",
    ("Pacific/Guam",): "GU",
    ("Pacific/Saipan",): "MP",
    ("Pacific/Pago_Pago",): "AS",
}
ZONES_OF_STATE = {state: zones for zones, states in STATES_IN.items() for state in states.split()}


def zones_for(*, states: Iterable[str], numbers: Iterable[str], otherwise: str) -> str:
    """Every zone in which a customer may be, as names with spaces between, in their order.

    ``states`` are those of their addresses, ``numbers`` what may be called (E.164), ``otherwise``
    the carrier's own zone, for whom nothing is known.
    """
    found = {zone for state in states for zone in ZONES_OF_STATE.get(state.upper(), ())}
    for number in numbers:
        found.update(_of_number(number))
    return " ".join(sorted(found) or [otherwise])


def _of_number(number: str) -> tuple[str, ...]:
    try:
        zones = time_zones_for_number(phonenumbers.parse(number, "US"))
    except phonenumbers.NumberParseException:
        return ()
    known = tuple(zone for zone in zones if zone != "Etc/Unknown")
    return known if len(known) <= FEW else ()


def is_open(zones: str, at: datetime) -> bool:
    """Whether somebody may be called at the aware instant ``at``, in whichever of ``zones``."""
    for name in zones.split():
        there = at.astimezone(ZoneInfo(name))
        if there.weekday() == SUNDAY or not OPENS <= there.time() < CLOSES:
            return False
    return True


def next_open(zones: str, at: datetime) -> datetime:
    """The first instant from ``at`` on at which somebody may be called.

    Hours begin in one zone or another, so only nine o'clock of each zone needs to be looked at.
    """
    begins = {at}
    for name in zones.split():
        here = at.astimezone(ZoneInfo(name))
        for days in range(9):
            day = here.date() + timedelta(days=days)
            begins.add(datetime.combine(day, OPENS, here.tzinfo))
    return min((one for one in begins if one >= at and is_open(zones, one)), default=at)


def retry_at(zones: str, at: datetime) -> datetime:
    """When to call again whom nobody answered for at ``at``: at another time of day.

    After a morning the evening of that day, after an afternoon the next morning, after an evening
    the next afternoon.
    """
    there = at.astimezone(local(zones))
    if there.hour < 12:
        days, hour = 0, time(17, 30)
    elif there.hour < 17:
        days, hour = 1, time(9, 30)
    else:
        days, hour = 1, time(13)
    return next_open(
        zones, datetime.combine(there.date() + timedelta(days=days), hour, there.tzinfo)
    )


def local(zones: str) -> ZoneInfo:
    """The zone in which a customer's time is shown: the first of ``zones``."""
    return ZoneInfo(zones.split()[0])
