"""Writing checked rows of a billing export: what differs from what is known, and no more."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from accounts import changes, history
from accounts.bulk_rows import insert_rows, next_ids, update_rows
from accounts.contacts import TOLD
from accounts.encryption import blind_index
from accounts.import_rows import CheckedRow, Problem, ServiceCell
from accounts.models import AccountChange, ContactPoint, Customer, NameWord, Service, User
from accounts.models.name_words import word_rows

Kind, Status, Route = ContactPoint.Kind, Customer.Status, AccountChange.Route

CUSTOMER_FIELDS = (
    "id",
    "account_number",
    "name",
    "kind",
    "status",
    "active_since",
    "discontinued_on",
    "language",
    "email_notices_since",
    "email_notices_proof",
)
POINT_FIELDS = (
    "id",
    "customer",
    "kind",
    "value",
    "line1",
    "line2",
    "city",
    "state",
    "postcode",
    "index",
    "postcode_index",
    "since",
)
SERVICE_FIELDS = (
    "id",
    "customer",
    "category",
    "telephone_number",
    "number_index",
    "started_on",
    "ended_on",
)
CHANGED_FIELDS = CUSTOMER_FIELDS[2:]  # of a known customer: all but the account number


@dataclass(frozen=True)
class Written:
    """What became of one row: ``created``, ``changed``, ``unchanged`` or ``refused``."""

    row: CheckedRow
    what: str
    effects: tuple[str, ...] = ()
    problem: Problem | None = None


def write_rows(
    rows: Sequence[CheckedRow],
    *,
    on: date,
    by: User | None,
    because: str,
    route: str = Route.IMPORT,
) -> list[Written]:
    """Write checked rows, with history of exactly what they change. Call it in a transaction.

    ``on`` is the carrier's civil day, from which changes count; ``route`` how they came, for the
    notices that customers get of them. Returns what became of each row.
    """
    return _Chunk(rows, on=on, by=by, because=because, route=route).write()


class _Chunk:
    """The rows of one transaction against what is known of their customers."""

    def __init__(
        self,
        rows: Sequence[CheckedRow],
        *,
        on: date,
        by: User | None,
        because: str,
        route: str,
    ) -> None:
        self.rows, self.on, self.by, self.because = rows, on, by, because
        self.route = route
        numbers = [row.account_number for row in rows]
        # Locked first, in the order of their ids as everywhere, and read after; their keys stay
        # free, so that deliveries to them can be recorded meanwhile.
        locked = Customer.objects.select_for_update(no_key=True).order_by("pk")
        self.known = {c.account_number: c for c in locked.filter(account_number__in=numbers)}
        ids = [c.pk for c in self.known.values()]
        self.points: dict[tuple[int, str], list[ContactPoint]] = {}
        self.services: dict[tuple[int, str, str], list[Service]] = {}
        if ids:
            for point in ContactPoint.objects.current().filter(customer__in=ids):
                self.points.setdefault((point.customer_id, point.kind), []).append(point)
            for service in Service.objects.filter(customer__in=ids):
                key = (service.customer_id, service.category, service.telephone_number)
                self.services.setdefault(key, []).append(service)
        self.new_customers: list[tuple[Any, ...]] = []
        self.new_points: list[tuple[Any, ...]] = []
        self.new_services: list[tuple[Any, ...]] = []
        self.changed_customers: list[Customer] = []
        self.renamed: dict[int, str] = {}
        self.ended_points: list[ContactPoint] = []
        self.changed_services: dict[int, Service] = {}
        # Whom an address is changed of, which kind it is and what comes.
        self.told: list[changes.Told] = []

    def write(self) -> list[Written]:
        # Sorted, so that two imports of the same new customers wait instead of dying in a deadlock.
        fresh = sorted({r.account_number for r in self.rows} - self.known.keys())
        id_of = dict(zip(fresh, next_ids(Customer, len(fresh)), strict=True))
        done = []
        for row in self.rows:
            if row.account_number in id_of:
                self.add(id_of[row.account_number], row)
                done.append(Written(row, "created"))
            else:
                done.append(self.change(self.known[row.account_number], row))
        # Before anything is written: customers are told where they could be reached until now.
        changes.note_many(self.told, at=timezone.now(), on=self.on, route=self.route, by=self.by)
        self.flush()
        return done

    def add(self, pk: int, row: CheckedRow) -> None:
        """A customer who is not known yet."""
        ended = row.discontinued_on or self.on
        gone = row.status == Status.DISCONTINUED
        self.new_customers.append(
            (
                pk,
                row.account_number,
                row.name,
                row.kind or Customer.Kind.RESIDENTIAL.value,
                row.status or Status.ACTIVE.value,
                row.active_since,
                ended if gone else None,
                row.language or Customer.Language.ENGLISH.value,
                row.email_notices_since,
                row.email_notices_proof if row.email_notices_since else "",
            )
        )
        for kind, values, since in _contacts(row):
            self.new_points.append(_point(pk, kind, values, since or self.on))
        for cell in row.services:
            self.new_services.append(_service(pk, cell))

    def change(self, customer: Customer, row: CheckedRow) -> Written:
        """A customer who is known: only what differs is written."""
        if problem := _contradiction(customer, row):
            return Written(row, "refused", problem=problem)
        effects = []
        changed = False
        for name in ("name", "kind", "language"):
            given = getattr(row, name)
            if given and given != getattr(customer, name):
                setattr(customer, name, given)
                changed = True
                if name == "name":
                    self.renamed[customer.pk] = given
        status = self.change_status(customer, row)
        if status:
            effects.append(status)
        if self.takes_consent(customer, row):
            customer.email_notices_since = row.email_notices_since
            customer.email_notices_proof = row.email_notices_proof
            effects.append("consented to notices by e-mail")
        if changed or effects:
            self.changed_customers.append(customer)
        contacts = self.change_contacts(customer, row)
        services = self.change_services(customer, row)
        effects += contacts + services
        return Written(row, "changed" if changed or effects else "unchanged", tuple(effects))

    def change_status(self, customer: Customer, row: CheckedRow) -> str:
        """Discontinue or reconnect. Returns what happened, in words."""
        was, given = customer.status, row.status or customer.status
        if given == Status.DISCONTINUED:
            ended = row.discontinued_on or customer.discontinued_on or self.on
            if was == given and ended == customer.discontinued_on:
                return ""
            customer.status, customer.discontinued_on = Status.DISCONTINUED, ended
            return "discontinued" if was == Status.ACTIVE else "other day of discontinuation"
        # A new period of service: approvals of the one before do not come back.
        if was == Status.DISCONTINUED:
            gone = customer.discontinued_on or self.on
            customer.active_since = row.active_since if row.active_since > gone else self.on
            customer.status, customer.discontinued_on = Status.ACTIVE, None
            return "reconnected"
        if row.active_since > customer.active_since:
            customer.active_since = row.active_since
            return "new period of service"
        return ""

    def takes_consent(self, customer: Customer, row: CheckedRow) -> bool:
        """Whether the file's consent is news: none is recorded, and none was withdrawn since."""
        given, withdrawn = row.email_notices_since, customer.email_notices_withdrawn_on
        return (
            given is not None
            and customer.email_notices_since is None
            and (withdrawn is None or given > withdrawn)
        )

    def change_contacts(self, customer: Customer, row: CheckedRow) -> list[str]:
        effects = []
        for kind, values, since in _contacts(row):
            current = self.points.get((customer.pk, kind), [])
            if any(_same(point.values, values) for point in current):
                continue
            if told := TOLD.get(Kind(kind)):
                self.ended_points += current
                self.told.append(changes.Told(customer, told, values))
            # An address cannot have come before the one that it replaces.
            latest = max((p.since for p in current), default=None)
            began = since if since and (latest is None or since > latest) else self.on
            self.new_points.append(_point(customer.pk, kind, values, began))
            effects.append(f"new {Kind(kind).label.lower()}")
        return effects

    def change_services(self, customer: Customer, row: CheckedRow) -> list[str]:
        effects = []
        for cell in row.services:
            known = self.services.get((customer.pk, cell.category, cell.number), [])
            running = [s for s in known if s.ended_on is None]
            found = [s for s in known if s.started_on == cell.started_on]
            if not found:
                # The one that runs, unless the file speaks of an earlier time.
                end = cell.ended_on or date.max
                found = [s for s in running if s.started_on <= end]
            if not found:
                self.new_services.append(_service(customer.pk, cell))
                effects.append("new service")
            # Never two that run: the one that runs already is the one meant.
            elif found[0].ended_on != cell.ended_on and (cell.ended_on or not running):
                found[0].ended_on = cell.ended_on
                self.changed_services[found[0].pk] = found[0]
                effects.append("ended service" if cell.ended_on else "service runs again")
        return effects

    def flush(self) -> None:
        """Write everything, in an order that no constraint objects to."""
        if self.changed_customers:
            self.update(Customer, CHANGED_FIELDS, self.changed_customers)
        if self.ended_points:
            ids = [p.pk for p in self.ended_points]
            ContactPoint.objects.filter(pk__in=ids).update(until=self.on)
            self.record(ContactPoint, ids, "~")
        # Ended ones first: of one number only one may run.
        changed = self.changed_services.values()
        for some in ([s for s in changed if s.ended_on], [s for s in changed if not s.ended_on]):
            if some:
                self.update(Service, ("ended_on",), some)
        if self.new_customers:
            insert_rows(Customer, CUSTOMER_FIELDS, sorted(self.new_customers))
            self.record(Customer, [c[0] for c in self.new_customers], "+")
        if self.renamed:
            NameWord.objects.filter(customer__in=self.renamed).delete()
        named = (*((c[0], c[2]) for c in self.new_customers), *self.renamed.items())
        insert_rows(NameWord, NameWord.FIELDS, word_rows(named))
        self.insert(ContactPoint, POINT_FIELDS, self.new_points)
        self.insert(Service, SERVICE_FIELDS, self.new_services)

    def update(self, model: Any, names: Sequence[str], changed: Sequence[Any]) -> None:
        update_rows(model, names, ((o.pk, *(getattr(o, n) for n in names)) for o in changed))
        self.record(model, [o.pk for o in changed], "~")

    def insert(self, model: Any, names: Sequence[str], rows: list[tuple[Any, ...]]) -> None:
        if rows:
            ids = next_ids(model, len(rows))
            insert_rows(model, names, ((pk, *row) for pk, row in zip(ids, rows, strict=True)))
            self.record(model, ids, "+")

    def record(self, model: Any, ids: Sequence[int], kind: str) -> None:
        history.record_ids(
            model, ids, kind=kind, by=self.by, because=self.because, at=timezone.now()
        )


