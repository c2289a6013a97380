"""Everything that has a day: terms of incidents and breaches, the certificate, notices, windows.

Numbers and days only. They are read in calendar programs, outside of the desk, so nothing here
names a customer, and what staff wrote (the name of a breach, of a campaign) stays inside, too.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count
from icalendar import Calendar, Event

from accounts.civil import add_days, in_words
from accounts.counted_words import several
from accounts.models import User
from cpni import breaches, certificates, figures, incidents, requested_disclosures
from cpni.models import RequestedDisclosure
from notices import letters
from notices.clock import due_within, earliest_carrying, expires_after
from notices.gaps import carrying
from notices.models import Delivery

AHEAD = 90  # days
WINDOWS_AHEAD = 60
Sent = Delivery.State.SENT


@dataclass(frozen=True)
class Deadline:
    """One line of the agenda.

    ``key`` stays the same from day to day, so that a calendar moves an entry and does not double
    it. ``page`` is the name of an address of the admin, with ``record`` as its number or ``query``.
    """

    key: str
    day: date
    title: str
    detail: str
    page: str
    record: int | None = None
    query: str = ""
    urgent: bool = False  # the law's own, not only a day to know
    ends: bool = False  # the last of some business days


def upcoming(person: User, *, on: date) -> list[Deadline]:
    """The deadlines that ``person`` may see, as of the civil day ``on``; missed ones come first."""
    found: list[Deadline] = []
    if person.has_perm("cpni.view_incident"):
        found += _certificates(on)
        found += _letters_to_the_fcc()
    if person.has_perm("cpni.view_breach"):
        found += _breaches(on)
    if person.has_perm("cpni.view_requesteddisclosure"):
        found += _papers(person, on)
    if person.has_perm("notices.view_postbatch"):
        found += _letters(on)
    if person.has_perm("notices.view_delivery"):
        found += _overdue(on)
        found += _anniversaries(on)
        found += _windows(on)
    return sorted(found, key=lambda deadline: (deadline.day, deadline.key))


def _certificates(on: date) -> Iterator[Deadline]:
    """Each certificate that was not filed, else the next that is due."""
    for year in certificates.unfiled(on) or [on.year]:
        day = certificates.due(year)
        rolled = "" if day.day == 1 else " 1 March is no business day (47 CFR 1.4(j))."
        yield Deadline(
            f"certificate-{year}",
            day,
            f"Certificate of {year} is due at the FCC",
            f"64.2009(e), EB Docket 06-36.{rolled}",
            "cpni_annualcertificate_changelist",
            urgent=True,
        )


def _letters_to_the_fcc() -> Iterator[Deadline]:
    """The five business days of incidents about which the FCC has not been told."""
    for incident in incidents.open_ones().filter(told=False):
        last = incident.term.last
        yield Deadline(
            f"incident-{incident.pk}",
            last,
            f"Letter to the FCC about incident {incident.pk}",
            f"{incident.get_route_display()} failed as a way to opt out (64.2009(f)).",
            "cpni_incident_change",
            incident.pk,
            urgent=True,
            ends=True,
        )


def _breaches(on: date) -> Iterator[Deadline]:
    """The steps of open breaches that are not taken: by when, or from when on."""
    for breach in breaches.open_ones():
        for step in breaches.outstanding(breach):
            day = step.due or step.not_before or on
            yield Deadline(
                f"breach-{breach.pk}-{step.code}",
                day,
                f"Breach {breach.pk}: {step.what[0].lower()}{step.what[1:]}",
                f"{step.section}. {'' if step.due else 'From this day on. '}{step.note}",
                "cpni_breach_change",
                breach.pk,
                urgent=True,
                ends=step.due is not None,
            )


def _papers(person: User, on: date) -> Iterator[Deadline]:
    """Papers that ask for a disclosure, and by when; nothing says here whether it is the law's."""
    waiting = RequestedDisclosure.objects.filter(
        status=RequestedDisclosure.Status.OPEN, due_on__lte=add_days(on, AHEAD)
    )
    rows = requested_disclosures.shown_to(person, waiting).order_by()
    for paper in rows:
        assert paper.due_on is not None  # noqa: S101  (the filter)
        yield Deadline(
            f"paper-{paper.pk}",
            paper.due_on,
            f"Disclosure {paper.pk} that was asked for: to be decided",
            "The day that the paper gives (222(c)).",
            "cpni_requesteddisclosure_change",
            paper.pk,
            urgent=True,
        )


