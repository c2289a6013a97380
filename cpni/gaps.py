"""Questions about many customers at once, for lists and the home page. Querysets only.

``decide`` is the authority for one customer and one use; these find whom to look at.
"""

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Customer
from cpni.models import Approval
from notices.clock import earliest_carrying
from notices.gaps import missed
from notices.models import Delivery, Use

OPT_OUT = Use.Mechanism.OPT_OUT


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


def opted_out(*, on: date) -> QuerySet[Customer]:
    """Customers who opted out of at least one use that takes opt-out."""
    return Customer.objects.filter(_denied())


def approved(*, on: date) -> QuerySet[Customer]:
    """Active customers with an approval in force for at least one use that takes opt-out."""
    in_force = Q(state=Approval.State.EXPRESS) | Q(
        state=Approval.State.ASSUMED, delivery__mailed_on__gte=earliest_carrying(on)
    )
    return Customer.objects.active().filter(
        Exists(_of_customer().filter(in_force, use__mechanism=OPT_OUT))
    )


def window_open(*, on: date) -> QuerySet[Customer]:
    """Active customers who have not opted out and whose time to object still runs on ``on``."""
    running = _asking().filter(
        state=Delivery.State.SENT, outcome="", mailed_on__lte=on, last_objection_day__gte=on
    )
    return Customer.objects.active().filter(Exists(running), ~_denied())


def never_noticed(*, on: date) -> QuerySet[Customer]:
    """Active customers to whom no notice that asks approval was sent or is on its way."""
    return Customer.objects.active().filter(~Exists(_asking()))


def undeliverable(*, on: date) -> QuerySet[Customer]:
    """Active customers whose notice did not arrive and who were sent nothing since."""
    return Customer.objects.filter(pk__in=missed(Delivery.objects.all()).values("customer"))


def overdue(*, on: date) -> QuerySet[Customer]:
    """Active customers whose last notice that arrived is over two years old (64.2008(d)(2))."""
    arrived = _asking().filter(state=Delivery.State.SENT, outcome="")
    return Customer.objects.active().filter(
        Exists(arrived.filter(mailed_on__lt=earliest_carrying(on))),
        ~Exists(arrived.filter(mailed_on__gte=earliest_carrying(on))),
    )
