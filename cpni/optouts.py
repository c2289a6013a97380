"""Opt-out requests: received by any route, matched to a customer, applied, taken back.

An opt-out needs no proof of identity, since it only restricts the carrier; opting back in does
(domain.md 14.3). The only writer of ``OptOutRequest``.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from accounts import history
from accounts.caller_standing import refuse_unproved
from accounts.errors import Refused
from accounts.models import Customer, User
from accounts.permissions import require
from cpni import confirming, reasons
from cpni.approvals import settle_choices
from cpni.matching import candidates
from cpni.models import Disclosure, OptOutRequest, RequestCandidate
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
    Raises Refused when a date lies in the future, no use is named, one is named that no approval
    decides about, or opting in has no proof.
    """
    require(by, ADD)
    _require_for_wish(request, by)
    if request.received_on > today:
        raise Refused("It cannot have been received in the future.", "Correct “received on”.")
    wanted = list(uses)
    if request.all_uses == bool(wanted):
        raise Refused("It must be either for all uses or for named ones.", "Choose one of the two.")
    _refuse_beyond(wanted)
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
        keep_candidates(request)
    return request


def _refuse_beyond(uses: Iterable[Use]) -> None:
    """Refuse uses that no approval decides about.

    To take one would promise the customer what no answer keeps (64.2005).
    """
    if beyond := [use for use in uses if not use.needs_approval]:
        raise Refused(
            f"No approval decides about the use “{beyond[0]}”.", "Name uses that need approval."
        )


def keep_candidates(request: OptOutRequest) -> None:
    """Note from whom ``request`` may come, as things are now; in place of what was noted before.

    Meanwhile nothing is used that rests on the approval of whoever may have objected.
    """
    found = {
        candidate.customer.pk: (rank, ",".join(candidate.found_by))
        for rank, candidate in enumerate(candidates(request.stated), 1)
    }
    because = "Whom the request may come from, as things are now"
    with transaction.atomic():
        for known in request.candidates.all():
            rank, found_by = found.pop(known.customer_id, (None, ""))
            if rank is None:
                known.delete()
            elif (rank, found_by) != (known.rank, known.found_by):
                known.rank, known.found_by = rank, found_by
                history.save(known, by=None, because=because)
        for customer, (rank, found_by) in found.items():
            candidate = RequestCandidate(
                request=request, customer_id=customer, rank=rank, found_by=found_by
            )
            history.save(candidate, by=None, because=because)


