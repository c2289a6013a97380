"""Background work of the app ``notices``. Messages carry ids; each task claims its work in rows."""

import multiprocessing

from celery import shared_task
from celery.signals import worker_shutting_down
from django.conf import settings
from django.utils import timezone

from accounts.errors import Refused
from notices import campaigns, sending

# Set when the worker is told to stop, so that a sending loop ends between two messages. It lies in
# memory that the worker shares with the processes that it forks, which get no signal of their own.
stopping = multiprocessing.Event()


@worker_shutting_down.connect
def stop_politely(**_: object) -> None:
    """Tell the sending loops of this worker to end soon."""
    stopping.set()


@shared_task
def send_campaign(campaign_id: int) -> None:
    """Send what waits in a running campaign. A second copy of this message finds it held."""
    result = sending.send(campaign_id, stopping=stopping.is_set)
    if result.go_on:
        send_campaign.delay(campaign_id)


@shared_task
def start_due_campaigns() -> None:
    """Start campaigns whose time has come, and send what no loop is sending.

    This finds what a worker that died left behind, so nothing depends on a message arriving.
    """
    now = timezone.now()
    for campaign_id in campaigns.due(at=now):
        try:
            campaigns.start(
                campaign_id,
                by=None,
                because="Its time has come",
                at=now,
                message_domain=settings.MAIL_DOMAIN,
            )
        except Refused:
            # It was cancelled in between, or the carrier is not filled in: its page says so.
            continue
    for campaign_id in sending.waiting(at=now):
        send_campaign.delay(campaign_id)
