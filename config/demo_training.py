"""The demo's training, certificate and what goes with them: in order, but for one who must sign."""

from collections.abc import Callable
from datetime import date, datetime

from accounts import training
from accounts.civil import add_days, add_months
from accounts.models import Sanction, TrainingText, User
from cpni import certificates
from cpni.models import AnnualCertificate, BrokerAction

WHY = "Set up for the demo"
COURSE = "CPNI for everyone"
TEXT = """\
# What CPNI is

Whom a customer calls, when, for how long and from where; what services they have and what they pay.
The law calls it *customer proprietary network information*. A name, an address and a telephone
number alone are not CPNI.

# Before you speak

- Find out who calls **before** you say anything about the account: password, call back to the
  number of record, or photo identification in the store.
- Never use what a stranger can find out: birthdays, social security numbers, mother's names.
- If they cannot prove who they are, offer to call back, or to write to the address of record.

# Before you offer

- Look at the customer's approval. If they said no, you may still ask **once on the call**, with the
  script that the desk shows.
- An objection counts at once. Enter it while they are on the line.

# Before you look

- Open a customer's record for a reason: a call, a letter, a task. Each look is recorded.
- No friends, neighbors, family or famous people.

# What happens otherwise

Misuse is looked into by the compliance officer. It leads to training, a written warning, or
dismissal, and is reported where the law asks for it. If you see it, or did it, say so the same day.
"""


def tell(today: date, at: Callable[[date], datetime], *, officer: User, deputy: User) -> None:
    """A published text that everybody signed; the representative's year is over in ten days.

    ``at`` gives an instant of a civil day. Also a sanction, an action against a broker, and the
    certificate of this year, which is gathered.
    """
    text = training.draft(TrainingText(course=COURSE, text=TEXT), by=officer, because=WHY)
    training.publish(text, by=officer, because=WHY, at=at(add_months(today, -24)))
    text.refresh_from_db()
    rep = User.objects.get(username="rep")
    for person in training.people():
        # The representative's year is over in ten days.
        on = add_days(add_months(today, -12), 10) if person == rep else add_months(today, -5)
        by = deputy if person.pk == officer.pk else officer
        training.record_elsewhere(
            person,
            text,
            on=on,
            proof="Signed list of the training day, binder 4",
            today=today,
            at=at(on),
            by=by,
        )
    training.record_sanction(
        Sanction(
            person=rep,
            happened_on=add_months(today, -3),
            happened="Opened the record of a neighbor without a call, and said so the next day.",
            decided_on=add_months(today, -3),
            decided="Spoken to; trained again. Nothing further.",
            decided_by="Robin Hale, Regulatory Compliance Officer",
        ),
        today=today,
        at=at(today),
        by=officer,
    )
    certificates.record_broker_action(
        BrokerAction(
            taken_on=add_months(today, -2),
            against="PhoneFinder LLC",
            kind=BrokerAction.Kind.POLICE,
            what="Reported its web page, on which call records of our customers were offered.",
            proof="Salt Lake County report 26-11873",
        ),
        today=today,
        at=at(today),
        by=officer,
    )
    gathered = AnnualCertificate(
        year=today.year,
        pretexters="Two callers claimed to be account holders and knew the billing address; neither"
        " knew the password, and nothing was disclosed.",
    )
    certificates.begin(gathered, today=today, by=officer, because=WHY)
