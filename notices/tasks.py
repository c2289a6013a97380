"""Background work of the app ``notices``. Messages carry ids; each task claims its work in rows."""

import multiprocessing

from celery import Task, shared_task
from celery.signals import worker_shutting_down
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.errors import Refused
from accounts.models import Carrier
from notices import automatic, campaigns, change_notices, letter_files, sending, telephone_tasks
from notices.models import Campaign

LAPSE = 55  # seconds; the round comes every minute

# Set when the worker is told to stop, so that a sending loop ends between two messages. It lies in
# memory that the worker shares with the processes that it forks, which get no signal of their own.
stopping = multiprocessing.Event()


@worker_shutting_down.connect
def stop_politely(**_: object) -> None:
    """Tell the sending loops of this worker to end soon."""
    stopping.set()


def tell_soon() -> None:
    """Have changes and codes told as soon as what was written is committed; for edges.

    As with :func:`nudge` a broker that is down is no error: the schedule finds them.
    """
    transaction.on_commit(tell_changes.delay, robust=True)


def nudge(task: "Task[[int], None]", record_id: int) -> None:
    """Send ``task`` its message, the id of what it is about, once what was written is committed.

    A broker that is down must not turn what was committed into an error page: the error is logged,
    and ``start_due_campaigns`` finds the work within a minute of the broker's return.
    """
    transaction.on_commit(lambda: task.delay(record_id), robust=True)


@shared_task
def send_campaign(campaign_id: int) -> None:
    """Send what waits in a running campaign. A second copy of this message finds it held."""
    result = sending.send(campaign_id, stopping=stopping.is_set)
    if result.go_on:
        send_campaign.delay(campaign_id)


@shared_task
def start_campaign(campaign_id: int) -> None:
    """Freeze the recipients of a campaign whose time has come, and send its e-mail."""
    try:
        campaigns.start(
            campaign_id,
            by=None,
            because="Its time has come",
            at=timezone.now(),
            message_domain=settings.MAIL_DOMAIN,
        )
    except Refused:
        # It was cancelled in between, or something is in the way: the campaign's next step says it,
        # and after a while the home page (campaigns.late).
        return
    send_campaign(campaign_id)


@shared_task
def tell_changes() -> None:
    """Queue messages about changes and with codes, and send them (notices/change_notices.py)."""
    now = timezone.now()
    change_notices.lapse(at=now)
    change_notices.queue(at=now, message_domain=settings.MAIL_DOMAIN)
    standing = Campaign.objects.exclude(channel="").values("pk")
    for campaign_id in sending.waiting(at=now):
        if standing.filter(pk=campaign_id).exists():
            send_campaign.apply_async((campaign_id,), expires=LAPSE)


@shared_task
def start_due_campaigns() -> None:
    """Start campaigns whose time has come, send and make what nobody is at, finish what is done.

    This finds what a worker that died left behind, so nothing depends on a message arriving. Its
    own messages lapse before the next round sends them again, or they would pile up while every
    process of the worker is busy.
    """
    now = timezone.now()
    for campaign_id in campaigns.due(at=now):
        start_campaign.apply_async((campaign_id,), expires=LAPSE)
    for campaign_id in sending.waiting(at=now):
        send_campaign.apply_async((campaign_id,), expires=LAPSE)
    for campaign in Campaign.objects.filter(status=Campaign.Status.RUNNING):
        if not campaign.stands:
            # Mail that comes back does so after the sending loop has ended, too.
            campaigns.pause_if_bouncing(campaign)
        campaigns.finish_if_done(campaign.pk)
    for batch_id in letter_files.to_make(at=now):
        make_letters.apply_async((batch_id,), expires=LAPSE)


@shared_task
def make_letters(batch_id: int) -> None:
    """Make the letters of a post batch that nobody else is making."""
    letter_files.make(batch_id, stopping=stopping.is_set)


@shared_task
def discard_letters() -> None:
    """Delete the files of letters that were mailed long enough ago."""
    letter_files.discard(at=timezone.now())


@shared_task
def notice_automatically() -> None:
    """Notice new customers, and those whose two years are nearly over; once a day."""
    automatic.run_once_a_day(
        on=Carrier.today(), at=timezone.now(), message_domain=settings.MAIL_DOMAIN
    )


@shared_task
def refresh_telephone_list() -> None:
    """Put on the telephone list whom no notice of a changed policy reaches."""
    telephone_tasks.refresh(at=timezone.now(), on=Carrier.today())
