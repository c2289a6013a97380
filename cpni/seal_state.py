"""How it stands with the seals: one answer for the home page."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings

from accounts.models import Run
from cpni import sealing_job, verifying
from cpni.models import Seal
from cpni.seal_lines import channels

LATE = 2  # days without a seal, or without a verification, that are an alarm


@dataclass(frozen=True)
class SealState:
    """What to tell. ``wrong`` counts what is, 0 when all is well; ``urgent`` if it cannot wait."""

    wrong: int
    title: str
    detail: str
    urgent: bool = True


def seal_state(at: datetime) -> SealState:
    """The most urgent thing about the seals at the instant ``at``."""
    last = Seal.objects.order_by("-number").values_list("day", flat=True).first()
    sealing = Run.objects.filter(name=sealing_job.JOB, finished_at__isnull=False).first()
    done = Run.objects.filter(name=verifying.JOB, finished_at__isnull=False)
    checked = done.first()
    if checked and checked.counts.get("problems"):
        return SealState(
            checked.counts["problems"],
            "things in the history are not as they were sealed",
            f"{checked.counts['first_problem']} See manage.py verify_history --all.",
        )
    if last is None:
        if sealing or checked:
            return SealState(1, "history is not sealed", "There is no seal, though jobs have run.")
        detail = "The first seal is made by itself after midnight, UTC."
        return SealState(0, "history seals", detail)
    days = (at.astimezone(UTC).date() - last).days - 1
    if days >= LATE:
        return SealState(days, "days of history are not sealed", f"The last seal is of {last}.")
    if checked and checked.error:
        return SealState(1, "history could not be verified", f"The job failed ({checked.error}).")
    if checked is None or checked.started_at < at - timedelta(days=LATE):
        return SealState(1, "history is not being verified", "The nightly job has not done it.")
    if sealing and sealing.error:
        what = "published" if sealing.error == sealing_job.NotPublished.__name__ else "made"
        detail = "It is tried again every hour; see the job’s run."
        return SealState(1, f"seals of history could not be {what}", detail)
    if settings.PRODUCTION and not channels():
        detail = "They prove little while they are only in the database: set SEAL_EMAIL, SEAL_FILE."
        return SealState(1, "seals of history are published nowhere", detail, urgent=False)
    return SealState(0, "history sealed and verified", f"The last seal is of {last}.")
