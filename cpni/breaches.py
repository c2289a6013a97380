"""Breaches: opened, their customers named, judged under each rule, closed.

What is done about one is recorded by ``cpni.steps``.
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, QuerySet

from accounts import history
from accounts.civil import add_months, begins, civil_day, ends, in_words
from accounts.counted_words import several
from accounts.errors import Refused
from accounts.models import Carrier, Customer, Look, LookShown, User
from accounts.permissions import require
from cpni import breach_rules
from cpni.breach_rules import Assessment, Facts, Step
from cpni.models import Breach, BreachCustomer, StepTaken

ADD, CHANGE = "cpni.add_breach", "cpni.change_breach"
LONGEST_DELAY = 12  # months that an agency may have directed to wait: a later day is a slip
AT_ONCE = 5_000  # customers that are written at once


def open_breach(breach: Breach, *, today: date, at: datetime, by: User | None) -> Breach:
    """Enter ``breach``, which is not stored yet, at the aware instant ``at`` of the day ``today``.

    Raises Refused for what cannot be, such as a discovery in the future.
    """
    require(by, ADD)
    breach.opened_on = today
    check(breach, today=today, at=at)
    history.save(breach, by=by, because="Entered")
    return breach


def check(breach: Breach, *, today: date, at: datetime) -> None:
    """Raise Refused when the days of ``breach`` cannot be."""
    discovered = discovered_on(breach)
    if breach.discovered_at > at:
        raise Refused("It cannot have been discovered in the future.", "Correct the time.")
    try:
        breach_rules.in_force(discovered)
    except LookupError as error:
        raise Refused(
            f"There was no rule about breaches on {in_words(discovered)} yet.",
            "Correct the day of the discovery.",
        ) from error
    if breach.determined_on and breach.determined_on > today:
        raise Refused("It cannot be determined in the future.", "Correct the day.")
    if breach.determined_on and breach.determined_on < discovered:
        raise Refused("It was determined before it was discovered.", "Correct the days.")
    if breach.happened_on and breach.happened_on > discovered:
        raise Refused("It happened after it was discovered.", "Correct the days.")
    if breach.delayed_until and breach.delayed_until > add_months(today, LONGEST_DELAY):
        raise Refused(
            "No agency directs to wait that long (64.2011(b)(3)).",
            "Correct the day, or enter the next extension when it comes.",
        )
    try:
        breach.validate_constraints()
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error


def open_ones() -> QuerySet[Breach]:
    """The open breaches, as :func:`with_steps`."""
    return with_steps(Breach.objects.filter(closed_on=None))


def with_steps(found: QuerySet[Breach]) -> QuerySet[Breach]:
    """``found`` with what :func:`outstanding` asks of each, in two queries for all of them."""
    return found.prefetch_related("steps").annotate(named=Count("affected"))


def affected(breach: Breach) -> QuerySet[Customer]:
    """The customers who are named as affected."""
    return Customer.objects.filter(
        pk__in=BreachCustomer.objects.filter(breach=breach).values("customer")
    )


def looked_at(person: User, first: date, last: date) -> QuerySet[Customer]:
    """The customers whom ``person`` was shown from the civil day ``first`` to ``last``."""
    zone = Carrier.zone_or_default()
    seen = Look.objects.filter(
        by_id=person.pk, at__gte=begins(first, zone), at__lt=ends(last, zone)
    ).exclude(what__in=(Look.What.REFUSED, Look.What.MISSING))
    listed = LookShown.objects.filter(look_id__in=seen.order_by().values("pk"))
    opened = seen.filter(customer_id__isnull=False).order_by().values("customer_id")
    customers = Customer.objects.all()
    return customers.filter(pk__in=opened) | customers.filter(pk__in=listed.values("customer_id"))


def name_affected(
    breach: Breach,
    customers: Iterable[int],
    *,
    replace: bool,
    at: datetime,
    by: User | None,
    because: str,
) -> int:
    """Name the customers with these ids as affected by ``breach``; returns how many it has then.

    ``replace`` takes away those who were named before. Who is named already stays as named. Raises
    Refused when nobody is to be named, and for a breach that is closed.
    """
    require(by, CHANGE)
    ids = set(customers)
    if not ids:
        raise Refused("No customer was found.", "Choose a list, accounts, or another time.")
    with transaction.atomic():
        stored = _open(breach)
        there = set(stored.affected.values_list("customer", flat=True))
        if replace:
            stored.affected.exclude(customer__in=ids).delete()
        new = sorted(ids - there)
        BreachCustomer.objects.bulk_create(
            (BreachCustomer(breach=stored, customer_id=pk, named_at=at, named_by=by) for pk in new),
            batch_size=AT_ONCE,
        )
        number = stored.affected.count()
        # The list has no history; how many it had then, and why, is kept with the breach.
        history.save(
            stored, by=by, because=f"{because} ({several(number, 'customer')} affected)"[:100]
        )
    return number


def facts(breach: Breach) -> Facts:
    """What the rules ask of ``breach``, as far as it is known."""
    told = StepTaken.that_count(breach.steps.all()).get(breach_rules.AGENCIES)
    named = getattr(breach, "named", None)
    number = max(breach.affected.count() if named is None else named, breach.estimate or 0)
    return Facts(
        determined_on=determined_on(breach),
        on_purpose=breach.intent != Breach.Intent.NO,
        cpni=breach.has_cpni,
        pii=breach.has_pii,
        customers=number or None,
        harm_unlikely=breach.harm == Breach.Harm.UNLIKELY,
        good_faith=breach.good_faith,
        encrypted=breach.encrypted,
        urgent=bool(breach.urgent_need.strip()),
        delayed_until=breach.delayed_until,
        told_on=told.done_on if told else None,
    )


def discovered_on(breach: Breach) -> date:
    """The carrier's civil day on which it was discovered."""
    return civil_day(breach.discovered_at, Carrier.zone_or_default())


