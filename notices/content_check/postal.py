"""Postal addresses as they stand in a text: number of the house or box, state, ZIP code. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

STATES = {
    "Alabama": "AL", "Alaska": "AK", "Arizona": "AZ", "Arkansas": "AR", "California": "CA",
    "Colorado": "CO", "Connecticut": "CT", "Delaware": "DE", "District of Columbia": "DC",
    "Florida": "FL", "Georgia": "GA", "Hawaii": "HI", "Idaho": "ID", "Illinois": "IL",
    "Indiana": "IN", "Iowa": "IA", "Kansas": "KS", "Kentucky": "KY", "Louisiana": "LA",
    "Maine": "ME", "Maryland": "MD", "Massachusetts": "MA", "Michigan": "MI", "Minnesota": "MN",
    "Mississippi": "MS", "Missouri": "MO", "Montana": "MT", "Nebraska": "NE", "Nevada": "NV",
    "New Hampshire": "NH", "New Jersey": "NJ", "New Mexico": "NM", "New York": "NY",
    "North Carolina": "NC", "North Dakota": "ND", "Ohio": "OH", "Oklahoma": "OK", "Oregon": "OR",
    "Pennsylvania": "PA", "Puerto Rico": "PR", "Rhode Island": "RI", "South Carolina": "SC",
    "South Dakota": "SD", "Tennessee": "TN", "Texas": "TX", "Utah": "UT", "Vermont": "VT",
    "Virginia": "VA", "Washington": "WA", "West Virginia": "WV", "Wisconsin": "WI",
    "Wyoming": "WY", "Nuevo México": "NM", "Nueva York": "NY", "Nueva Jersey": "NJ",
    "Carolina del Norte": "NC", "Carolina del Sur": "SC",
}  # fmt: skip
NAMES = "|".join(sorted(STATES, key=len, reverse=True))
STATE_AND_CODE = re.compile(rf"\b([A-Z]{{2}}|{NAMES}),? (\d{{5}})(?:-\d{{4}})?\b")
# The number of a suite is passed over; a street is what follows a number in capitals.
HOUSE = re.compile(
    r"(?:Suite|Ste[․.]?|Unit|Apt[․.]?|Room|Floor|Oficina|Piso|#) ?\d+\w*"
    r"|\b(?:(?:P[․.]? ?O[․.]? ?)?Box|Apartado(?: Postal)?) (?P<box>\d+)"
    r"|(?<![\d-])\b(?P<house>\d{1,6})(?: (?:[A-Z0-9#][\w․’'-]*|of|de|del|la|y)\b)+"
)


@dataclass(frozen=True)
class Address:
    """The end of a postal address in a text, with the number of its house or box, "" without."""

    found: re.Match[str]
    state: str
    postcode: str
    house: str


def addresses(line: str) -> Iterator[Address]:
    """Each address in ``line``, which is one line of paragraphs that end in ``¶``."""
    begin = 0
    for found in STATE_AND_CODE.finditer(line):
        before = line[begin : found.start()].rpartition("¶")[2]
        numbers = [house["box"] or house["house"] for house in HOUSE.finditer(before)]
        house = [number for number in numbers if number][-1:]
        yield Address(found, STATES.get(found[1], found[1]), found[2], *house or [""])
        begin = found.end()
