"""The demo's harder calls: a changed policy told by telephone, wrong passwords, complaints."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import uuid4

from accounts import authenticating, calls
from accounts.history import within_call
from accounts.models import Call, Customer, User
from config import demo_calls
from cpni import complaints, policy_calls, scripts
from cpni.models import Complaint, Script
from notices import outcomes, telephone_tasks
from notices.models import Campaign, Delivery, TelephoneAttempt, TelephoneTask

Answer, Outcome = TelephoneTask.Answer, TelephoneAttempt.Outcome
Category, Route = Complaint.Category, Complaint.Route
UNREACHED = 9  # letters about the changed policy that came back
# What came of the calls to the first of them; the others wait to be called.
HEARD = (Answer.ACCEPTED, Answer.REFUSED, Outcome.NO_MESSAGE, Outcome.LATER)
LASTS = timedelta(minutes=4)


def letters_returned(campaign: Campaign, *, on: date, by: User) -> None:
    """Letters of ``campaign`` come back on ``on``; who has no other address is left untold."""
    sent = Delivery.objects.filter(campaign=campaign, channel="post", state="sent", outcome="")
    for delivery in sent.order_by("-pk")[:UNREACHED]:
        outcomes.record(
            delivery, outcome="returned", on=on, by=by, because="Moved, left no address"
        )


def policy_calls_made(mornings: list[datetime], *, today: date, rep: User) -> None:
    """The first of those who were left untold are called, from the first of ``mornings`` on.

    There are several as nobody is called on a Sunday.
    """
    telephone_tasks.refresh(at=mornings[0], on=mornings[0].date())
    heard = list(HEARD)
    for at in mornings:
        while heard:
            call = telephone_tasks.call_next(by=rep, at=at, on=at.date(), token=uuid4())
            if call is None:
                break
            with within_call(lambda pk=call.pk: pk):  # type: ignore[misc]
                _hear(call, heard.pop(0), at=at, today=today, rep=rep)
            at += LASTS


def _hear(call: Call, outcome: str, *, at: datetime, today: date, rep: User) -> None:
    task = telephone_tasks.of_call(call)
    if task is None:
        return
    on = at.date()
    place = telephone_tasks.places(call.customer, on=on)[0]
    if outcome in TelephoneAttempt.TOLD:
        services = [s for s in call.customer.services.all() if s == place]
        if outcome == Answer.ACCEPTED and services:
            authenticating.called_back(call, service=services[0], answered=True, by=rep, at=at)
        elif outcome == Answer.ACCEPTED:
            outcome = Answer.UNDECIDED  # a contact number proves nothing, so there is no yes
        policy_calls.record(
            call,
            task,
            script=scripts.current(Script.Kind.POLICY_CHANGE),
            language=call.customer.language,
            answer=outcome,
            recording=f"{on:%Y}-{5000 + call.pk}",
            place=place,
            token=uuid4(),
            today=on,
            at=at,
            by=rep,
        )
        ended = Call.Outcome.DONE
    else:
        later = outcome == Outcome.LATER
        telephone_tasks.not_reached(
            task,
            call=call,
            outcome=outcome,
            place=place,
            again_at=at + timedelta(days=(today - on).days + 1) if later else None,
            at=at,
            on=on,
            by=rep,
        )
        ended = Call.Outcome.FOLLOW_UP if later else Call.Outcome.NOT_REACHED
    calls.end(call, outcome=ended, by=rep, at=at + LASTS)


def wrong_passwords(*, at: datetime, rep: User) -> None:
    """One caller remembers the password at the third try; another is not who they say they are."""
    known, other = demo_calls.people()[1:3]
    for customer, caller, said, outcome in (
        (known, Call.Caller.HOLDER, ("copper lamp", "lantern 9", demo_calls.PASSWORDS[1]), "done"),
        (other, Call.Caller.HOLDER, ("wild plums", "password 1"), "not_authenticated"),
    ):
        call = _begin(customer, caller, at=at, rep=rep)
        with within_call(lambda pk=call.pk: pk):  # type: ignore[misc]
            for words in said:
                authenticating.try_password(call, said=words, by=rep, at=at)
                at += timedelta(minutes=1)
        calls.end(call, outcome=Call.Outcome(outcome), by=rep, at=at)


def complained(
    *, today: date, ago: Callable[[int], date], at: datetime, rep: User, officer: User
) -> None:
    """A complaint on a call and one by letter that are open, and one that was looked into."""
    customer = demo_calls.people()[0]
    call = _begin(customer, Call.Caller.HOLDER, at=at, rep=rep)
    with within_call(lambda: call.pk):
        _receive(
            "My brother-in-law knew whom I had called last week. He says he asked you.",
            Category.INDIVIDUALS, Route.CALL, on=today, today=today, at=at, by=rep,
            customer=customer, call=call,
        )  # fmt: skip
    calls.end(call, outcome=Call.Outcome.FOLLOW_UP, by=rep, at=at + LASTS)
    _receive(
        "Somebody signed in to my online account; I was told of a changed password.",
        Category.ONLINE, Route.LETTER, on=ago(3), today=today, at=at, by=officer,
    )  # fmt: skip
    looked_into = _receive(
        "A clerk of yours greeted me with the plan I have.",
        Category.EMPLOYEES, Route.EMAIL, on=ago(12), today=today, at=at, by=officer,
    )  # fmt: skip
    complaints.resolve(
        looked_into,
        found="The clerk had served them the day before. Explained to the customer by letter.",
        on=ago(9),
        by=officer,
        because="Looked into",
    )


def _begin(customer: Customer, caller: str, *, at: datetime, rep: User) -> Call:
    return calls.start(
        customer,
        by=rep,
        direction=Call.Direction.INBOUND,
        caller=caller,
        at=at,
        token=uuid4(),
    )


def _receive(
    said: str,
    category: str,
    route: str,
    *,
    on: date,
    today: date,
    at: datetime,
    by: User,
    customer: Customer | None = None,
    call: Call | None = None,
) -> Complaint:
    return complaints.receive(
        Complaint(
            category=category, route=route, said=said, received_on=on, customer=customer, call=call
        ),
        today=today,
        at=at,
        by=by,
        because=f"Said on call {call.pk}" if call else "Received",
    )
