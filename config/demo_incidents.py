"""The demo's incidents and breach: one that is settled, one that is open, and one breach."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from accounts import history
from accounts.models import Customer, User
from cpni import breaches, incident_letters, incidents, steps
from cpni.breach_rules import AGENCIES
from cpni.models import Breach, Incident, IncidentLetter


def tell(
    *, today: date, ago: Callable[[int], date], at: Callable[[date], datetime], officer: User
) -> None:
    """The web page that failed for a day, the line that is busy since today, and a breach."""
    _settled(ago=ago, at=at, officer=officer)
    history.save(
        Incident(
            route="telephone",
            started_on=today,
            discovered_on=today,
            description="The opt-out line gives a busy tone; the trunk of the answering service"
            " is down.",
        ),
        by=officer,
        because="The test call of this morning was not answered",
    )
    _breach(ago=ago, at=at, officer=officer)


def _settled(*, ago: Callable[[int], date], at: Callable[[date], datetime], officer: User) -> None:
    incident = Incident(
        route="web",
        started_on=ago(33),
        ended_on=ago(32),
        discovered_on=ago(32),
        description="The page of a notice answered with an error: the certificate had expired.",
    )
    history.save(incident, by=officer, because="Found by a customer’s call")
    taken = (
        (steps.REMEDY, 32, "The certificate was renewed; its end is watched from now on."),
        (steps.TESTED, 32, "The page of five notices was opened, and a choice saved."),
        (steps.STATES, 30, "The Utah Public Service Commission was told; it has not acted."),
        (steps.CHANCE, 28, "Who had called about the page was called back, and could choose."),
    )
    for code, days, words in taken:
        day = ago(days)
        steps.take(incident, code, on=day, words=words, today=day, at=at(day), by=officer)
    letter = incident_letters.draft(incident, by=officer, because="Within five business days")
    incident_letters.finish(letter, by=officer, because="Read by counsel")
    filed = min(ago(29), incident.term.last)
    incident_letters.file(
        IncidentLetter.objects.get(pk=letter.pk),
        on=filed,
        proof="Confirmation of the FCC’s filing system, printed",
        today=filed,
        by=officer,
        because="Filed",
    )
    incidents.release(incident, on=ago(27), by=officer, because="Everybody affected could choose")


def _breach(*, ago: Callable[[int], date], at: Callable[[date], datetime], officer: User) -> None:
    found = ago(9)
    breach = breaches.open_breach(
        Breach(
            name="Call records seen by a former agent",
            happened_on=ago(14),
            discovered_at=at(found),
            determined_on=found,
            intent=Breach.Intent.YES,
            data="Numbers called and received in one month, with days and lengths of the calls.",
            circumstances="A former agent of a store signed in with a colleague’s password, which"
            " the colleague had written down. Found by the report of unusual looks.",
            harm=Breach.Harm.LIKELY,
        ),
        today=found,
        at=at(found) + timedelta(hours=1),
        by=officer,
    )
    some = Customer.objects.order_by("pk").values_list("pk", flat=True)[3:10]
    breaches.name_affected(
        breach,
        some,
        replace=False,
        at=at(found) + timedelta(hours=2),
        by=officer,
        because="By the record of looks",
    )
    told = ago(6)
    steps.take(
        breach,
        AGENCIES,
        on=told,
        words="Reported through the central reporting facility by the compliance officer.",
        proof="Case 2026-0417",
        today=told,
        at=at(told),
        by=officer,
    )
