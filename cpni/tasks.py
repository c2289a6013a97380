"""Background work of the app ``cpni``. Each task calls one function; messages carry no data."""

from celery import shared_task
from django.utils import timezone

from accounts import runs
from accounts.models import Carrier
from cpni import api_answers, audience_files, figures, late_findings, probing, sealing_job, webhooks
from cpni.assuming import assume_due
from cpni.inbound import mailbox


@shared_task
def assume_approvals() -> None:
    """Assume approval for every waiting period that has passed by today in the carrier's zone."""
    assume_due(on=Carrier.today())


@shared_task
def look_back() -> None:
    """Find uses of CPNI that what is known now would not have allowed."""
    late_findings.run(at=timezone.now())


@shared_task
def seal_history() -> None:
    """Seal the days that are over, publish their lines, and verify once a day."""
    sealing_job.nightly(at=timezone.now())


@shared_task
def take_figures() -> None:
    """Count what is too dear to count while someone waits for the home page."""
    figures.take(on=Carrier.today(), at=timezone.now())


@shared_task
def probe_routes() -> None:
    """Send a probe through each way to opt out that is due, and give up on those that are late."""
    with runs.run("test the ways to opt out") as run:
        run.counts = dict(probing.run(at=timezone.now()))


@shared_task
def mark_audience(file_id: int) -> None:
    """Mark a list of account numbers. A second copy of this message finds it claimed."""
    audience_files.mark(file_id)


@shared_task
def mark_audiences() -> None:
    """Mark lists that lost their message, or their worker, and discard those that have expired."""
    now = timezone.now()
    audience_files.discard(on=Carrier.today(), at=now)
    for file_id in audience_files.to_mark(at=now):
        mark_audience.delay(file_id)


@shared_task
def read_mailbox() -> None:
    """Store what has come back by mail, and do what follows from it.

    It fails when the mailbox cannot be read, so that this is seen among the jobs.
    """
    mailbox.poll(clock=timezone.now)


@shared_task
def send_webhooks() -> None:
    """Tell other systems which approvals have changed."""
    webhooks.make_messages(at=timezone.now())
    webhooks.send_due(clock=timezone.now)


@shared_task
def discard_of_the_api() -> None:
    """Forget answers that nobody asks for again, and messages delivered long ago."""
    now = timezone.now()
    api_answers.forget(at=now)
    webhooks.discard(at=now)
