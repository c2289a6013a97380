"""Opt-out requests: received by any route, matched to a customer, applied, taken back.

An opt-out needs no proof of identity, since it only restricts the carrier; opting back in does
(domain.md 14.3). The only writer of ``OptOutRequest``.
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from accounts import history
from accounts.caller_standing import refuse_unproved
from accounts.errors import Refused
from accounts.models import Customer, User
from accounts.permissions import require
from cpni import reasons
from cpni.approvals import settle_choices
from cpni.models import Disclosure, OptOutRequest
from notices.models import Delivery, Use

ADD, APPLY, UNDO, OPT_IN = (
    f"cpni.{action}_optoutrequest" for action in ("add", "apply", "undo", "opt_in")
)


def receive(
    request: OptOutRequest,
    *,
    uses: Iterable[Use] = (),
    today: date,
    at: datetime,
    by: User | None,
    because: str,
) -> OptOutRequest:
    """Enter a request as it came; it waits to be matched.

    ``request`` is unsaved, with route and dates filled in; ``uses`` names those meant when it is
    not for all uses. ``today`` is the carrier's civil day, ``at`` the aware instant of entry.
    Raises Refused when a date lies in the future, no use is named, or opting in has no proof.
    """
    require(by, ADD)
    _require_for_wish(request, by)
    if request.received_on > today:
        raise Refused("It cannot have been received in the future.", "Correct “received on”.")
    wanted = list(uses)
    if request.all_uses == bool(wanted):
        raise Refused("It must be either for all uses or for named ones.", "Choose one of the two.")
    request.entered_at, request.entered_by = at, by
    request.status = OptOutRequest.Status.RECEIVED
    try:
        request.full_clean(exclude=["entered_by"])
    except ValidationError as error:
        raise Refused(" ".join(error.messages), "Correct the entry.") from error
    with transaction.atomic():
        history.save(request, by=by, because=because)
        if wanted:
            request.uses.set(wanted)
    return request


def apply(
    request: OptOutRequest, *, customer: Customer, on: date, by: User | None, because: str
) -> int:
    """Match ``request`` to ``customer`` and honour it; ``on`` is the carrier's civil day.

    An objection in time, by any of letter date, postmark and receipt, counts from that date and so
    beats an approval that was assumed meanwhile; any other counts from its receipt (64.2007(a)(2),
    domain.md 11.3). Returns the number of approvals changed; 0 when it was applied to this customer
    already. Raises Refused when it was rejected, belongs to another customer, or opts in while a
    caller is on the line who has not proved who they are.
    """
    require(by, APPLY)
    with transaction.atomic():
        request = OptOutRequest.objects.select_for_update().get(pk=request.pk)
        _require_for_wish(request, by)
        if request.status == OptOutRequest.Status.APPLIED:
            if request.customer_id == customer.pk:
                return 0
            raise Refused(
                "This request has been applied to another customer.", "Take that match back first."
            )
        if request.status == OptOutRequest.Status.REJECTED:
            raise Refused("This request was rejected.", "Enter it again if that was wrong.")
        if customer.merged_into is not None:
            raise Refused(
                f"Account {customer.account_number} was merged.",
                f"Match it to account {customer.merged_into.account_number}.",
            )
        if request.wish == OptOutRequest.Wish.OPT_IN:
            refuse_unproved(customer, by=by)
        request.customer = customer
        request.in_time = in_time(request, customer)
        request.effective_on = (
            request.earliest_date
            if request.in_time and request.wish == OptOutRequest.Wish.OPT_OUT
            else request.received_on
        )
        request.status = OptOutRequest.Status.APPLIED
        request.decided_because = because[:200]
        history.save(request, by=by, because=because)
        return settle_choices(
            customer, on=max(on, request.effective_on), by=by, because=str(request)
        )


def _require_for_wish(request: OptOutRequest, by: User | None) -> None:
    """Opting back in gives the carrier rights, so it asks for more than restricting it does."""
    if request.wish == OptOutRequest.Wish.OPT_IN:
        require(by, OPT_IN)


def in_time(request: OptOutRequest, customer: Customer) -> bool | None:
    """Whether any date of ``request`` lies within the window of the notice it answers.

    That is the last notice mailed by the day of receipt; None when there was none. A date before
    the mailing is in time as well: the customer objected early.
    """
    last_day = (
        Delivery.objects.notices()
        .filter(customer=customer, state=Delivery.State.SENT, mailed_on__lte=request.received_on)
        .order_by("-mailed_on", "-id")
        .values_list("last_objection_day", flat=True)
        .first()
    )
    return None if last_day is None else request.earliest_date <= last_day


def reject(request: OptOutRequest, *, by: User | None, because: str) -> None:
    """Set aside something that is no choice, or whose sender is no customer; ``because`` says so.

    Rejecting twice does nothing. Raises Refused for an applied request or without a reason.
    """
    require(by, APPLY)
    if not because.strip():
        raise Refused("Rejecting a request needs a reason.", "Say why it is no valid choice.")
    with transaction.atomic():
        request = OptOutRequest.objects.select_for_update().get(pk=request.pk)
        if request.status == OptOutRequest.Status.APPLIED:
            raise Refused("This request has been applied.", "Take the match back first.")
        if request.status == OptOutRequest.Status.RECEIVED:
            request.status = OptOutRequest.Status.REJECTED
            request.decided_because = because[:200]
            history.save(request, by=by, because=because)


def undo(request: OptOutRequest, *, on: date, by: User | None, because: str) -> int:
    """Take back the match of ``request`` to the wrong customer; it waits to be matched again.

    What the customer's other choices and notices say then counts again. ``on`` is the carrier's
    civil day. Returns the number of approvals changed, 0 when it was not applied. Raises Refused
    without a reason.
    """
    require(by, UNDO)
    if not because.strip():
        raise Refused("Taking back a match needs a reason.", "Say how the mistake was found.")
    with transaction.atomic():
        request = OptOutRequest.objects.select_for_update().get(pk=request.pk)
        if request.status != OptOutRequest.Status.APPLIED or request.customer is None:
            return 0
        customer = request.customer
        refuse_unproved(customer, by=by)
        request.status, request.customer = OptOutRequest.Status.RECEIVED, None
        request.in_time, request.effective_on, request.decided_because = None, None, ""
        history.save(request, by=by, because=because)
        return settle_choices(customer, on=on, by=by, because=because)


def uses_in_between(request: OptOutRequest) -> QuerySet[Disclosure]:
    """Uses that were made of the customer's CPNI although the objection already counted.

    They were recorded before it was applied, be that for want of entering it or of matching it;
    what is recorded later was decided on with the objection known. What the customer consented to
    for one call (64.2008(f)) is none of them: an objection does not stand against it.
    """
    applied = (
        request.history.filter(status=OptOutRequest.Status.APPLIED)
        .order_by("-history_date", "-history_id")
        .first()
    )
    if applied is None or request.customer_id is None or request.wish != OptOutRequest.Wish.OPT_OUT:
        return Disclosure.objects.none()
    found = Disclosure.objects.filter(
        customer_id=request.customer_id,
        used_on__gte=request.effective_on,
        recorded_at__lte=applied.history_date,
        use__mechanism__in=Use.NEED_APPROVAL,
    ).exclude(reason=reasons.ONE_TIME.code)
    return found if request.all_uses else found.filter(use__in=request.uses.all())
