"""Background work of the app ``accounts``. Each task calls one function; messages carry no data."""

from celery import shared_task
from django.utils import timezone

from accounts import uploads


@shared_task
def discard_uploads() -> None:
    """Delete uploaded customer files that nobody confirmed."""
    uploads.discard_uploads(at=timezone.now())
