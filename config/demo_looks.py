"""The demo's yesterday at the desk: who looked at whom, and what of it should be explained."""

from datetime import date, datetime, time, timedelta

from accounts import looks, unusual_looks
from accounts.models import Carrier, Customer, Look, User

PAGE = "accounts_customer_change"


def tell(*, on: date, rep: User, officer: User) -> int:
    """Looks of the civil day ``on`` by ``rep`` and ``officer``, and the report of that day.

    The representative works from nine to five and comes back late at night; the officer opens
    customers of her own surname. Returns how many findings wait to be reviewed.
    """
    zone = Carrier.zone_or_default()
    people = list(Customer.objects.order_by("account_number").values_list("pk", flat=True)[:20])

    def at(hour: int, minute: int) -> datetime:
        return datetime.combine(on, time(hour, minute), zone)

    morning = at(9, 4)
    listed = Look.What.LISTED
    looks.record(
        by=rep, at=morning, what=listed, screen="accounts_customer_changelist", customers=people
    )
    for n, customer in enumerate(people[:12]):
        seen = morning + timedelta(minutes=37 * (n + 1))
        looks.record(by=rep, at=seen, what=Look.What.OPENED, screen=PAGE, customers=[customer])
    looks.record(by=rep, at=at(22, 41), what=Look.What.OPENED, screen=PAGE, customers=[people[15]])
    namesakes = Customer.objects.filter(kind="residential", name__endswith=f" {officer.last_name}")
    for customer in namesakes.values_list("pk", flat=True)[:2]:
        looks.record(
            by=officer, at=at(15, 20), what=Look.What.OPENED, screen=PAGE, customers=[customer]
        )
    return unusual_looks.report(on=on)
