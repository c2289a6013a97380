"""Background work of the app ``accounts``. Each task calls one function; messages carry no data."""

from celery import shared_task
from django.utils import timezone

from accounts import lockout, sessions, unusual_looks, uploads
from accounts.models import Carrier


@shared_task
def discard_uploads() -> None:
    """Delete uploaded customer files that nobody confirmed."""
    uploads.discard_uploads(at=timezone.now())


@shared_task
def discard_sign_ins() -> None:
    """Delete what is over at the door: sessions, their entries, and counts of wrong passwords."""
    sessions.discard_old()
    lockout.discard_old(at=timezone.now())


@shared_task
def report_unusual_looks() -> None:
    """Report what was unusual on each day that is over and has not been reported."""
    unusual_looks.report_due(today=Carrier.today())
