"""What tests know of a message that left: its Message-ID and its return addresses."""

from django.conf import settings
from django.utils import timezone

from notices import links, return_addresses


def message_id(delivery):
    """The Message-ID of the delivery's e-mail."""
    key = links.first_key(at=timezone.now())
    return return_addresses.message_id(delivery.pk, key, delivery.campaign.message_domain)


def address(delivery, kind):
    """Where bounces or replies of the delivery's e-mail go: ``bounce`` or ``reply``."""
    key = links.newest_key(at=timezone.now())
    return return_addresses.address(delivery.pk, key, kind, settings.RETURN_ADDRESS)
