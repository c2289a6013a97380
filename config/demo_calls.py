"""The demo at the call desk: customers with a password, a back-up question, someone to speak."""

from datetime import date, datetime, timedelta
from uuid import uuid4

from accounts import authenticating, authorised_users, calls, credentials, of_record
from accounts.history import within_call
from accounts.models import AccountChange, AuthorisedUser, Call, Customer, User

CALL = AccountChange.Route.CALL
QUESTION = "What did we call the blue boat?"
ANSWER = "the flying kettle"
# Said on the telephone by whoever tries the desk; a demo on one's own machine, so they are printed.
PASSWORDS = ("marble otter 72", "copper lantern 9", "seven wild plums")
WHY = "The caller asked for it"


def people() -> list[Customer]:
    """The first customers who can be called back at a number of record."""
    found = Customer.objects.filter(status=Customer.Status.ACTIVE, kind="residential")
    return list(found.exclude(services__number_index=b"").order_by("account_number").distinct()[:3])


def tell(*, on: date, at: datetime, rep: User) -> None:
    """Three calls of ``rep`` on the civil day ``on``, one after the other, from ``at``."""
    for customer, password in zip(people(), PASSWORDS, strict=False):
        call = calls.start(
            customer,
            by=rep,
            direction=Call.Direction.INBOUND,
            caller=Call.Caller.HOLDER,
            at=at,
            token=uuid4(),
        )
        with within_call(lambda pk=call.pk: pk):  # type: ignore[misc]
            number = of_record.numbers(customer, on=on)[0]
            authenticating.called_back(call, service=number, answered=True, by=rep, at=at)
            credentials.set_password(
                customer, new=password, by=rep, at=at, on=on, route=CALL, because=WHY
            )
            if password == PASSWORDS[0]:
                credentials.set_backup(
                    customer,
                    question=QUESTION,
                    answer=ANSWER,
                    by=rep,
                    at=at,
                    on=on,
                    route=CALL,
                    because=WHY,
                )
            if password != PASSWORDS[2]:
                full, ask = AuthorisedUser.Authority.FULL, AuthorisedUser.Authority.ASK
                authorised_users.add(
                    customer,
                    name=f"Jamie {customer.name.split()[-1]}",
                    authority=full if password == PASSWORDS[1] else ask,
                    on=on,
                    at=at,
                    by=rep,
                    because=WHY,
                )
        at += timedelta(minutes=6)
        outcome = Call.Outcome.FOLLOW_UP if password == PASSWORDS[2] else Call.Outcome.DONE
        calls.end(call, outcome=outcome, by=rep, at=at)
        at += timedelta(minutes=1)


def summary() -> list[str]:
    """What whoever plays the caller has to say."""
    lines = [
        f"Account {customer.account_number}: password “{password}”"
        for customer, password in zip(people(), PASSWORDS, strict=False)
    ]
    if lines:
        lines[0] += f", back-up “{QUESTION}” “{ANSWER}”"
    return lines
