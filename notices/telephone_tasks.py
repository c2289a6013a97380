"""The telephone list: who is to be told of a changed policy by telephone, and the calls to them.

The only writer of ``TelephoneTask``. What the customer answers is recorded one floor up, where the
scripts are (``cpni.policy_calls``). Nobody is moved to a version by not being reached.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value

from accounts import calls, history
from accounts.errors import Refused
from accounts.models import Call, Carrier, ContactPoint, Customer, Service, User
from accounts.of_record import why_not_called
from accounts.permissions import require
from notices import calling_hours, policies
from notices.gaps import untold
from notices.insert_select import insert_from
from notices.models import TelephoneAttempt, TelephoneTask
from notices.models.telephone_tasks import TRIES

CALL = "notices.call_telephonetask"
REOPEN = "notices.reopen_telephonetask"
LEASE = timedelta(minutes=30)
BATCH = 500  # customers whose time zones are found out at once
LOOKED_AT = 20  # tasks that a claim looks at before it says that there is none
PUNCTUAL = timedelta(hours=2)  # within which an appointment holds outside the hours
FURTHEST = timedelta(days=60)

State, Outcome = TelephoneTask.State, TelephoneAttempt.Outcome
Place = Service | ContactPoint
OPENED = "No notice of the changed policy reaches them"
NOT_NEEDED = "They were told in writing, moved to another version, or have left"


# --- The list ------------------------------------------------------------------------------------


def refresh(*, at: datetime, on: date) -> Counter[str]:
    """Bring the list up to date: put on it who is missing, take off whom it is not needed for.

    ``at`` is the aware instant, ``on`` the carrier's civil day. Running it again, or by two workers
    at once, changes nothing more. Returns how many were opened and how many closed.
    """
    counts: Counter[str] = Counter()
    with transaction.atomic():
        missing = untold()
        counts["opened"] = insert_from(
            TelephoneTask,
            missing,
            {
                "customer": F("customer_id"),
                "policy_version": F("campaign__notice__policy_version_id"),
                "delivery": F("pk"),
                "state": Value(State.OPEN),
                "answer": Value(""),
                "attempts": Value(0),
                "tries_allowed": Value(TRIES),
                "opened_at": Value(at),
                "next_try_at": Value(at),
                "by_appointment": Value(value=False),
                "zones": Value(""),
            },
        )
        still = missing.filter(
            customer=OuterRef("customer"),
            campaign__notice__policy_version=OuterRef("policy_version"),
        )
        back = TelephoneTask.objects.filter(Exists(still), state=State.NOT_NEEDED)
        counts["opened"] += _move(back, State.OPEN, OPENED, at=at, closed_at=None, zones="")
        gone = TelephoneTask.objects.filter(~Exists(still), state__in=(State.OPEN, State.GIVEN_UP))
        counts["closed"] = _move(gone, State.NOT_NEEDED, NOT_NEEDED, at=at, closed_at=at)
        history.record_rows(
            TelephoneTask,
            "NOT EXISTS (SELECT 1 FROM notices_historicaltelephonetask h WHERE h.id = t.id)",
            kind="+",
            by=None,
            because=OPENED,
            at=at,
        )
    _find_zones(at=at, on=on)
    return counts


def call_again(task: TelephoneTask, *, by: User, because: str, at: datetime, on: date) -> bool:
    """Put a customer who was given up back on the list, for ``TRIES`` tries more.

    ``at`` is the aware instant, ``on`` the carrier's civil day. What was tried before stays. False
    when they are on the list already. Raises Refused when there is nothing left to call about, and
    when no number is left to call.
    """
    require(by, REOPEN)
    with transaction.atomic():
        # The customer first, as everywhere.
        Customer.objects.select_for_update(no_key=True).get(pk=task.customer_id)
        task = lock(task)
        if task.state == State.OPEN:
            return False
        if task.state != State.GIVEN_UP:
            words = "told" if task.state == State.DONE else "taken off the list"
            raise Refused(f"They were {words}.", "There is nothing left to call about.")
        customer = _with_numbers(TelephoneTask.objects.filter(pk=task.pk)).get().customer
        there = places(customer, on=on, wrong=wrong_numbers(customer))
        if not there:
            raise Refused("No number is left to call.", "Enter one for the customer first.")
        task.state, task.closed_at = State.OPEN, None
        task.tries_allowed = task.attempts + TRIES
        task.by_appointment = False
        task.zones = _zones(customer, there, str(Carrier.zone_or_default()))
        task.next_try_at = calling_hours.next_open(task.zones, at)
        history.save(task, by=by, because=because)
    return True


def _move(
    tasks: QuerySet[TelephoneTask], state: str, because: str, *, at: datetime, **values: object
) -> int:
    ids = list(tasks.order_by("pk").select_for_update().values_list("pk", flat=True))
    TelephoneTask.objects.filter(pk__in=ids).update(state=state, **values)
    history.record_ids(TelephoneTask, ids, by=None, because=because, at=at)
    return len(ids)


def _find_zones(*, at: datetime, on: date) -> None:
    """Fill in where those who are new on the list may be, and from when they may be called."""
    while True:
        new = list(_with_numbers(TelephoneTask.objects.filter(state=State.OPEN, zones=""))[:BATCH])
        if not new:
            return
        otherwise = str(Carrier.zone_or_default())
        for task in new:
            task.zones = _zones(task.customer, places(task.customer, on=on), otherwise)
            task.next_try_at = calling_hours.next_open(task.zones, max(at, task.next_try_at))
        TelephoneTask.objects.bulk_update(new, ["zones", "next_try_at"])


def _with_numbers(tasks: QuerySet[TelephoneTask]) -> QuerySet[TelephoneTask]:
    return tasks.order_by("pk").prefetch_related("customer__services", "customer__contact_points")


def _zones(customer: Customer, numbers: Iterable[Place], otherwise: str) -> str:
    post = [p for p in customer.contact_points.all() if p.until is None and p.state]
    return calling_hours.zones_for(
        states=[point.state for point in post],
        numbers=[number(place) for place in numbers],
        otherwise=otherwise,
    )


def number(place: Place) -> str:
    """The telephone number of ``place`` (E.164)."""
    return place.telephone_number if isinstance(place, Service) else place.value


def places(customer: Customer, *, on: date, wrong: Iterable[str] = ()) -> list[Place]:
    """Where ``customer`` may be called on ``on``: numbers of record, then contact numbers.

    None that was ``wrong`` before. Asks nothing of what was prefetched.
    """
    services = list(customer.services.all())
    found: list[Place] = [s for s in services if not why_not_called(s, on=on, of=services)]
    found += [
        point
        for point in customer.contact_points.all()
        if point.kind == ContactPoint.Kind.TELEPHONE
        and point.until is None
        and point.undeliverable_since is None
    ]
    by_number = {number(place): place for place in reversed(found)}
    return [
        place
        for place in found
        if by_number[number(place)] is place and number(place) not in set(wrong)
    ]


def wrong_numbers(customer: Customer) -> set[str]:
    """Numbers at which somebody else than ``customer`` was reached: never called again."""
    tries = TelephoneAttempt.objects.filter(customer=customer, outcome=Outcome.WRONG_NUMBER)
    found = tries.select_related("service", "contact_point")
    return {number(place) for one in found if (place := one.service or one.contact_point)}


def callable_by_number() -> Q:
    """Whether a task's customer has a number left: the others can only be asked when they call."""
    wrong = TelephoneAttempt.objects.filter(outcome=Outcome.WRONG_NUMBER)
    services = (
        Service.objects.filter(customer=OuterRef("customer"), ended_on=None)
        .exclude(number_index=b"")
        .exclude(Exists(wrong.filter(service=OuterRef("pk"))))
    )
    points = ContactPoint.objects.current().filter(
        ~Exists(wrong.filter(contact_point=OuterRef("pk"))),
        customer=OuterRef("customer"),
        kind=ContactPoint.Kind.TELEPHONE,
        undeliverable_since=None,
    )
    return Q(Exists(services.order_by())) | Q(Exists(points.order_by()))


