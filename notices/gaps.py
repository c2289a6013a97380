"""Questions about notices that did not arrive. Querysets only; nothing here writes."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Customer
from notices.models import Delivery


def missed(deliveries: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """Of ``deliveries`` to active customers those that did not arrive, with nothing since.

    Failed, unreachable, bounced or returned, and no later notice to that customer is on its way or
    has arrived (64.2008(d)(3)(iii)).
    """
    since = Delivery.objects.filter(customer=OuterRef("customer"), pk__gt=OuterRef("pk")).filter(
        Q(state__in=Delivery.PENDING) | Q(state=Delivery.State.SENT, outcome="")
    )
    return deliveries.filter(
        Q(state__in=Delivery.MISSED) | ~Q(outcome=""),
        ~Exists(since),
        customer__status=Customer.Status.ACTIVE,
    )
