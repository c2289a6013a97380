"""Made-up customers for the demo: the same ones every time for a given number."""

import random
from datetime import date, timedelta
from typing import Any

# fmt: off
FIRST = (
    "Ana", "Ben", "Carla", "Dev", "Elena", "Frank", "Grace", "Hector", "Irene",
    "Jamal", "Karen", "Luis", "Maria", "Noah", "Olga", "Pedro", "Quinn", "Rosa",
    "Sam", "Tessa", "Uma", "Victor", "Wendy", "Ximena", "Yusuf", "Zoe",
)
# fmt: on
# fmt: off
LAST = (
    "Alder", "Baker", "Chen", "Duarte", "Eriksen", "Flores", "Gupta", "Hale", "Ibarra",
    "Jensen", "Kim", "Lopez", "Meyer", "Nguyen", "Ortiz", "Price", "Quist", "Ramos",
    "Silva", "Tran", "Underwood", "Vega", "Walker", "Xu", "Young", "Zimmer",
)
# fmt: on
FIRMS = ("Dental", "Plumbing", "Books", "Farms", "Legal", "Motors", "Bakery", "Clinic")
STREETS = (
    "Cottonwood Lane",
    "Union Park Avenue",
    "State Street",
    "Fort Union Boulevard",
    "Elm Way",
)
TOWNS = (
    ("Midvale", "UT", "84047"),
    ("Sandy", "UT", "84070"),
    ("Murray", "UT", "84107"),
    ("Ogden", "UT", "84401"),
    ("Elko", "NV", "89801"),
    ("Page", "AZ", "86040"),
)


def rows(count: int, *, first: int, today: date, newest: bool) -> list[dict[str, Any]]:
    """``count`` rows of a billing export, numbered from ``first``.

    ``newest`` ones became customers in the last three weeks, the others one to ten years ago.
    """
    chance = random.Random(first)  # noqa: S311  (people of a demo, not secrets)
    return [_row(n, chance, today, newest) for n in range(first, first + count)]


def _row(n: int, chance: random.Random, today: date, newest: bool) -> dict[str, Any]:
    days = chance.randrange(3, 21) if newest else chance.randrange(400, 3650)
    since = today - timedelta(days=days)
    last = chance.choice(LAST)
    business = chance.random() < 0.15
    person = f"{chance.choice(FIRST)} {last}"
    number = f"801-{chance.randrange(200, 989)}-{n % 10000:04}"
    town, state, postcode = chance.choice(TOWNS)
    reachable = chance.random() < 0.98
    consents = chance.random() < 0.6
    wireless = chance.random() < 0.3
    services = [f"{'wireless' if wireless else 'local'}:{number}:{since}"]
    if chance.random() < 0.4:
        services.append(f"long_distance:{number}:{since}")
    return {
        "account_number": f"W{n:06}",
        "name": f"{last} {chance.choice(FIRMS)}" if business else person,
        "kind": "business" if business else "residential",
        "status": "active",
        "active_since": since,
        "language": "es" if chance.random() < 0.12 else "en",
        "line1": f"{chance.randrange(10, 9900)} {chance.choice(STREETS)}" if reachable else "",
        "city": town if reachable else "",
        "state": state if reachable else "",
        "postcode": postcode if reachable else "",
        "address_since": since if reachable else "",
        "email": f"{person.lower().replace(' ', '.')}.{n}@mail.example" if consents else "",
        "email_since": since if consents else "",
        "email_notices_since": since if consents and reachable else "",
        "email_notices_proof": f"Order form {100000 + n}" if consents and reachable else "",
        "services": "; ".join(services),
    }
