"""Background work of the roof. Each task calls one function; messages carry no data."""

from celery import shared_task
from django.utils import timezone

from config import reports


@shared_task
def send_reports() -> None:
    """Send the reports that members of staff asked for and have not had today."""
    reports.send_due(at=timezone.now())
