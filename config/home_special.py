"""Exceptions that are no number of records: each a function that yields its rows."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone

from accounts import training
from accounts.business_days import in_words_left
from accounts.civil import in_words
from accounts.models import Run
from config import jobs
from config.home_rows import Asker, Row, ago, listed
from cpni import breaches, certificates, incidents, probing
from cpni.assuming import JOB
from cpni.seal_state import seal_state
from notices import automatic
from notices.models import AutomaticNotice


def proposals(asker: Asker) -> Iterator[Row]:
    """Automatic notices that wait for a person's yes, and those that are held; which do not run."""
    if not asker.person.has_perm("notices.approve_automaticnotice"):
        return
    rows = AutomaticNotice.objects.exclude(status=AutomaticNotice.Status.STOPPED)
    found = list(rows.values_list("kind", "status"))
    running = {kind for kind, status in found if status == AutomaticNotice.Status.APPROVED}
    asked = [kind for kind, status in found if status == AutomaticNotice.Status.PROPOSED]
    held = automatic.held(on=asker.today) if running else {}
    running -= {one.kind for one in held}
    missing = [kind.label for kind in AutomaticNotice.Kind if kind not in running]
    detail = f"Not running: {', '.join(missing).lower()}." if missing else "Each runs by itself."
    yield Row(
        len(asked),
        "automatic notices to be approved",
        detail,
        "wait",
        listed("notices_automaticnotice", "?status__exact=proposed"),
        remedy="Read each, and approve it or stop it.",
    )
    if held:
        why = " ".join(dict.fromkeys(held.values()))
        yield Row(
            len(held),
            "automatic notices held",
            f"Whoever becomes due is told nothing meanwhile. {why}",
            "gap",
            listed("notices_automaticnotice", "?held=yes"),
            remedy="Do what is said of each.",
        )


def open_incidents(asker: Asker) -> Iterator[Row]:
    """Failures of a way to opt out: until when the FCC is to be told, else what they hold back."""
    if not asker.person.has_perm("cpni.view_incident"):
        return
    found = list(incidents.open_ones())
    terms = [incident.term.last for incident in found if not incident.told]
    last = min(terms, default=None)
    detail = "Approvals are held until each is released." if found else "None is open."
    if last:
        left = in_words_left(asker.today, last)
        detail = f"The letter to the FCC is due by {in_words(last)} (64.2009(f)). {left}"
    yield Row(
        len(found),
        "ways to opt out that failed: incidents open",
        detail,
        "bad",
        listed("cpni_incident", "?status=open"),
        oldest=min((incident.started_on for incident in found), default=None),
        deadline=last,
        remedy="Write to the FCC, give customers their chance, and release.",
    )


def open_breaches(asker: Asker) -> Iterator[Row]:
    """Breaches that are open, and the next step of any of them."""
    if not asker.person.has_perm("cpni.view_breach"):
        return
    found = list(breaches.open_ones())
    # What has no last day may be done from its first day on.
    steps = [step for breach in found for step in breaches.outstanding(breach)]
    days = [(step.due or step.not_before or asker.today, step) for step in steps]
    detail = "Every step is recorded: close them." if found else "None is open."
    deadline = None
    if days:
        day, step = min(days, key=lambda pair: pair[0])
        deadline = step.due
        when = f"by {in_words(day)}" if step.due else f"from {in_words(day)} on"
        detail = f"Next: {step.what[0].lower()}{step.what[1:]}, {when} ({step.section})."
    yield Row(
        len(found),
        "breaches open",
        detail,
        "bad",
        listed("cpni_breach", "?status=open"),
        deadline=deadline,
        remedy="Take each step, and record it.",
    )


