"""Testing the ways to opt out: a probe goes through each, and what does not arrive is an exception.

The web page and the mailbox for replies are tested by a job each day; the telephone line and the
post by a person, who notes it. An opt-out that nobody could hear makes silence worthless
(64.2009(f), domain.md 5.2), so whoever finds a way broken opens an incident from here.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from uuid import UUID

import requests
from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q
from django.urls import reverse

from accounts import history
from accounts.civil import civil_day
from accounts.errors import Refused
from accounts.models import Carrier, User
from accounts.permissions import require
from cpni.models import Incident, Probe
from notices import links, return_addresses
from notices.models import Delivery
from notices.relay import Meaning, Relay, RelayTrouble

Route = Probe.Route
State = Probe.State
ADD, OPEN = "cpni.add_probe", "cpni.add_incident"

# How old the last test that worked may be. A job tests each day and has half a day's grace.
EVERY = {
    Route.WEB: timedelta(days=1),
    Route.EMAIL: timedelta(days=1),
    Route.TELEPHONE: timedelta(days=7),
    Route.LETTER: timedelta(days=35),
}
GRACE = timedelta(hours=12)
AGAIN = timedelta(hours=1)  # after one that failed: was it more than an anomaly?
PATIENCE = timedelta(hours=4)  # for mail to come back
TIMEOUT = 20  # seconds, for a page
CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
NAME = "CPNI Desk tests whether this arrives"


@dataclass(frozen=True)
class Problem:
    """A way to opt out that failed its last test, or was not tested lately; in words."""

    route: Probe.Route
    failed: bool
    words: str


def run(*, at: datetime) -> dict[str, int]:
    """Give up on what has not arrived, and send what is due at the aware instant ``at``.

    Returns how many probes were ``sent`` and how many ``failed``.
    """
    counts = {"sent": 0, "failed": 0}
    for late in Probe.objects.filter(state=State.WAITING, sent_at__lt=at - PATIENCE):
        counts["failed"] += _answer(late.token, State.FAILED, at=at, words="Nothing arrived.")
    for route, send in senders().items():
        if _due(route, at):
            probe = Probe(route=route, sent_at=at)
            history.save(probe, by=None, because="Daily test")
            counts["sent"] += 1
            if problem := send(probe, at):
                counts["failed"] += _answer(probe.token, State.FAILED, at=at, words=problem)
    return counts


def senders() -> dict[Route, Callable[[Probe, datetime], str]]:
    """How a job tests each way that it can test; each returns what went wrong, or "".

    Replies are tested once there is an address for them that we read (``RETURN_ADDRESS``).
    """
    found: dict[Probe.Route, Callable[[Probe, datetime], str]] = {Route.WEB: _through_the_web}
    if settings.RETURN_ADDRESS:
        found[Route.EMAIL] = _by_mail
    return found


def _due(route: Route, at: datetime) -> bool:
    last = Probe.objects.filter(route=route).first()
    if last is None:
        return True
    wait = AGAIN if last.state == State.FAILED else EVERY[route]
    return last.state != State.WAITING and last.sent_at <= at - wait


def came_back(token: UUID, *, at: datetime) -> Probe | None:
    """Note that the probe with this token arrived at the instant ``at``; None if there is none.

    Whatever receives what customers send asks this first, so that a test goes all the way that a
    customer's objection goes and is none.
    """
    _answer(token, State.WORKED, at=at, words="")
    return Probe.objects.filter(token=token).first()


def _answer(token: UUID, state: State, *, at: datetime, words: str) -> bool:
    """Move a probe that waits, or one that was given up and arrives after all."""
    before = [State.WAITING, State.FAILED] if state == State.WORKED else [State.WAITING]
    with transaction.atomic():
        found = Probe.objects.select_for_update().filter(token=token, state__in=before).first()
        if found is None:
            return False
        found.state, found.answered_at, found.words = state, at, words[:200]
        history.save(found, by=None, because="It arrived" if state == State.WORKED else words[:100])
    return True


def record(route: str, *, worked: bool, words: str, at: datetime, by: User | None) -> Probe:
    """Record a test that a person made at the aware instant ``at``, such as a call to the line.

    Raises Refused without ``words`` that say what was done and seen.
    """
    require(by, ADD)
    if not words.strip():
        raise Refused("Say what was done and seen.", "Such as: called, pressed 2, was recorded.")
    probe = Probe(
        route=route,
        state=State.WORKED if worked else State.FAILED,
        sent_at=at,
        answered_at=at,
        words=words[:200],
        by=by,
    )
    history.save(probe, by=by, because="Tested by hand")
    return probe


def problems(*, at: datetime) -> list[Problem]:
    """Ways that failed their last test or were not seen to work lately, at the instant ``at``.

    Before a notice has been sent nobody has been told of any, and none need be tested.
    """
    tests = (
        Probe.objects.exclude(state=State.WAITING)
        .order_by()
        .values_list("route")
        .annotate(
            worked=Max("sent_at", filter=Q(state=State.WORKED)),
            failed=Max("sent_at", filter=Q(state=State.FAILED)),
        )
    )
    times = {route: (worked, failed) for route, worked, failed in tests}
    found = []
    for route in Route:
        worked, failed = times.get(route.value, (None, None))
        if failed and (worked is None or failed > worked):
            last = Probe.objects.filter(route=route, sent_at=failed, state=State.FAILED).first()
            found.append(
                Problem(route, True, f"the last test failed: {last.words if last else ''}")
            )
        elif worked is None:
            found.append(Problem(route, False, "it has not been tested"))
        elif worked < at - EVERY[route] - GRACE:
            found.append(Problem(route, False, "its test is overdue"))
    failing = any(problem.failed for problem in found)
    return found if failing or (found and _newest_notice()) else []


def open_incident(probe: Probe, *, by: User | None, because: str) -> Incident:
    """Open an incident for the way that ``probe`` found broken; the one that is open, if one is.

    It counts from the carrier's civil day on which the way was last seen to work, or that of the
    test. Until the officer releases it nobody is assumed to approve whose window it overlaps.
    Raises Refused for a test that did not fail.
    """
    require(by, OPEN)
    if probe.state != State.FAILED:
        raise Refused("This test did not fail.", "Open an incident from the list of incidents.")
    with transaction.atomic():
        # One at a time, or two clicks open two.
        Probe.objects.select_for_update().get(pk=probe.pk)
        there = Incident.objects.filter(route=probe.route, ended_on=None).first()
        if there:
            return there
        worked = Probe.objects.filter(
            route=probe.route, state=State.WORKED, sent_at__lt=probe.sent_at
        ).first()
        since, zone = worked.sent_at if worked else probe.sent_at, Carrier.zone_or_default()
        incident = Incident(
            route=probe.route,
            started_on=civil_day(since, zone),
            discovered_on=civil_day(probe.sent_at, zone),
            description=f"{probe}: {probe.words}",
        )
        history.save(incident, by=by, because=because)
    return incident


def _through_the_web(probe: Probe, at: datetime) -> str:
    """Open the newest notice's own page, and fill in the public form as a customer would."""
    form = settings.PUBLIC_URL + reverse("choices:without-link")
    try:
        with requests.Session() as session:
            if number := _newest_notice():
                link = links.address(number, links.newest_key(at=at))
                status = session.get(link, timeout=TIMEOUT).status_code
                if status != requests.codes.ok:
                    return f"The page of the newest notice did not open (answer {status})."
            page = session.get(form, timeout=TIMEOUT)
            csrf = CSRF.search(page.text)
            if page.status_code != requests.codes.ok or csrf is None:
                return f"The form did not open (answer {page.status_code})."
            filled = {
                "csrfmiddlewaretoken": csrf[1],
                "token": str(probe.token),
                "name": NAME,
                "account": NAME,
                "address": NAME,
            }
            answer = session.post(form, filled, headers={"Referer": form}, timeout=TIMEOUT)
            if not Probe.objects.filter(pk=probe.pk, state=State.WORKED).exists():
                return f"The form was sent, and nothing arrived (answer {answer.status_code})."
    except requests.RequestException as error:
        # By its type: its words may hold addresses.
        return f"The page could not be reached ({type(error).__name__})."
    return ""


def _by_mail(probe: Probe, at: datetime) -> str:
    """Write to where replies to notices go; it comes in by the door by which they come in."""
    origin = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    address = return_addresses.probe_address(probe.token, settings.RETURN_ADDRESS)
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = origin, address, NAME
    message["Date"], message["Auto-Submitted"] = at, "auto-generated"
    message["Message-ID"] = f"<{probe.token}.test@{settings.MAIL_DOMAIN}>"
    message.set_content("It is noted when it arrives, and needs no answer.\n")
    relay = Relay()
    try:
        answer = relay.send(origin, address, message.as_bytes())
    except RelayTrouble as trouble:
        return f"The relay took nothing: {trouble.words}"
    finally:
        relay.close()
    if answer.meaning is not Meaning.ACCEPTED:
        return f"The relay did not take it: {answer.words}"
    return ""


def _newest_notice() -> int | None:
    sent = Delivery.objects.notices().filter(state=Delivery.State.SENT)
    return sent.order_by("-pk").values_list("pk", flat=True).first()
