"""Verifying approvals that were taken from silence, where a state asks for it (R14-2-2108)."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts import history
from accounts.caller_standing import refuse_unproved
from accounts.civil import add_days
from accounts.errors import Refused
from accounts.models import ContactPoint, Customer, User
from accounts.permissions import require
from cpni.jurisdictions import STATE_RULES
from cpni.models import Approval, Verification
from notices.clock import earliest_carrying

ADD = "cpni.add_verification"


def verify(
    verification: Verification, *, today: date, at: datetime, by: User | None, because: str
) -> Verification:
    """Record that a customer verified their opt-out approvals; ``verification`` is unsaved.

    ``today`` is the carrier's civil day, ``at`` the aware instant of entry. Raises Refused for a
    day to come, for an account that was merged, when not everything was said that the state asks
    for, and while a caller is on the line who has not proved who they are.
    """
    require(by, ADD)
    if verification.verified_on > today:
        raise Refused("It cannot have been verified in the future.", "Correct the day.")
    customer = verification.customer
    if customer.merged_into is not None:
        raise Refused("This account was merged.", "Verify the other one.")
    refuse_unproved(customer, by=by)
    verification.recorded_at, verification.by = at, by
    try:
        verification.full_clean(exclude=["by"])
    except ValidationError as error:
        raise Refused(" ".join(error.messages), "Complete the entry.") from error
    history.save(verification, by=by, because=because)
    return verification


def unverified(*, on: date, days_left: int | None = None) -> QuerySet[Approval]:
    """Approvals from silence, in force but for that, that a state wants verified and nobody has.

    Those whose year has passed by ``on`` among them, which the daily job suspends. With
    ``days_left`` those whose last day is so many days away or fewer; -1 for those that it has
    passed.
    """
    asked = Q(pk__in=[])
    for rule in STATE_RULES:
        if rule.since <= on:
            past = Q(delivery__assume_from__lt=rule.earliest_counting(on))
            began = Q(state=Approval.State.ASSUMED) | Q(past, state=Approval.State.SUSPENDED)
            if days_left is not None:
                earliest = rule.earliest_counting(add_days(on, days_left + 1))
                began &= Q(delivery__assume_from__lt=earliest)
            asked |= began & Q(
                Exists(
                    ContactPoint.objects.current().filter(
                        customer=OuterRef("customer"),
                        kind=ContactPoint.Kind.POST,
                        state=rule.state,
                    )
                )
            )
    verified = Verification.objects.filter(
        customer=OuterRef("customer"), verified_on__gte=OuterRef("delivery__assume_from")
    )
    return Approval.objects.filter(
        asked,
        ~Exists(verified),
        delivery__mailed_on__gte=earliest_carrying(on),
        customer__status=Customer.Status.ACTIVE,
    )


def lapsed(*, on: date) -> QuerySet[Customer]:
    """Customers of whom an approval from silence counts no more on ``on``, for want of that."""
    return Customer.objects.filter(pk__in=unverified(on=on, days_left=-1).values("customer"))