def determined_on(breach: Breach) -> date:
    """The civil day after which its terms are counted: determination, else discovery."""
    return breach.determined_on or discovered_on(breach)


def judged(breach: Breach) -> Assessment:
    """What the rule that governs ``breach`` says of it."""
    return breach_rules.assess(breach_rules.in_force(determined_on(breach)), facts(breach))


def would_be(breach: Breach, *, on: date) -> list[Assessment]:
    """What the rules that are adopted and not in force on ``on`` would say of it."""
    known = facts(breach)
    return [breach_rules.assess(rule, known) for rule in breach_rules.adopted(on)]


def outstanding(breach: Breach) -> list[Step]:
    """The steps that the governing rule asks and that are not taken yet."""
    if not breach.is_open:
        return []
    taken = {step.code for step in breach.steps.all()}
    return [step for step in judged(breach).asked() if step.code not in taken]


def close(breach: Breach, *, on: date, by: User | None, because: str) -> bool:
    """Close ``breach`` on the civil day ``on``. False when it is closed already.

    Raises Refused while a step that its rule asks is not taken, naming it, and without a reason.
    """
    require(by, CHANGE)
    if not because.strip():
        raise Refused("Closing a breach needs a reason.", "Say what was found and done.")
    with transaction.atomic():
        stored = Breach.objects.select_for_update().get(pk=breach.pk)
        if not stored.is_open:
            return False
        if missing := outstanding(stored):
            named = "; ".join(f"{step.what} ({step.section})" for step in missing)
            raise Refused(f"Still to be done: {named}.", "Record each step with its proof.")
        stored.closed_on = on
        history.save(stored, by=by, because=because)
    return True


def _open(breach: Breach) -> Breach:
    """The stored breach, locked. Raises Refused for one that is closed."""
    stored = Breach.objects.select_for_update().get(pk=breach.pk)
    if not stored.is_open:
        raise Refused("This breach is closed.", "Enter what was found since as another one.")
    return stored
