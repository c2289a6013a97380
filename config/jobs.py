"""Scheduled jobs: when each ran last, with what result, when it comes next, and starting one now.

The schedule is ``config.schedule``. Celery's own signals say when a worker begins and ends a task;
the last round of each is kept, so that one that nobody did can be seen.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from celery.schedules import crontab, maybe_schedule
from celery.signals import task_postrun, task_prerun
from django.db.models import Max
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts import runs
from accounts.admin.runs import counts_in_words
from accounts.counted_words import several
from accounts.errors import Refused
from accounts.models import JobRound, Run, User
from accounts.permissions import require
from config.celery import app
from config.schedule import SCHEDULE

START = "accounts.start_run"
# A worker may be busy with a long job; later than this, nobody does it.
GRACE = timedelta(minutes=15)
PATIENCE = 1.0  # seconds in which a worker answers
TASKS = {entry["task"]: name for name, entry in SCHEDULE.items()}


@dataclass(frozen=True)
class Job:
    """A scheduled job. ``wrong`` says what is: that it failed, or how late it is; "" when nothing.

    ``next_at`` lies in the past for one that is late. ``run`` is its last record with counts.
    """

    task: str
    title: str
    started_at: datetime | None
    took: timedelta | None
    result: str
    next_at: datetime
    wrong: str
    run: Run | None

    @property
    def did(self) -> str:
        """What its last run counted."""
        return counts_in_words(self.run.counts) if self.run else ""


def connect() -> None:
    """Have each round of a scheduled job noted, whichever worker does it."""
    task_prerun.connect(_begins, dispatch_uid="job rounds begin")
    task_postrun.connect(_ends, dispatch_uid="job rounds end")


def _begins(sender: Any, **_: Any) -> None:
    if sender.name in TASKS:
        # How the last one ended stays until this one ends: one that fails each minute is seen.
        values = {"started_at": timezone.now(), "finished_at": None}
        JobRound.objects.update_or_create(task=sender.name, defaults=values)


def _ends(sender: Any, state: str | None = None, retval: Any = None, **_: Any) -> None:
    if sender.name in TASKS:
        # By its type: an error's words may hold personal data.
        error = type(retval).__name__ if state == "FAILURE" else ""
        JobRound.objects.filter(task=sender.name).update(finished_at=timezone.now(), error=error)


def jobs(*, at: datetime) -> list[Job]:
    """Every scheduled job as it stands at the aware instant ``at``."""
    rounds = JobRound.objects.in_bulk()
    first = min((one.first_at for one in rounds.values()), default=None)
    return [
        _job(name, entry, rounds.get(entry["task"]), first, at) for name, entry in SCHEDULE.items()
    ]


def with_runs(found: list[Job]) -> list[Job]:
    """The same jobs, each with its last record, for those that leave one, by the job's name."""
    named = Run.objects.filter(name__in=TASKS.values()).order_by()
    last = named.values("name").annotate(last=Max("pk")).values("last")
    latest = {run.name: run for run in Run.objects.filter(pk__in=last)}
    return [Job(**{**job.__dict__, "run": latest.get(TASKS[job.task])}) for job in found]


def _job(
    name: str, entry: dict[str, Any], last: JobRound | None, first: datetime | None, at: datetime
) -> Job:
    """A job with its ``last`` round; ``first`` is when a worker first did any of them."""
    title = name.capitalize()
    if last is None:
        # In its first hour an installation waits for the jobs that come hourly.
        next_at = due_after(first, entry["schedule"]) if first else at
        waits = first and at - next_at <= GRACE
        wrong = "" if waits else "has never run"
        return Job(entry["task"], title, None, None, "Not yet", next_at, wrong, None)
    next_at = due_after(last.started_at, entry["schedule"])
    late = at - next_at
    wrong = ""
    if last.error:
        wrong = f"failed ({last.error})"
    if late > GRACE:
        wrong = f"{in_words(late)} late" + (
            "" if last.finished_at else ", and its last round did not end"
        )
    took = last.finished_at - last.started_at if last.finished_at else None
    result = "Running" if not last.finished_at else "Failed" if last.error else "Done"
    return Job(entry["task"], title, last.started_at, took, result, next_at, wrong, None)


def due_after(started_at: datetime, schedule: Any) -> datetime:
    """When a job of this ``schedule`` that began at ``started_at`` is to begin again."""
    known: Any = maybe_schedule(schedule, app=app)
    if isinstance(known, crontab):
        began, until, _ = known.remaining_delta(started_at)
        due: datetime = began + until
        return due
    due = started_at + known.run_every
    return due


def in_words(time: timedelta) -> str:
    """A length of time in its largest unit: “40 minutes”, “3 hours”, “2 days”."""
    for unit, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if (number := int(time.total_seconds()) // unit) > 0:
            return several(number, name)
    return "less than a minute"


def start(task: str, *, by: User) -> bool:
    """Hand the scheduled job ``task`` to a worker now; whether one answers.

    Without one it waits until a worker is there. Who asked is kept as a run. Raises Refused for
    what is no scheduled job, and when nobody takes messages.
    """
    require(by, START)
    if task not in TASKS:
        raise Refused("There is no such job.", "Choose one of the list.")
    app.loader.import_default_modules()
    with runs.run(f"asked for: {TASKS[task]}"[:60], by=by):
        try:
            app.tasks[task].apply_async(retry=False)
            return bool(app.control.ping(timeout=PATIENCE, limit=1))
        except (OperationalError, OSError) as error:
            raise Refused(
                "The job could not be handed over: the broker of messages does not answer.",
                "Have the operator look at Redis, and try again.",
            ) from error
