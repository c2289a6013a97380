"""Reports by e-mail: what needs someone, each day, and figures, each week, to staff who want them.

Nothing personal is in them: counts, ages, deadlines and links. Who wants which is in the record of
each member of staff (``accounts.reports``).
"""

import logging
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Count
from django.urls import reverse

from accounts.civil import add_days, civil_day, in_words
from accounts.counted_words import several
from accounts.models import Carrier, SentReport, User
from accounts.runs import run as job_run
from config.home_exceptions import EXCEPTIONS
from config.home_rows import Asker, Row, ago, rows_for
from cpni import figures
from cpni.models import Approval, Figure, OptOutRequest

log = logging.getLogger(__name__)

JOB = "send reports"
FROM_HOUR = 6  # of the carrier's morning
Kind = SentReport.Kind


def send_due(*, at: datetime) -> Counter[str]:
    """Send each report that is due at the aware instant ``at`` and has not been sent.

    One a day, or a week, to each person, however often this runs: the record of a report is there
    before it is sent, and is taken away only when the mail server refused it. Returns how many were
    ``sent`` and how many ``failed``, which are tried again next time. One that cannot be composed
    keeps nobody else from theirs; its error is raised when all have been tried.
    """
    zone = Carrier.zone_or_default()
    today = civil_day(at, zone)
    counts: Counter[str] = Counter()
    if at.astimezone(zone).hour < FROM_HOUR:
        return counts
    due = [
        (person, kind, day)
        for kind, day in ((Kind.DAILY, today), (Kind.WEEKLY, monday(today)))
        for person in subscribers(kind)
        if not SentReport.objects.filter(person=person, kind=kind, day=day).exists()
    ]
    if not due:
        return counts
    with job_run(JOB, for_day=today) as run:
        broken: list[Exception] = []
        for person, kind, day in due:
            try:
                counts[_send(person, kind, day, at)] += 1
            except Exception as error:
                log.exception("a report could not be composed")
                counts["failed"] += 1
                broken.append(error)
        run.counts = dict(counts)
        if broken:
            raise broken[0]
    return counts


def subscribers(kind: Kind) -> list[User]:
    """Who wants reports of ``kind``, still works here, and has an address."""
    wants = {"daily_report": True} if kind == Kind.DAILY else {"weekly_report": True}
    return list(User.objects.filter(is_active=True, **wants).exclude(email="").order_by("pk"))


def monday(day: date) -> date:
    """The Monday of the week of ``day``."""
    return add_days(day, -day.weekday())


def _send(person: User, kind: Kind, day: date, at: datetime) -> str:
    # Composed first: whatever fails in it leaves no record of a report that never left.
    message = daily(person, at) if kind == Kind.DAILY else weekly(person, at)
    claim, claimed = SentReport.objects.get_or_create(person=person, kind=kind, day=day)
    if not claimed:  # another worker is at it
        return "already"
    try:
        message.send()
    except OSError:  # SMTPException is one too
        claim.delete()
        return "failed"
    claim.sent_at = at
    claim.save()
    return "sent"


def daily(person: User, at: datetime) -> EmailMessage:
    """What needs ``person``: count, age, deadline and link of each exception."""
    today = civil_day(at, Carrier.zone_or_default())
    needed = [row for row in rows_for(Asker(person, today, at), EXCEPTIONS) if row.needed]
    late = sum(row.deadline is not None and row.deadline < today for row in needed)
    number = len(needed)
    subject = several(number, "exception") if number else "nothing needs you"
    if late:
        subject += f", {late} past the deadline"
    lines = [_said(row, today) for row in needed] or ["Nothing needs you today."]
    return _message(person, f"CPNI Desk: {subject}", lines)


def _said(row: Row, today: date) -> str:
    facts = [f"{row.count:,} {row.title}"]
    if row.oldest:
        facts.append(f"the oldest from {ago(row.oldest, today)}")
    if row.deadline:
        was = "was due" if row.deadline < today else "due"
        facts.append(f"{was} {in_words(row.deadline)}")
    return f"- {'; '.join(facts)}\n  {_link(row.address)}"


def weekly(person: User, at: datetime) -> EmailMessage:
    """Figures of the last seven days, as far as ``person`` may see them."""
    today = civil_day(at, Carrier.zone_or_default())
    first, last = add_days(today, -7), add_days(today, -1)
    needed = [row for row in rows_for(Asker(person, today, at), EXCEPTIONS) if row.needed]
    lines = [f"Exceptions now: {len(needed)}\n  {_link(reverse('admin:index'))}"]
    if person.has_perm("cpni.view_approval"):
        lines += _approvals(first)
    if person.has_perm("cpni.view_optoutrequest"):
        received = OptOutRequest.objects.filter(
            wish=OptOutRequest.Wish.OPT_OUT, received_on__range=(first, last)
        )
        by_route = dict(received.order_by().values_list("route").annotate(n=Count("pk")))
        lines.append(f"Opt-outs received: {sum(by_route.values()):,}")
        lines += [f"  {r.label}: {by_route[r]:,}" for r in OptOutRequest.Route if r in by_route]
    if person.has_perm("notices.view_delivery") and (
        windows := figures.latest([figures.WINDOWS]).get(figures.WINDOWS)
    ):
        until = add_days(today, 6)
        ending = sum(
            number
            for day, number in windows.details.items()
            if today <= date.fromisoformat(day) <= until
        )
        lines.append(f"Waiting periods that end in the next seven days: {ending:,}")
    return _message(person, f"CPNI Desk: the week to {last:%B} {last.day}", lines)


def _approvals(since: date) -> Iterable[str]:
    """Approvals by state, and how many more or fewer than a week ago."""
    series = Figure.objects.filter(name=figures.APPROVALS).order_by("day")
    now = series.last()
    if now is None:
        return
    before = series.filter(day__lte=since).last()
    yield "Approvals:"
    for state in Approval.State:
        number = now.details.get(state.value, 0)
        change = ""
        if before:
            change = f" ({number - before.details.get(state.value, 0):+,} in a week)"
        yield f"  {state.label}: {number:,}{change}"


def _message(person: User, subject: str, lines: Iterable[str]) -> EmailMessage:
    own = _link(reverse("my-reports"))
    return EmailMessage(
        subject=subject,
        body="\n".join(lines)
        + f"\n\nYou, or the compliance officer, asked for this. To stop it: {own}\n",
        to=[person.email],
        headers={"List-Unsubscribe": f"<{own}>", "Auto-Submitted": "auto-generated"},
    )


def _link(address: str) -> str:
    return settings.PUBLIC_URL + address