def certificate(asker: Asker) -> Iterator[Row]:
    """Whether the certificates of the years before are filed, and by when one must be."""
    if not asker.person.has_perm("cpni.view_annualcertificate"):
        return
    years = certificates.unfiled(asker.today)
    last = certificates.due(years[0] if years else asker.today.year)
    day = f"{last:%A}, {in_words(last)}"
    address = listed("cpni_annualcertificate")
    if not years:
        detail = f"That for {asker.today.year} is due by {day}."
        yield Row(0, "annual certificate", detail, "good", address, counted=False)
        return
    late = last < asker.today
    which = "It" if len(years) == 1 else f"That for {years[0]}"
    yield Row(
        len(years),
        f"annual certificate, for {' and '.join(map(str, years))}, to be filed",
        f"{which} {'was' if late else 'is'} due by {day}, in EB Docket 06-36 (64.2009(e)).",
        "bad" if late else "wait",
        address,
        deadline=last,
        remedy="Gather the figures, sign, and file it.",
    )


def own_training(asker: Asker) -> Iterator[Row]:
    """That one's own training falls due soon."""
    due = next(iter(training.dues_of(asker.person)), None)
    if due is None or not due.warned(asker.today):
        return
    late = due.overdue(asker.today)
    yield Row(
        1,
        "training of yours to be signed",
        f"It {'was' if late else 'is'} due by {in_words(due.due_on)} (64.2009(b)).",
        "bad" if late else "wait",
        reverse("own-training"),
        deadline=due.due_on,
        remedy="Read it, and sign it.",
    )


def ways_to_opt_out(asker: Asker) -> Iterator[Row]:
    """Ways to opt out that failed their last test, or were not tested lately."""
    if not asker.person.has_perm("cpni.view_probe"):
        return
    found = probing.problems(at=asker.at)
    words = "; ".join(f"{problem.route.label}: {problem.words}" for problem in found)
    yield Row(
        len(found),
        "ways to opt out failed, or not tested lately",
        f"{words}." if found else "Each worked when it was tested last.",
        "bad" if any(problem.failed for problem in found) else "wait",
        listed("cpni_probe"),
        counted=False,
        remedy="Test it and note the test; open an incident for one that failed (64.2009(f)).",
        help_address=reverse("admin:cpni_probe_add")
        if asker.person.has_perm("cpni.add_probe")
        else "",
    )


def daily_job(asker: Asker) -> Iterator[Row]:
    """Whether the daily job has run for today."""
    if not asker.person.has_perm("accounts.view_run"):
        return
    last = Run.objects.filter(name=JOB, error="", finished_at__isnull=False).first()
    address = reverse("jobs")
    if last and last.for_day and last.for_day >= asker.today:
        at = timezone.localtime(last.started_at)
        detail = f"Last run today at {at:%H:%M}."
        yield Row(0, "daily job", detail, "good", address, counted=False)
        return
    detail = "It has never run."
    if last and last.for_day:
        detail = f"It last ran {ago(last.for_day, asker.today)}; what is due waits for it."
    yield Row(
        1,
        "daily job has not run today",
        detail,
        "bad",
        address,
        deadline=asker.today,
        remedy="See whether a worker runs, and start the job.",
    )


def missed_jobs(asker: Asker) -> Iterator[Row]:
    """Scheduled jobs that no worker has done in time, or that failed."""
    if not asker.person.has_perm("accounts.view_run"):
        return
    found = [job for job in jobs.jobs(at=asker.at) if job.wrong]
    words = "; ".join(f"{job.title}: {job.wrong}" for job in found[:3])
    more = f"; and {len(found) - 3} more" if len(found) > 3 else ""
    yield Row(
        len(found),
        "scheduled jobs that did not run, or failed",
        f"{words}{more}." if found else "Each ran when it should.",
        "bad",
        reverse("jobs"),
        counted=False,
        remedy="See whether a worker and the schedule run, and start the job.",
    )


def history_seals(asker: Asker) -> Iterator[Row]:
    """Whether history is sealed, published, and as it was sealed."""
    if not asker.person.has_perm("cpni.view_seal"):
        return
    state = seal_state(asker.at)
    tone = ("bad" if state.urgent else "wait") if state.wrong else "good"
    yield Row(state.wrong, state.title, state.detail, tone, listed("cpni_seal"), counted=False)