def _contradiction(customer: Customer, row: CheckedRow) -> Problem | None:
    """What in ``row`` cannot be true of the known ``customer``."""
    if customer.status == Status.MERGED:
        return Problem(
            "account_number",
            "This account was merged into another. Use that one, or remove the row.",
        )
    if row.discontinued_on and row.discontinued_on < customer.active_since:
        # An old file must not end the service of someone who has been reconnected since.
        return Problem(
            "discontinued_on",
            "It lies before the customer's present period of service. Correct it, or remove the"
            " row.",
        )
    return None


def _point(customer_id: int, kind: str, values: tuple[str, ...], since: date) -> tuple[Any, ...]:
    """A contact point in the order of ``POINT_FIELDS``, without its id."""
    index = ContactPoint.blind_index(kind, values)
    return customer_id, kind, *values, index, ContactPoint.postcode_blind_index(values[-1]), since


def _service(customer_id: int, cell: ServiceCell) -> tuple[Any, ...]:
    """A service in the order of ``SERVICE_FIELDS``, without its id."""
    index = blind_index("telephone", cell.number)
    return customer_id, cell.category, cell.number, index, cell.started_on, cell.ended_on


def _same(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two contact points are one; billing systems go from upper case to mixed and back."""
    return one == other or all(
        a.casefold() == b.casefold() for a, b in zip(one, other, strict=True)
    )


def _contacts(row: CheckedRow) -> Iterator[tuple[str, tuple[str, ...], date | None]]:
    """The contact points that a row gives: kind, values, since when."""
    if row.postal:
        yield Kind.POST.value, ("", *row.postal), row.address_since
    if row.email:
        yield Kind.EMAIL.value, (row.email, "", "", "", "", ""), row.email_since
    if row.contact_number:
        yield Kind.TELEPHONE.value, (row.contact_number, "", "", "", "", ""), None
