"""A sample first: a campaign's e-mail goes to staff, and waits until one of them has looked at it.

It is no delivery: no row is written, and the reference and the link in it lead to nobody.
"""

import uuid
from datetime import datetime

from django.db import transaction

from accounts import history
from accounts.errors import Refused
from accounts.models import Carrier
from notices import campaigns, claims, specimens
from notices.models import Campaign, Delivery

SENT = "The sample was sent; look at it and resume"


def due(campaign: Campaign) -> bool:
    """Whether a sample of ``campaign`` has still to be sent before its customers get anything.

    Never of what runs by itself: of campaigns that stand, and of automatic notices.
    """
    if not campaign.sample_first or campaign.sampled_at or campaign.stands or campaign.automatic_id:
        return False
    carrier = Carrier.get()
    if carrier is None or not carrier.seeds:
        return False
    email = Delivery.objects.filter(campaign=campaign, channel=Delivery.Channel.EMAIL)
    # One that has begun, before there were seed addresses, is not stopped by a substitute.
    begun = email.filter(state=Delivery.State.SENT)
    return email.filter(state=Delivery.State.QUEUED).exists() and not begun.exists()


def send(campaign: Campaign, *, at: datetime) -> bool:
    """Send the sample in each language to the carrier's seed addresses, and pause ``campaign``.

    ``at`` is an aware instant. False when its time has not come: what the relay did not take now is
    tried again as deliveries are, after the same times and as often, to all of the addresses.
    Raises Refused when the relay will not take it: then the next try follows when somebody resumes
    the campaign.
    """
    if campaign.sample_after and campaign.sample_after > at:
        return False
    carrier = Carrier.objects.get()
    try:
        specimens.send_marked(
            campaign.notice,
            mark=specimens.SAMPLE_MARK,
            to=[(carrier.legal_name, address) for address in carrier.seeds],
            replies_to="",
            at=at,
            message_id=lambda: f"<sample.{uuid.uuid4().hex}@{campaign.message_domain}>",
        )
    except Refused as refused:
        if isinstance(refused, specimens.NotTaken) and _put_off(campaign, refused, at=at):
            return False
        raise Refused(
            f"The sample was not sent. {refused.message}",
            "Mend it, or change the carrier's seed addresses, and resume.",
        ) from refused
    campaigns.pause_for_sample(campaign, at=at, because=SENT)
    return True


def _put_off(campaign: Campaign, trouble: specimens.NotTaken, *, at: datetime) -> bool:
    """Have it tried again later. False when that was the last attempt."""
    with transaction.atomic():
        held = campaigns.hold(campaign.pk)
        attempts = held.sample_attempts + 1
        if attempts >= claims.ATTEMPTS:
            return False
        held.sample_attempts = attempts
        held.sample_after = at + claims.back_off(attempts, trouble.wait)
        history.save(
            held,
            by=None,
            because=f"The sample is tried again. {trouble.message}",
            update_fields=["sample_attempts", "sample_after"],
        )
    return True
