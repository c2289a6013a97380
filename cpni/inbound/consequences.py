"""What hangs on a message: whom it holds, and what was done under approvals that it takes back."""

from django.db import connection
from django.db.models import Q, QuerySet

from accounts.models import Customer
from cpni.models import Approval, Disclosure, InboundMessage
from notices.models import Delivery

# SQL: customers with an id in ``{scope}`` of whom :func:`held` says the same, of any set of ids.
HELD = """
SELECT m.customer_id FROM cpni_inboundmessage m WHERE m.to_read AND m.customer_id {scope}
UNION SELECT n.customer_id FROM cpni_inboundmessage_candidates n
JOIN cpni_inboundmessage m ON m.id = n.inboundmessage_id
LEFT JOIN cpni_optoutrequest r ON r.id = m.request_id
WHERE n.customer_id {scope} AND (m.to_read OR r.status = 'received')
"""


def uses_under(delivery: Delivery) -> QuerySet[Disclosure]:
    """Uses that were made of the customer's CPNI on approvals that ``delivery`` had led to."""
    rows = Approval.history.filter(delivery_id=delivery.pk, state=Approval.State.ASSUMED)
    asked = Q(pk__in=[])
    for use, day in rows.values_list("use_id", "effective_on").distinct():
        asked |= Q(use=use, used_on__gte=day)
    return Disclosure.objects.filter(asked, customer=delivery.customer_id)


def held(low: int, high: int) -> list[int]:
    """Customers, with ids from ``low`` to ``high``, of whom it is not known whether they object.

    A message waits to be read that is theirs, or may be; or the objection in it to be matched.
    """
    with connection.cursor() as cursor:
        cursor.execute(HELD.format(scope=f"BETWEEN {int(low)} AND {int(high)}"))
        return sorted(row[0] for row in cursor.fetchall())


def carry_over(duplicate: Customer, survivor: Customer) -> None:
    """What waits to be read of an account that is merged holds the account that remains."""
    waiting = InboundMessage.objects.filter(to_read=True)
    for message in waiting.filter(Q(customer=duplicate) | Q(candidates=duplicate)).distinct():
        message.candidates.add(survivor)
