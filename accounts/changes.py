"""Changes of which the customer must be told at once: noted, with the place where it is told.

Whoever changes a password, a back-up answer, an online account or an address of record calls
:func:`note` in the transaction of the change, before anything is written (64.2010(f)). The notice
goes where the customer could be reached before; it never goes to what is new. The floor above reads
the rows and tells the customer.

What was decided where the rule leaves it open (domain.md 6.2):

- Contact numbers are no trigger and no place: the rule speaks of the number of the service.
- An address that was replaced before it had been on the account for 30 days never was of record.
  The last one that was of record when it ended is the place then, however often it changed since.
- What arrives nowhere is a place only where there is no other.
- Nothing is of record: the change names no place, and the floor above shows that to a person.
- A correction of a slip of the pen is a change, and so is taking an address away.
- A business whose contract says how it is authenticated (64.2010(g)) is told like everybody else:
  the contract replaces authentication, and one that replaces this notice too is not known to us.
- A reconnection starts a service, so what is set up on its first day needs no notice; a password
  or back-up that was kept from before is changed and not set up, and needs one. A merge changes no
  address and no password of the account that remains.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from accounts import history
from accounts.bulk_rows import insert_rows, next_ids
from accounts.models import AccountChange, ContactPoint, Credential, Customer, Service, User

Kind = ContactPoint.Kind


@dataclass(frozen=True)
class Place:
    """Where the customer is told: what is of record of each sort, as far as there is any."""

    postal: ContactPoint | None = None
    email: ContactPoint | None = None
    service: Service | None = None


def note(
    customer: Customer,
    kind: str,
    *,
    at: datetime,
    on: date,
    route: str,
    by: User | None,
    new: ContactPoint | None = None,
    because: str = "",
) -> AccountChange:
    """Record that something of ``kind`` is about to be created or changed, and where it is told.

    Call it in the transaction of the change, with the customer locked, before the change is
    written. ``at`` is the aware instant and ``on`` the carrier's civil day of it; ``route`` is an
    ``AccountChange.Route``; ``new`` is the address that comes, if one does: to it nothing is sent,
    even if it was of record before.
    """
    points: Sequence[ContactPoint] = ()
    services: Sequence[Service] = ()
    exempt = at_start(customer, kind, on=on)
    if not exempt:
        points = list(ContactPoint.objects.filter(customer=customer).exclude(kind=Kind.TELEPHONE))
        services = list(Service.objects.filter(customer=customer))
    change = noted(
        customer,
        kind,
        points=points,
        services=services,
        at=at,
        on=on,
        route=route,
        by=by,
        new=new.values if new else None,
        exempt=exempt,
    )
    change.because = because
    change.save(force_insert=True)
    return change


def noted(
    customer: Customer,
    kind: str,
    *,
    points: Iterable[ContactPoint],
    services: Iterable[Service],
    at: datetime,
    on: date,
    route: str,
    by: User | None,
    new: Sequence[str] | None = None,
    exempt: bool,
) -> AccountChange:
    """The unsaved row of one change. Arguments as for :func:`note`; ``new`` are values.

    ``points`` and ``services`` are all of the customer's, ended ones too, as they were before.
    """
    place = Place() if exempt else choose_place(points, services, on=on, new=new)
    return AccountChange(
        customer=customer,
        kind=kind,
        at=at,
        on=on,
        route=route,
        by=by,
        call_id=history.call_in_progress(),
        at_start=exempt,
        postal_point=place.postal,
        email_point=place.email,
        service=place.service,
    )


def note_choice(
    customer: Customer, *, says: str, at: datetime, on: date, route: str
) -> AccountChange | None:
    """Record that a choice of ``customer`` is to be confirmed to them, in the words ``says``.

    It goes to the newest e-mail address that reaches them, else to the postal one; to an address
    that is new as well, since it tells nothing that helps whoever put it there. None, and nothing
    is recorded, when neither is there: the page has confirmed it. Arguments as for :func:`note`.
    """
    points = ContactPoint.objects.current().filter(customer=customer, undeliverable_since=None)
    newest = points.order_by("-since", "-pk")
    email, postal = newest.filter(kind=Kind.EMAIL).first(), newest.filter(kind=Kind.POST).first()
    if email is None and postal is None:
        return None
    return AccountChange.objects.create(
        customer=customer,
        kind=AccountChange.Kind.CHOICE,
        at=at,
        on=on,
        route=route,
        says=says,
        email_point=email,
        postal_point=None if email else postal,
    )


@dataclass(frozen=True)
class Told:
    """One change of many: whose, of which kind, and the values of the address that comes."""

    customer: Customer
    kind: str
    new: Sequence[str]


def note_many(told: Sequence[Told], *, at: datetime, on: date, route: str, by: User | None) -> None:
    """Note changes of many customers in a fixed number of statements; see :func:`note`."""
    if not told:
        return
    ids = {one.customer.pk for one in told}
    points: dict[int, list[ContactPoint]] = defaultdict(list)
    for point in ContactPoint.objects.filter(customer__in=ids).exclude(kind=Kind.TELEPHONE):
        points[point.customer_id].append(point)
    services: dict[int, list[Service]] = defaultdict(list)
    for service in Service.objects.filter(customer__in=ids):
        services[service.customer_id].append(service)
    rows = [
        noted(
            one.customer,
            one.kind,
            points=points[one.customer.pk],
            services=services[one.customer.pk],
            at=at,
            on=on,
            route=route,
            by=by,
            new=one.new,
            exempt=on <= one.customer.active_since,  # addresses: see at_start
        )
        for one in told
    ]
    for row, pk in zip(rows, next_ids(AccountChange, len(rows)), strict=True):
        row.pk = pk
    columns = [f.attname for f in AccountChange._meta.concrete_fields]
    stored = connection.ops.adapt_datetimefield_value(at)
    insert_rows(
        AccountChange,
        [f.name for f in AccountChange._meta.concrete_fields],
        ([stored if c == "at" else getattr(row, c) for c in columns] for row in rows),
    )


def at_start(customer: Customer, kind: str, *, on: date) -> bool:
    """Whether what is set up on the civil day ``on`` belongs to the start of service: exempt.

    A password or back-up that was there before the service began anew is not set up but changed,
    perhaps by whoever pretends to be the customer: that is told.
    """
    kept = Credential.objects.filter(customer=customer, kind=kind, until=None)
    return on <= customer.active_since and not kept.exists()


def choose_place(
    points: Iterable[ContactPoint],
    services: Iterable[Service],
    *,
    on: date,
    new: Sequence[str] | None = None,
) -> Place:
    """Where a change on the civil day ``on`` is told. Pure: nothing is read or written.

    ``points`` and ``services`` of one customer as they were before the change; ``new`` are the
    values of the address that comes (``ContactPoint.values``), never to be told to.
    """
    were = [p for p in points if _was_of_record(p, on) and not (new and _same(p.values, new))]
    postal, email = _last(were, Kind.POST), _last(were, Kind.EMAIL)
    service = _number(services, on)
    reached = Place(
        postal if postal and not postal.undeliverable_since else None,
        email if email and not email.undeliverable_since else None,
        service,
    )
    return reached if reached != Place() else Place(postal, email)


def _was_of_record(point: ContactPoint, on: date) -> bool:
    """Whether it is of record on the day ``on``, or was when it ended (that day included)."""
    return point.of_record_from <= (on if point.until is None else min(on, point.until))


def _last(points: Iterable[ContactPoint], kind: str) -> ContactPoint | None:
    """The one of ``kind`` that was of record last: the present one, else the last that ended."""
    mine = [p for p in points if p.kind == kind]
    return max(mine, key=lambda p: (p.until or date.max, p.since, p.pk), default=None)


def _number(services: Iterable[Service], on: date) -> Service | None:
    """The service whose number is told: a wireless one, which takes texts too, else the oldest.

    A number that was given back may be another customer's by now, so an ended service is none.
    """
    running = [s for s in services if s.telephone_number and s.current(on)]
    wireless = Service.Category.WIRELESS
    return min(running, key=lambda s: (s.category != wireless, s.started_on, s.pk), default=None)


def _same(one: Sequence[str], other: Sequence[str]) -> bool:
    return [x.casefold() for x in one] == [x.casefold() for x in other]
