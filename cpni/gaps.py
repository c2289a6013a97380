"""Questions about many customers at once, for lists and the home page. Querysets only.

``decide`` is the authority for one customer and one use; these find whom to look at.
"""

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from accounts.models import Customer
from cpni.models import Approval
from notices.clock import due_within, earliest_carrying
from notices.consent import COUNTS
from notices.gaps import missed
from notices.models import Delivery, Use

OPT_OUT = Use.Mechanism.OPT_OUT
AHEAD = 60  # days that "falls due soon" looks ahead


def _of_customer() -> QuerySet[Approval]:
    return Approval.objects.filter(customer=OuterRef("pk"))


def _denied() -> Exists:
    """Whether the outer customer opted out of a use that takes opt-out."""
    return Exists(_of_customer().filter(state=Approval.State.DENIED, use__mechanism=OPT_OUT))


def _asking() -> QuerySet[Delivery]:
    """Deliveries to the outer customer, in the present service, of notices that ask approval."""
    return Delivery.objects.filter(
        Q(mailed_on=None) | Q(mailed_on__gte=OuterRef("active_since")),
        customer=OuterRef("pk"),
        campaign__notice__uses__mechanism=OPT_OUT,
    ).exclude(state=Delivery.State.CANCELLED)


def _arrived() -> QuerySet[Delivery]:
    """Of these, those that arrived, as far as we know, and count (``notices.consent``)."""
    return _asking().filter(COUNTS, state=Delivery.State.SENT, outcome="")


def in_force(on: date) -> Q:
    """Of approvals, those that count on ``on``: an assumed one as long as its notice carries it."""
    return Q(state=Approval.State.EXPRESS) | Q(
        state=Approval.State.ASSUMED, delivery__mailed_on__gte=earliest_carrying(on)
    )


def opted_out(*, on: date) -> QuerySet[Customer]:
    """Customers who opted out of at least one use that takes opt-out."""
    return Customer.objects.filter(_denied())


def approved(*, on: date) -> QuerySet[Customer]:
    """Active customers with an approval in force for at least one use that takes opt-out."""
    return Customer.objects.active().filter(
        Exists(_of_customer().filter(in_force(on), use__mechanism=OPT_OUT))
    )


def window_open(*, on: date) -> QuerySet[Customer]:
    """Active customers who have not opted out and whose time to object still runs on ``on``."""
    running = _arrived().filter(mailed_on__lte=on, last_objection_day__gte=on)
    return Customer.objects.active().filter(Exists(running), ~_denied())


def never_noticed(*, on: date) -> QuerySet[Customer]:
    """Active customers to whom no notice that asks approval was sent or is on its way."""
    return Customer.objects.active().filter(~Exists(_asking()))


def never_reached(*, on: date) -> QuerySet[Customer]:
    """Active customers whom no notice that asks approval has reached, for whatever reason.

    None was sent, it is on its way, it failed, it came back, or it went by e-mail without consent
    to that (64.2008(a)(1), (b), (d)(3)(i)).
    """
    return Customer.objects.active().filter(~Exists(_arrived()))


def undeliverable(*, on: date) -> QuerySet[Customer]:
    """Active customers whose notice did not arrive and who were sent nothing since."""
    return Customer.objects.filter(pk__in=missed(Delivery.objects.all()).values("customer"))


def without_consent(*, on: date) -> QuerySet[Customer]:
    """Active customers e-mailed a notice without consent to that, and none that counts.

    None since, and none before, however old (64.2008(d)(3)(i)).
    """
    sent = _asking().filter(~COUNTS, state=Delivery.State.SENT, outcome="")
    return Customer.objects.active().filter(Exists(sent), ~Exists(_arrived()))


def noticed(*, on: date) -> QuerySet[Customer]:
    """Active customers with a notice that arrived and is not over two years old on ``on``."""
    arrived = _arrived()
    return Customer.objects.active().filter(
        Exists(arrived.filter(mailed_on__gte=earliest_carrying(on)))
    )


def overdue(*, on: date) -> QuerySet[Customer]:
    """Active customers whose last notice that arrived is over two years old (64.2008(d)(2))."""
    arrived = _arrived()
    return Customer.objects.active().filter(
        Exists(arrived.filter(mailed_on__lt=earliest_carrying(on))),
        ~Exists(arrived.filter(mailed_on__gte=earliest_carrying(on))),
    )


def held(*, on: date) -> QuerySet[Customer]:
    """Active customers, noticed, past the waiting period, of whom neither yes nor no is recorded.

    Something holds the approval, or the daily job has not come by.
    """
    running = _arrived().filter(mailed_on__lte=on, last_objection_day__gte=on)
    approved_now = _of_customer().filter(in_force(on), use__mechanism=OPT_OUT)
    return noticed(on=on).filter(~_denied(), ~Exists(approved_now), ~Exists(running))


def due_soon(*, on: date) -> QuerySet[Customer]:
    """Active customers whose two-year notice falls due within ``AHEAD`` days (64.2008(d)(2))."""
    arrived = _arrived()
    first, last = earliest_carrying(on), due_within(on, AHEAD)
    return Customer.objects.active().filter(
        Exists(arrived.filter(mailed_on__range=(first, last))),
        ~Exists(arrived.filter(mailed_on__gt=last)),
    )


def last_noticed(customers: QuerySet[Customer]) -> QuerySet[Customer]:
    """``customers``, each with the day ``last_noticed`` of the last notice that arrived."""
    arrived = _arrived().order_by("-mailed_on")
    found: Any = customers.annotate(last_noticed=Subquery(arrived.values("mailed_on")[:1]))
    return found


def on_old_evidence(approvals: QuerySet[Approval], *, on: date) -> QuerySet[Approval]:
    """Of ``approvals`` those given, by silence or expressly, on evidence older than two years.

    Silence carries no further than that (64.2008(d)(2)); what was said expressly does, as long as
    its record is kept (64.2007(a)(3)).
    """
    first = earliest_carrying(on)
    return approvals.filter(
        Q(state=Approval.State.ASSUMED, delivery__mailed_on__lt=first)
        | Q(state=Approval.State.EXPRESS, request__received_on__lt=first)
    )
