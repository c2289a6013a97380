"""Questions about notices that did not arrive. Querysets only; nothing here writes."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import AccountChange, Customer
from notices.models import Delivery


def missed(deliveries: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """Of ``deliveries`` to active customers those that did not arrive, with nothing since.

    Failed, unreachable, bounced or returned, and no later notice to that customer is on its way or
    has arrived (64.2008(d)(3)(iii)).
    """
    since = (
        Delivery.objects.notices()
        .filter(customer=OuterRef("customer"), pk__gt=OuterRef("pk"))
        .filter(Q(state__in=Delivery.PENDING) | Q(state=Delivery.State.SENT, outcome=""))
    )
    return deliveries.filter(
        Q(change=None, code=None),
        Q(state__in=Delivery.MISSED) | ~Q(outcome=""),
        ~Exists(since),
        customer__status=Customer.Status.ACTIVE,
    )


def told_by_nothing(changes: QuerySet[AccountChange]) -> QuerySet[AccountChange]:
    """Of ``changes`` those of which the customer could not be told, by any way (64.2010(f))."""
    mine = Delivery.objects.filter(change=OuterRef("pk"))
    tells = mine.filter(Q(state__in=Delivery.PENDING) | Q(state=Delivery.State.SENT, outcome=""))
    return changes.filter(Exists(mine), ~Exists(tells))