def free(at: datetime) -> Q:
    """Whether nobody has a task at ``at``: none claimed it, or their time or their call is over."""
    return Q(claimed_until=None) | Q(claimed_until__lte=at) | Q(call__ended_at__isnull=False)


def to_call_now(*, at: datetime) -> QuerySet[TelephoneTask]:
    """Whom to call at ``at``, the first first: appointments, then who has waited longest.

    Those nobody else is calling, whose time has come, and where it is a sensible hour now.
    """
    waiting = TelephoneTask.objects.filter(
        free(at), callable_by_number(), state=State.OPEN, next_try_at__lte=at
    ).exclude(zones="")
    names = waiting.order_by().values_list("zones", flat=True).distinct()
    open_now = [zones for zones in names if calling_hours.is_open(zones, at)]
    punctual = Q(by_appointment=True, next_try_at__gt=at - PUNCTUAL)
    return waiting.filter(Q(zones__in=open_now) | punctual).order_by(
        "-by_appointment", "next_try_at", "pk"
    )


# --- A call --------------------------------------------------------------------------------------


def call_next(*, by: User, at: datetime, on: date, token: UUID) -> Call | None:
    """Claim the next task for ``by`` and start the call to its customer; None when there is none.

    The claim is theirs for ``LEASE`` or until the call ends. Of several who ask at once each gets
    another customer. The same ``token`` again returns the same call. Raises Refused while ``by`` is
    in another call.
    """
    require(by, CALL)
    if known := Call.objects.filter(token=token, by=by).first():
        return known
    if there := calls.open_call(by):
        raise Refused(
            f"You are in a call about account {there.customer.account_number}.", "End it first."
        )
    for pk in list(to_call_now(at=at).values_list("pk", flat=True)[:LOOKED_AT]):
        if call := _claim(pk, by=by, at=at, on=on, token=token):
            return call
    return None


