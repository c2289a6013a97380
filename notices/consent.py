"""Whether a customer had consented to a notice that went by e-mail, as it is on record.

Express and verifiable approval, given before it was sent (64.2008(d)(3)(i)); without, it counts as
no notice. Consent that was withdrawn later counted then. One rule in the three forms in which it is
asked: of a record, of many by the ORM, and in SQL of our own.
"""

from django.db.models import F, Q

from accounts.models import Customer
from notices.models import Delivery

# Of deliveries: those that count, as far as consent goes. What was not sent yet counts.
COUNTS = (
    ~Q(channel=Delivery.Channel.EMAIL)
    | Q(mailed_on=None)
    | Q(customer__email_notices_since__lte=F("mailed_on"))
    | Q(customer__email_notices_withdrawn_on__gt=F("mailed_on"))
)


def counts(delivery: Delivery, customer: Customer) -> bool:
    """Whether ``delivery``, which went to ``customer``, counts as far as consent goes."""
    mailed_on = delivery.mailed_on
    if delivery.channel != Delivery.Channel.EMAIL or mailed_on is None:
        return True
    since, withdrawn_on = customer.email_notices_since, customer.email_notices_withdrawn_on
    return bool((since and since <= mailed_on) or (withdrawn_on and withdrawn_on > mailed_on))


def lacking(delivery: str, customer: str) -> str:
    """SQL: whether the delivery of that alias to the customer of that alias does not count."""
    return (
        f"({delivery}.channel = 'email' AND {delivery}.mailed_on IS NOT NULL"
        f" AND COALESCE({customer}.email_notices_since > {delivery}.mailed_on, 1 = 1)"
        f" AND COALESCE({customer}.email_notices_withdrawn_on <= {delivery}.mailed_on, 1 = 1))"
    )
