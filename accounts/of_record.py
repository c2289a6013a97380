"""What is "of record" of a customer: where they may be called back or sent a code.

An address is of record after 30 days (64.2003(b)). The number of record is that of a service, never
a contact number (64.2003(q)). One that came in the last 30 days to an account that had an older one
is not called: whoever got hold of an account could have their own number added and called back.
"""

from datetime import date

from accounts.civil import OF_RECORD_DAYS, add_days, in_words
from accounts.models import ContactPoint, Customer, Service

Kind = ContactPoint.Kind


def numbers(customer: Customer, *, on: date) -> list[Service]:
    """Services of ``customer`` whose number may be called on the civil day ``on``."""
    services = list(customer.services.order_by("started_on", "pk"))
    return [s for s in services if not why_not_called(s, on=on, of=services)]


def addresses(customer: Customer, *, on: date) -> list[ContactPoint]:
    """Postal and e-mail addresses of record of ``customer`` on ``on`` that still reach them."""
    points = customer.contact_points.current().filter(kind__in=(Kind.POST, Kind.EMAIL))
    return [p for p in points.order_by("-kind", "pk") if not why_not_sent(p, on=on)]


def why_not_called(service: Service, *, on: date, of: list[Service] | None = None) -> str:
    """Why the number of ``service`` is not called on ``on``; "" when it may be.

    ``of`` are all services of the customer, when they are at hand. The first number of an account
    has replaced none, so it counts from its first day: a new customer can be called back.
    """
    if not service.telephone_number:
        return "This service has no telephone number."
    if not service.current(on):
        return "This service is not provided any more, so its number is not of record."
    if add_days(service.started_on, OF_RECORD_DAYS) <= on:
        return ""
    siblings = Service.objects.filter(customer=service.customer_id) if of is None else of
    if not any(s.started_on < service.started_on and s.telephone_number for s in siblings):
        return ""
    day = add_days(service.started_on, OF_RECORD_DAYS)
    return (
        f"This number came less than {OF_RECORD_DAYS} days ago."
        f" It may be called from {in_words(day)}."
    )


def why_not_sent(point: ContactPoint, *, on: date) -> str:
    """Why nothing secret is sent to ``point`` on ``on``; "" when it is an address of record."""
    if point.kind == Kind.TELEPHONE:
        return "A contact number is not the number of record (64.2003(q))."
    if point.until is not None:
        return "This address was replaced."
    if point.undeliverable_since is not None:
        return "Nothing reaches this address any more."
    if not point.of_record(on):
        day = point.of_record_from
        return f"This address is of record only from {in_words(day)} (64.2003(b))."
    return ""


def masked(place: Service | ContactPoint) -> str:
    """``place`` so that its customer knows which is meant and nobody else learns it."""
    if isinstance(place, Service):
        return f"…{place.telephone_number[-4:]}"
    if place.kind == Kind.POST:
        return ", ".join(filter(None, ("the postal address", place.city, place.state)))
    name, _, domain = place.value.partition("@")
    return f"{name[:1]}…@{domain[:1]}…"
