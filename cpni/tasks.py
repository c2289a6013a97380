"""Background work of the app ``cpni``. Each task calls one function; messages carry no data."""

from celery import shared_task
from django.utils import timezone

from accounts.models import Carrier
from cpni import sealing_job
from cpni.assuming import assume_due


@shared_task
def assume_approvals() -> None:
    """Assume approval for every waiting period that has passed by today in the carrier's zone."""
    assume_due(on=Carrier.today())


@shared_task
def seal_history() -> None:
    """Seal the days that are over, publish their lines, and verify once a day."""
    sealing_job.nightly(at=timezone.now())
