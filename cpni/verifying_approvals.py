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
from cpni.gaps import in_force
from cpni.jurisdictions import STATE_RULES
from cpni.models import Approval, Verification

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
    """Assumed approvals in force on ``on`` that a state wants verified and nobody has verified.

    Those whose year has passed among them: they count no more (``cpni.decisions``). With
    ``days_left`` those whose last day is so many days away or fewer; -1 for those that it has
    passed.
    """
    asked = Q(pk__in=[])
    for rule in STATE_RULES:
        if rule.since <= on:
            began = Q()
            if days_left is not None:
                began = Q(effective_on__lt=rule.earliest_counting(add_days(on, days_left + 1)))
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
        customer=OuterRef("customer"), verified_on__gte=OuterRef("effective_on")
    )
    return Approval.objects.filter(
        asked,
        in_force(on),
        ~Exists(verified),
        state=Approval.State.ASSUMED,
        customer__status=Customer.Status.ACTIVE,
    )


def lapsed(*, on: date) -> QuerySet[Customer]:
    """Customers of whom an assumed approval counts no more on ``on``, for want of verification."""
    return Customer.objects.filter(pk__in=unverified(on=on, days_left=-1).values("customer"))