def _claim(pk: int, *, by: User, at: datetime, on: date, token: UUID) -> Call | None:
    task = TelephoneTask.objects.get(pk=pk)
    with transaction.atomic():
        # The customer first, as everywhere; whoever wants the same task waits here.
        Customer.objects.select_for_update(no_key=True).get(pk=task.customer_id)
        mine = TelephoneTask.objects.filter(free(at), pk=pk, state=State.OPEN, next_try_at__lte=at)
        if not mine.update(claimed_by=by, claimed_until=at + LEASE, call=None):
            return None
        task = _with_numbers(TelephoneTask.objects.filter(pk=pk)).get()
        there = places(task.customer, on=on, wrong=wrong_numbers(task.customer))
        zones = _zones(task.customer, there, str(Carrier.zone_or_default()))
        if not there or (not task.by_appointment and not calling_hours.is_open(zones, at)):
            # They have moved, or their last number has gone, since the list was made.
            later = calling_hours.next_open(zones, at) if there else at + timedelta(days=1)
            _let_go(task, zones=zones, next_try_at=later)
            return None
        call = calls.start(
            task.customer,
            by=by,
            direction=Call.Direction.OUTBOUND,
            caller=Call.Caller.HOLDER,
            at=at,
            token=token,
        )
        if call.customer_id == task.customer_id:
            TelephoneTask.objects.filter(pk=pk).update(call=call, zones=zones)
        else:  # a second click, while the first was being answered
            _let_go(task)
        return call


def _let_go(task: TelephoneTask, **values: object) -> None:
    TelephoneTask.objects.filter(pk=task.pk).update(
        claimed_by=None, claimed_until=None, call=None, **values
    )


def of_call(call: Call) -> TelephoneTask | None:
    """The task for which ``call`` was made, while what came of it has not been said."""
    return (
        TelephoneTask.objects.filter(call=call, state=State.OPEN)
        .select_related("policy_version", "customer")
        .first()
    )


def to_ask(customer: Customer) -> TelephoneTask | None:
    """What ``customer`` may be asked, or may decide anew, when they call: the newest version.

    None when they have moved on to a later version since: that one is not answered to by telephone.
    """
    tasks = TelephoneTask.objects.filter(customer=customer).exclude(state=State.NOT_NEEDED)
    newest = tasks.select_related("policy_version", "customer").order_by(
        "-policy_version__effective_on"
    )
    task = newest.first()
    if task is None:
        return None
    last = policies.moves(customer).first()
    moved_on = last and last.policy_version.effective_on > task.policy_version.effective_on
    return None if moved_on else task


def lock(task: TelephoneTask) -> TelephoneTask:
    """``task`` as it is now, locked. Its customer is locked already, by whoever locked the call."""
    found = TelephoneTask.objects.select_for_update(of=("self",), no_key=True)
    return found.select_related("policy_version").get(pk=task.pk)


