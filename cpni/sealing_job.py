"""The job that seals history: seal, publish, verify; each night, or whenever it can."""

from datetime import UTC, datetime, timedelta

from accounts.errors import Refused
from accounts.models import Run, User
from accounts.runs import run as job_run
from cpni import seal_lines, verifying
from cpni.sealing import days_due, seal_due

JOB = "seal history"


class NotPublished(Refused):
    """History is sealed, but not every line has left the database."""


def seal_and_publish(*, at: datetime, by: User | None = None) -> Run | None:
    """Seal what is due at the instant ``at`` and publish what has not left yet.

    Leaves a run behind, which is returned; None when there was nothing to do. Raises NotPublished,
    after everything else is done, when a channel failed, and Refused as ``seal_due`` does.
    """
    waiting = any(seal_lines.unpublished(channel) for channel in seal_lines.channels())
    if not (days_due(at) or waiting):
        return None
    with job_run(JOB, for_day=at.astimezone(UTC).date() - timedelta(days=1), by=by) as run:
        made = seal_due(at=at)
        run.counts = {"seals": len(made), "rows": sum(seal.rows for seal in made)}
        left, failed = seal_lines.publish(at=at)
        run.counts = {**run.counts, "published": left, "failed_to_publish": len(failed)}
        if failed:
            raise NotPublished(
                " ".join(failed), "They are tried again every hour; see SEAL_EMAIL and SEAL_FILE."
            )
    return run


def nightly(*, at: datetime) -> None:
    """What the schedule runs every hour: it seals, publishes and verifies what is due.

    A failure to publish is in the run and on the home page; it holds the verification back no more
    than a task that fails would.
    """
    try:
        seal_and_publish(at=at)
    finally:
        if not verified_since(at - timedelta(hours=24)):
            verifying.verify_some(at=at)


def verified_since(instant: datetime) -> bool:
    """Whether a nightly verification has been finished since then."""
    done = Run.objects.filter(name=verifying.JOB, error="", finished_at__isnull=False)
    return done.filter(started_at__gt=instant).exists()
