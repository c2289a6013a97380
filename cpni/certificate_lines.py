"""Are our procedures followed? Each answered from the records themselves (64.2009(e)).

The statement that goes with the certificate must explain how procedures ensure that the carrier is
or is not in compliance; statements that only assert it are questioned (domain.md 5.1, 8). So each
line here has a figure, a verdict and the list that shows it. Only questions; nothing here writes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db.models import F, Min, Q, QuerySet
from django.db.models.functions import TruncDate

from accounts.civil import add_days, civil_day
from accounts.models import (
    AccountChange,
    AuthenticationTry,
    Carrier,
    Customer,
    LockRelease,
    Run,
    UnusualLook,
)
from accounts.training_looks import lookers, looks_between
from cpni import campaign_register, disclosures, gaps, incidents, late_findings, probing
from cpni.assuming import JOB
from cpni.entering_times import BY_ITSELF
from cpni.models import Approval, Complaint, Disclosure, OptOutRequest, Probe, Seal
from cpni.seal_state import seal_state
from cpni.supervision import Period
from notices.gaps import missed, told_by_nothing
from notices.models import Campaign, Delivery

FOLLOWED, NOT_FOLLOWED, NOTHING = "followed", "not_followed", "nothing"
VERDICTS = {FOLLOWED: "Followed", NOT_FOLLOWED: "Not followed", NOTHING: "Nothing to judge"}
ENTRY_DAYS = 3  # before the carrier's record is filled in


@dataclass(frozen=True)
class Line:
    """One procedure in one year: what is asked, what the records say, and where they are.

    ``list_name`` is the list of the admin that shows them, with ``query``.
    """

    code: str
    question: str
    section: str
    figure: str
    verdict: str
    list_name: str
    query: str = ""


@dataclass(frozen=True)
class _Found:
    """How many of how many were not as they should be, in words, and the query of their list."""

    figure: str
    wrong: int
    among: int = 1
    query: str = ""


@dataclass(frozen=True)
class _Procedure:
    code: str
    question: str
    section: str
    list_name: str
    find: Callable[[Period, datetime], _Found]


def lines(year: int, *, today: date, at: datetime) -> list[Line]:
    """Every procedure in the calendar ``year``, as the records have it now.

    Up to the carrier's civil day ``today`` while the year goes on; ``at`` is the present instant.
    What customers are owed now (notices, substitutes) is counted as it stands at the end of that.
    """
    period = Period.of(date(year, 1, 1), min(date(year, 12, 31), today))
    return [_line(procedure, period, at) for procedure in PROCEDURES]


def _line(procedure: _Procedure, period: Period, at: datetime) -> Line:
    found = procedure.find(period, at)
    verdict = NOT_FOLLOWED if found.wrong else FOLLOWED if found.among else NOTHING
    return Line(
        procedure.code,
        procedure.question,
        procedure.section,
        found.figure,
        verdict,
        procedure.list_name,
        found.query,
    )


def _of(wrong: int, among: int, what: str, wrongs: str, query: str = "") -> _Found:
    """So many of so many: “2 of 14 campaigns without a second person”."""
    figure = f"{wrong:,} of {among:,} {what} {wrongs}" if among else f"No {what}"
    return _Found(figure, wrong, among, query)


def _noticed(period: Period, at: datetime) -> _Found:
    active = Customer.objects.active().count()
    never = gaps.never_noticed(on=period.last).count()
    return _of(never, active, "active customers", "never noticed", "?cpni=never_noticed")


def _renewed(period: Period, at: datetime) -> _Found:
    active = Customer.objects.active().count()
    late = gaps.overdue(on=period.last).count()
    return _of(late, active, "active customers", "overdue for it", "?cpni=overdue")


def _substituted(period: Period, at: datetime) -> _Found:
    sent = Delivery.objects.notices().filter(campaign__started_at__lt=period.ends)
    failed = sent.filter(Q(state__in=Delivery.MISSED) | ~Q(outcome="")).count()
    open_still = missed(sent).count()
    what = "notices that did not arrive"
    return _of(open_still, failed, what, "without another since", "?missed=open")


def _waited(period: Period, at: datetime) -> _Found:
    days = (period.first, period.last)
    assumed = Approval.objects.filter(state=Approval.State.ASSUMED, effective_on__range=days)
    early = assumed.filter(effective_on__lte=F("delivery__last_objection_day")).count()
    return _of(early, assumed.count(), "approvals assumed in the year", "before the last day")


def _probed(period: Period, at: datetime) -> _Found:
    """A test that worked on each day since there were notices, of each way that a job tests."""
    began = _first_notice(period)
    if began is None:
        return _Found("No notice was sent, so there was nothing to test", 0, 0)
    days, missing = (period.last - began).days + 1, []
    for route in probing.senders():
        tested = _days(Probe.objects.filter(route=route, state=Probe.State.WORKED), period, began)
        if len(tested) < days:
            missing.append(f"{route.label}: {days - len(tested):,} of {days:,} days without")
    figure = "; ".join(missing) or f"Each of {days:,} days"
    return _Found(figure, len(missing))


def _probed_by_hand(period: Period, at: datetime) -> _Found:
    """No longer without a test that worked than ``probing.EVERY`` asks for."""
    began = _first_notice(period)
    if began is None:
        return _Found("No notice was sent, so there was nothing to test", 0, 0)
    too_long, said = 0, []
    for route in (Probe.Route.TELEPHONE, Probe.Route.LETTER):
        worked = Probe.objects.filter(route=route, state=Probe.State.WORKED)
        days = [began, *sorted(_days(worked, period, began)), period.last]
        longest = max((later - day for day, later in pairwise(days)), default=timedelta())
        too_long += longest > probing.EVERY[route] + timedelta(days=1)
        said.append(f"{route.label}: {longest.days} days at most without")
    return _Found("; ".join(said), too_long)


def _first_notice(period: Period) -> date | None:
    """From which day of the year on customers could object; None before a notice was sent."""
    sent = Delivery.objects.notices().filter(mailed_on__lte=period.last)
    first: date | None = sent.aggregate(first=Min("mailed_on"))["first"]
    return max(first, period.first) if first else None


def _days(tests: QuerySet[Probe], period: Period, began: date) -> set[date]:
    zone = Carrier.zone_or_default()
    day = TruncDate("sent_at", tzinfo=zone)
    found = tests.filter(period.within("sent_at")).order_by().values_list(day, flat=True)
    return {one for one in found.distinct() if one >= began}


def _reviewed(period: Period, at: datetime) -> _Found:
    """Campaigns by their approver; those that run as things happen carry no solicitation."""
    started = Campaign.objects.filter(period.within("started_at")).exclude(
        audience=Campaign.Audience.AS_IT_HAPPENS
    )
    alone = started.filter(Q(approved_by=None) | Q(approved_by=F("author"))).count()
    return _of(alone, started.count(), "campaigns started", "not approved by a second person")


def _marketed(period: Period, at: datetime) -> _Found:
    """Of the register of 64.2009(c), whatever the channel."""
    rows = campaign_register.carried_out(period.first.year, until=period.last)
    alone = sum(row.alone for row in rows)
    return _of(alone, len(rows), "marketing campaigns", "not reviewed by a second person")


def _entered(period: Period, at: datetime) -> _Found:
    carrier = Carrier.get()
    days = carrier.entry_days if carrier else ENTRY_DAYS
    requests = _requests(period).annotate(
        entered_on=TruncDate("entered_at", tzinfo=Carrier.zone_or_default())
    )
    pairs = requests.order_by().values_list("received_on", "entered_on")
    late = sum(entered > add_days(received, days) for received, entered in pairs)
    wrongs = f"entered more than {days} days after receipt"
    query = f"?received_on_from={period.first}&received_on_to={period.last}"
    return _of(late, len(pairs), "requests received", wrongs, query)


def _matched(period: Period, at: datetime) -> _Found:
    received = OptOutRequest.Status.RECEIVED
    requests = _requests(period)
    waiting = requests.filter(status=received).count()
    query = f"?status__exact={received}"
    return _of(waiting, requests.count(), "requests received", "not matched yet", query)


def _requests(period: Period) -> QuerySet[OptOutRequest]:
    return OptOutRequest.objects.filter(
        received_on__range=(period.first, period.last), split_from=None
    ).exclude(route__in=BY_ITSELF)


def _used(period: Period, at: datetime) -> _Found:
    """Uses that what is known now would not have allowed, settled or not, and too early ones."""
    uses = Disclosure.objects.filter(used_on__range=(period.first, period.last))
    found = late_findings.standing().values("disclosure")
    early = disclosures.before_window_closed(uses).values("pk")
    wrong = uses.filter(Q(pk__in=found) | Q(pk__in=early)).count()
    return _of(wrong, uses.count(), "uses of CPNI", "without an approval, as far as is known now")


def _told(period: Period, at: datetime) -> _Found:
    changes = AccountChange.objects.filter(period.within("at"), at_start=False)
    changes = changes.exclude(kind=AccountChange.Kind.CHOICE)
    untold = told_by_nothing(changes).count()
    return _of(untold, changes.count(), "account changes", "not told to the customer", "?told=no")


def _locked(period: Period, at: datetime) -> _Found:
    tries = AuthenticationTry.objects.filter(period.within("at"))
    failed = tries.filter(result=AuthenticationTry.Result.FAILED).count()
    releases = LockRelease.objects.filter(period.within("at"))
    own = releases.filter(representative=F("by")).count()
    figure = (
        f"{tries.count():,} authentications, {failed:,} failed;"
        f" {releases.count():,} locks released, {own:,} by the person locked"
    )
    return _Found(figure, own, tries.count())


def _trained(period: Period, at: datetime) -> _Found:
    found = lookers(period.first, period.last)
    persons = {one.person.pk for one in found}
    untrained = {one.person.pk for one in found if one.gap}
    query = f"?first={period.first}&last={period.last}"
    if not found:
        # Who looks where there is no course was not trained.
        looked = looks_between(period.begins, period.ends).exists()
        words = "No training text is published" if looked else "Nobody saw a customer’s record"
        return _Found(words, looked, looked, query)
    what = "people who saw customers’ records"
    return _of(len(untrained), len(persons), what, "without training in time", query)


def _resolved(period: Period, at: datetime) -> _Found:
    received = Complaint.objects.filter(received_on__range=(period.first, period.last))
    waiting = received.filter(resolved_on=None).count()
    return _of(waiting, received.count(), "complaints received", "still open", "?status=open")


def _settled(period: Period, at: datetime) -> _Found:
    failures = incidents.of_days(period.first, period.last).prefetch_related("letters")
    today = civil_day(at, Carrier.zone_or_default())
    wrong = [one for one in failures if one.released_on is None or one.told_late(today)]
    what = "failures of a way to opt out"
    return _of(len(wrong), len(failures), what, "not settled, or not told to the FCC in time")


def _looked(period: Period, at: datetime) -> _Found:
    unusual = UnusualLook.objects.filter(day__range=(period.first, period.last))
    waiting = unusual.filter(reviewed_at=None).count()
    return _of(waiting, unusual.count(), "unusual looks", "not reviewed", "?review=open")


def _ran(period: Period, at: datetime) -> _Found:
    """Each day since the first run, or since there were notices from which it could assume."""
    done = Run.objects.filter(name=JOB, error="", finished_at__isnull=False)
    first = done.aggregate(first=Min("for_day"))["first"]
    starts = [day for day in (first, _first_notice(period)) if day and day <= period.last]
    if not starts:
        return _Found("No notice was sent, and the job has not run", 0, 0)
    began = max(min(starts), period.first)
    ran = done.filter(for_day__range=(began, period.last)).values("for_day").distinct().count()
    days = (period.last - began).days + 1
    return _of(days - ran, days, "days", "without the daily job")


def _sealed(period: Period, at: datetime) -> _Found:
    state = seal_state(at)
    if not (state.wrong or Seal.objects.exists()):
        # On its first day the desk has no seal yet.
        began = Carrier.history.aggregate(first=Min("history_date"))["first"]
        due = began is not None and began.astimezone(UTC).date() < at.astimezone(UTC).date()
        return _Found("There is no seal", due, due)
    return _Found(f"{state.title[:1].upper()}{state.title[1:]}. {state.detail}", state.wrong)


PROCEDURES = (
    _Procedure(
        "noticed",
        "Every active customer was given notice",
        "64.2008(a)(1), (b)",
        "accounts_customer",
        _noticed,
    ),
    _Procedure(
        "renewed",
        "Opt-out notices are repeated every two years",
        "64.2008(d)(2)",
        "accounts_customer",
        _renewed,
    ),
    _Procedure(
        "substituted",
        "A notice that does not arrive is sent again in another form",
        "64.2008(d)(3)(iii)",
        "notices_delivery",
        _substituted,
    ),
    _Procedure(
        "waited",
        "Approval is assumed only when the time to object is over",
        "64.2008(d)(1)",
        "cpni_approval",
        _waited,
    ),
    _Procedure(
        "probed",
        "The ways to opt out that a computer answers are tested each day",
        "64.2008(d)(3)(v)",
        "cpni_probe",
        _probed,
    ),
    _Procedure(
        "probed_by_hand",
        "The telephone line is tested each week, and the post every five weeks",
        "64.2008(d)(3)(v)",
        "cpni_probe",
        _probed_by_hand,
    ),
    _Procedure(
        "reviewed",
        "A second person approves every campaign of notices or e-mail",
        "64.2009(d)",
        "notices_campaign",
        _reviewed,
    ),
    _Procedure(
        "marketed",
        "A supervisor who is not its author reviews every marketing campaign",
        "64.2009(c), (d)",
        "cpni_marketingcampaign",
        _marketed,
    ),
    _Procedure(
        "entered",
        "Objections are entered within days of being received",
        "64.2007(a)(2)",
        "cpni_optoutrequest",
        _entered,
    ),
    _Procedure(
        "matched",
        "Every objection is matched to its customer",
        "64.2007(a)(2)",
        "cpni_optoutrequest",
        _matched,
    ),
    _Procedure(
        "used",
        "CPNI is used only where the customer’s approval was asked first",
        "64.2009(a), (c)",
        "cpni_latefinding",
        _used,
    ),
    _Procedure(
        "told",
        "Customers are told of changes of their accounts at once",
        "64.2010(f)",
        "accounts_accountchange",
        _told,
    ),
    _Procedure(
        "locked",
        "Callers are authenticated, wrong tries lock, and someone else releases",
        "64.2010(b)",
        "accounts_authenticationtry",
        _locked,
    ),
    _Procedure(
        "trained",
        "Whoever sees CPNI was trained within the year before",
        "64.2009(b)",
        "accounts_acknowledgement_looked",
        _trained,
    ),
    _Procedure(
        "looked",
        "Unusual looks at customers’ records are explained",
        "64.2010(a)",
        "accounts_unusuallook",
        _looked,
    ),
    _Procedure(
        "resolved",
        "Complaints about release of CPNI are looked into",
        "64.2009(e)",
        "cpni_complaint",
        _resolved,
    ),
    _Procedure(
        "settled",
        "Failures of a way to opt out are settled, and told to the FCC within five business days",
        "64.2009(f)",
        "cpni_incident",
        _settled,
    ),
    _Procedure("ran", "The daily job has run each day", "64.2009(a)", "accounts_run", _ran),
    _Procedure(
        "sealed",
        "The history of all records is sealed and whole",
        "64.2009(a)",
        "cpni_seal",
        _sealed,
    ),
)


def not_followed(found: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Of lines as they are kept, those that the officer must explain."""
    return (line for line in found if line["verdict"] == NOT_FOLLOWED)