def not_reached(
    task: TelephoneTask,
    *,
    call: Call,
    outcome: str,
    place: Place | None,
    again_at: datetime | None = None,
    at: datetime,
    on: date,
    by: User,
) -> TelephoneAttempt:
    """Record that ``call`` told the customer nothing, and when to try again.

    ``place`` is the number that was called; ``again_at`` the aware instant for which they asked.
    After ``tries_allowed`` it is given up: it stays on the list of those, and the customer under
    the version that they are under. Raises Refused for a task of another call, and for a time that
    has passed or is more than two months away.
    """
    require(by, CALL)
    with transaction.atomic():
        task = lock(task)
        if task.state != State.OPEN or task.call_id != call.pk:
            raise Refused("This call is not for it any more.", "Take the next one.")
        if outcome not in Outcome or outcome in TelephoneAttempt.TOLD:
            raise Refused("It is not said what came of the call.", "Choose it.")
        later = outcome == Outcome.LATER
        if later and not (again_at and at < again_at <= at + FURTHEST):
            raise Refused(
                "It is not said when to call again, or not within two months.", "Give day and time."
            )
        if outcome == Outcome.WRONG_NUMBER and place is None:
            raise Refused("It is not said which number is wrong.", "Choose the one you called.")
        task.attempts += 1
        attempt = keep(
            task, call=call, outcome=outcome, place=place,
            again_at=again_at if later else None, at=at, by=by,
        )  # fmt: skip
        task.by_appointment = later
        task.next_try_at = _next_try(task, outcome, again_at, at)
        # Whoever names a time wants to be called, however often they were not there before.
        if task.attempts >= task.tries_allowed and not later:
            task.state, task.closed_at = State.GIVEN_UP, at
        task.claimed_by = task.claimed_until = task.call = None
        history.save(task, by=by, because=f"{attempt} on call {call.pk}")
    return attempt


def _next_try(
    task: TelephoneTask, outcome: str, again_at: datetime | None, at: datetime
) -> datetime:
    if again_at and outcome == Outcome.LATER:
        return again_at
    if outcome == Outcome.WRONG_NUMBER:  # the next number can be called at once
        return at
    if outcome == Outcome.CUT_OFF:
        return calling_hours.next_open(task.zones, at + calling_hours.SOON)
    return calling_hours.retry_at(task.zones, at)


def told(
    task: TelephoneTask,
    *,
    call: Call,
    answer: str,
    place: Place | None = None,
    at: datetime,
    on: date,
    by: User,
) -> TelephoneAttempt:
    """Record that the customer was told on ``call``, and what they answered (of ``Answer``).

    A later answer takes the place of an earlier one; only a no takes the place of a yes. Raises
    Refused when they have accepted already.
    """
    require(by, CALL)
    with transaction.atomic():
        task = lock(task)
        if not answer or answer not in TelephoneTask.Answer:
            raise Refused("The answer is not one of those there are.", "Choose one.")
        accepted = task.answer == TelephoneTask.Answer.ACCEPTED
        if accepted and answer != TelephoneTask.Answer.REFUSED:
            raise Refused(
                "They have accepted the change already.",
                "Record that they refuse it when they take that back, else nothing.",
            )
        task.attempts += 1
        attempt = keep(task, call=call, outcome=answer, place=place, at=at, by=by)
        task.state, task.closed_at = State.DONE, at
        task.answer, task.answered_on = answer, on
        task.claimed_by = task.claimed_until = task.call = None
        history.save(task, by=by, because=f"{attempt}, on call {call.pk}")
    return attempt


def keep(
    task: TelephoneTask,
    *,
    call: Call,
    outcome: str,
    place: Place | None,
    again_at: datetime | None = None,
    at: datetime,
    by: User,
) -> TelephoneAttempt:
    """Write down one try."""
    attempt = TelephoneAttempt(
        task=task,
        customer_id=task.customer_id,
        call=call,
        service=place if isinstance(place, Service) else None,
        contact_point=place if isinstance(place, ContactPoint) else None,
        at=at,
        by=by,
        outcome=outcome,
        again_at=again_at,
    )
    attempt.save()
    return attempt


def tried(task: TelephoneTask) -> Sequence[TelephoneAttempt]:
    """What was tried, the latest first."""
    return list(task.tries.select_related("by"))