def keep_all_candidates() -> None:
    """The same for every request that waits: customers come, change and merge meanwhile."""
    waiting = OptOutRequest.objects.filter(status=OptOutRequest.Status.RECEIVED)
    for number in list(waiting.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            # Unless somebody has matched it meanwhile.
            if request := waiting.filter(pk=number).select_for_update().first():
                keep_candidates(request)


def apply(
    request: OptOutRequest,
    *,
    customer: Customer,
    on: date,
    by: User | None,
    because: str,
    confirmed: bool = False,
    uses: Iterable[Use] | None = None,
) -> int:
    """Match ``request`` to ``customer`` and honour it; ``on`` is the carrier's civil day.

    An objection in time, by any of letter date, postmark and receipt, counts from that date and so
    beats an approval that was assumed meanwhile; any other counts from its receipt (64.2007(a)(2),
    domain.md 11.3). What came by the web or by e-mail is confirmed to the customer in writing,
    unless the caller does that for several at once (``confirmed``). ``uses`` are those that an
    opt-out means by its words, none for all, as customers may limit as well as revoke
    (64.2007(a)(2)); without it what the request says stands. Returns the number of approvals
    changed; 0 when it was applied to this customer already. Raises Refused when it was rejected,
    belongs to another customer, names a use that no approval decides about, or opts in while a
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
        if request.status == OptOutRequest.Status.SPLIT:
            raise Refused("This request was split.", "Match its parts.")
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
        meant = None if uses is None else list(uses)
        if meant is not None:
            _refuse_beyond(meant)
            request.all_uses = not meant
        history.save(request, by=by, because=because)
        if meant is not None:
            request.uses.set(meant)
        request.candidates.all().delete()
        if not confirmed:
            confirming.confirm([request], customer=customer, on=on, at=timezone.now())
        return settle_choices(
            customer, on=max(on, request.effective_on), by=by, because=str(request)
        )


def _require_for_wish(request: OptOutRequest, by: User | None) -> None:
    """Opting back in gives the carrier rights, so it asks for more than restricting it does."""
    if request.wish == OptOutRequest.Wish.OPT_IN:
        require(by, OPT_IN)


def in_time(request: OptOutRequest, customer: Customer) -> bool | None:
    """Whether any date of ``request`` lies within the window of the notice it answers.

    That is the last notice mailed by the day of receipt, also to an account that was merged into
    this one; None when there was none. A date before the mailing is in time as well: the customer
    objected early.
    """
    accounts = [customer.pk, *customer.merged_accounts]
    last_day = (
        Delivery.objects.notices()
        .filter(
            customer__in=accounts, state=Delivery.State.SENT, mailed_on__lte=request.received_on
        )
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
        if request.status == OptOutRequest.Status.SPLIT:
            raise Refused("This request was split.", "Reject its parts.")
        if request.status == OptOutRequest.Status.RECEIVED:
            request.status = OptOutRequest.Status.REJECTED
            request.decided_because = because[:200]
            history.save(request, by=by, because=because)
            request.candidates.all().delete()


def split(
    request: OptOutRequest,
    *,
    customers: Sequence[Customer],
    rest: str,
    on: date,
    at: datetime,
    by: User | None,
    because: str,
) -> list[OptOutRequest]:
    """Make one request for each of ``customers`` of one that speaks for several, and apply these.

    What is left to be matched is given as ``rest``, in its words: a part of its own that waits;
    empty for nothing. The parts have the wish, uses, route and dates of the whole, and lead to its
    scan through it. ``on`` is the carrier's civil day, ``at`` the aware instant. Returns the parts;
    splitting a second time changes nothing and returns those there are. Raises Refused when there
    are not two parts, when it does not wait any more, or when a part cannot be applied.
    """
    require(by, APPLY)
    rest = rest.strip()
    people = list(dict.fromkeys(customers))
    with transaction.atomic():
        whole = OptOutRequest.objects.select_for_update().get(pk=request.pk)
        _require_for_wish(whole, by)
        if whole.status == OptOutRequest.Status.SPLIT:
            return list(whole.parts.order_by("pk"))
        if whole.status != OptOutRequest.Status.RECEIVED:
            raise Refused("This request waits no more.", "Take its match back first.")
        if len(people) + bool(rest) < 2:
            raise Refused(
                "Splitting needs at least two parts.", "Match it instead, if it is one customer's."
            )
        whole.status, whole.decided_because = OptOutRequest.Status.SPLIT, because[:200]
        history.save(whole, by=by, because=because)
        whole.candidates.all().delete()
        parts = []
        for customer in [*people, None] if rest else people:
            part = _part(whole, whole.stated if customer else rest, at=at, by=by, because=because)
            if customer:
                apply(part, customer=customer, on=on, by=by, because=because)
            else:
                keep_candidates(part)
            parts.append(part)
    return parts


def _part(
    whole: OptOutRequest, stated: str, *, at: datetime, by: User | None, because: str
) -> OptOutRequest:
    part = OptOutRequest(
        wish=whole.wish,
        route=whole.route,
        stated=stated,
        letter_date=whole.letter_date,
        postmark=whole.postmark,
        received_on=whole.received_on,
        all_uses=whole.all_uses,
        proof=whole.proof,
        split_from=whole,
        entered_at=at,
        entered_by=by,
    )
    history.save(part, by=by, because=because)
    part.uses.set(whole.uses.all())
    return part


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
        keep_candidates(request)
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


def with_uses_in_between(requests: QuerySet[OptOutRequest]) -> QuerySet[OptOutRequest]:
    """Of ``requests`` those of which :func:`uses_in_between` finds any."""
    applied = (
        OptOutRequest.history.filter(
            id=OuterRef(OuterRef("pk")), status=OptOutRequest.Status.APPLIED
        )
        .order_by("-history_date", "-history_id")
        .values("history_date")[:1]
    )
    used = Disclosure.objects.filter(
        customer=OuterRef("customer"),
        used_on__gte=OuterRef("effective_on"),
        recorded_at__lte=Subquery(applied),
        use__mechanism__in=Use.NEED_APPROVAL,
    ).exclude(reason=reasons.ONE_TIME.code)
    named = OptOutRequest.uses.through.objects.filter(
        optoutrequest=OuterRef(OuterRef("pk")), use=OuterRef("use")
    )
    return requests.filter(
        Q(Exists(used), all_uses=True) | Q(Exists(used.filter(Exists(named))), all_uses=False),
        wish=OptOutRequest.Wish.OPT_OUT,
        status=OptOutRequest.Status.APPLIED,
    )