def _letters(on: date) -> Iterator[Deadline]:
    """Letters that nobody has confirmed as mailed: no clock runs until somebody does."""
    waiting = letters.unconfirmed()
    if waiting:
        number = sum(batch.waiting for batch in waiting)  # type: ignore[attr-defined]
        yield Deadline(
            "letters",
            on,
            f"{several(number, 'letter')} to be confirmed as mailed",
            "No clock runs until they are.",
            "notices_postbatch_changelist",
        )


def _overdue(on: date) -> Iterator[Deadline]:
    """Customers whose last notice became two years old before ``on``, as of the oldest of these."""
    number, oldest = figures.known("overdue", on=on)
    if number and oldest:
        yield Deadline(
            "anniversary-overdue",
            expires_after(oldest),
            f"{several(number, 'two-year notice is', 'two-year notices are')} overdue",
            "Renew them: their approvals count no more (64.2008(d)(2)).",
            "accounts_customer_changelist",
            query="?cpni=overdue",
            urgent=True,
        )


def _anniversaries(on: date) -> Iterator[Deadline]:
    """Notices that are the last of their customers and become two years old, by week."""
    rows = (
        carrying(Delivery.objects.all())
        .filter(mailed_on__range=(earliest_carrying(on), due_within(on, AHEAD)))
        .order_by()
        .values_list("mailed_on")
        .annotate(number=Count("pk"))
    )
    weeks: Counter[date] = Counter()
    mailed: dict[date, list[date]] = {}
    for mailed_on, number in rows:
        day = expires_after(mailed_on)
        week = day - timedelta(days=day.weekday())
        weeks[week] += number
        mailed.setdefault(week, []).append(mailed_on)
    for week, number in weeks.items():
        first, final = min(mailed[week]), max(mailed[week])
        yield Deadline(
            f"anniversary-{week}",
            min(expires_after(first), expires_after(final)),
            f"{several(number, 'notice becomes', 'notices become')} two years old in the week of"
            f" {in_words(week)}",
            "Renew them before, or their approvals count no more (64.2008(d)(2)).",
            "notices_delivery_changelist",
            query=f"?carrying=last&mailed_on_from={first}&mailed_on_to={final}",
            urgent=True,
        )


def _windows(on: date) -> Iterator[Deadline]:
    """Days on which customers' time to object ends, with how many."""
    rows = (
        Delivery.objects.filter(
            state=Sent,
            outcome="",
            last_objection_day__range=(on, add_days(on, WINDOWS_AHEAD)),
        )
        .order_by()
        .values_list("last_objection_day")
        .annotate(number=Count("pk"))
    )
    for day, number in rows:
        yield Deadline(
            f"window-{day}",
            day,
            several(number, "waiting period ends", "waiting periods end"),
            "The customers’ last day; approval is assumed the day after, by itself.",
            "notices_delivery_changelist",
            query=f"?fate=sent&last_objection_day_from={day}&last_objection_day_to={day}",
        )


def calendar(found: list[Deadline], *, at: datetime, domain: str, address: str) -> bytes:
    """``found`` as iCalendar (RFC 5545): each an entry of a whole day.

    ``address`` is that of the agenda, to which each entry leads; ``domain`` makes their ids ours.
    """
    made = Calendar()
    made.add("prodid", "-//CPNI Desk//Deadlines//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", "CPNI deadlines")
    made.add("refresh-interval", timedelta(hours=6), parameters={"value": "DURATION"})
    for deadline in found:
        event = Event()
        event.add("uid", f"{deadline.key}@{domain}")
        event.add("dtstamp", at)
        event.add("dtstart", deadline.day)
        event.add("dtend", add_days(deadline.day, 1))
        event.add("summary", deadline.title)
        event.add("description", deadline.detail)
        event.add("url", address)
        event.add("transp", "TRANSPARENT")
        made.add_component(event)
    return bytes(made.to_ical())
