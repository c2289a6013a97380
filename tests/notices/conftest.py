"""A scripted relay, and a campaign that waits to be sent to it."""

from collections.abc import Callable, Iterator

import pytest
from django.utils import timezone

from accounts.models import ContactPoint
from notices import change_notices, sending
from notices.models import Campaign, Delivery
from tests.factories.accounts import CarrierFactory, CustomerFactory
from tests.factories.notices import CampaignFactory, DeliveryFactory
from tests.http_gateway import Gateway
from tests.smtp_sink import Sink


@pytest.fixture
def sink(settings) -> Iterator[Sink]:
    """A relay that the installation sends to, over three connections."""
    sink = Sink()
    sink.start()
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
    settings.EMAIL_URL = f"smtp://127.0.0.1:{sink.port}"
    settings.EMAIL_TIMEOUT = 5
    settings.DEFAULT_FROM_EMAIL = "notices@wasatch.example"
    settings.SMTP_CONNECTIONS = 3
    yield sink
    sink.stop()


@pytest.fixture
def campaign_to(reference_data) -> Callable[..., Campaign]:
    """``campaign_to(5)``: a running campaign with five deliveries that wait for e-mail.

    They go to c1@mail.example, c2@mail.example, and so on, in this order.
    """

    def make(size: int, **kwargs) -> Campaign:
        CarrierFactory()
        campaign = CampaignFactory(running=True, **kwargs)
        for number in range(1, size + 1):
            DeliveryFactory(
                campaign=campaign,
                customer=CustomerFactory(by_email=True, email=f"c{number}@mail.example"),
                channel="email",
                state="queued",
            )
        return campaign

    return make


@pytest.fixture
def to() -> Callable[[str], Delivery]:
    """``to("c1")``: the delivery by e-mail to that address, as it is now."""

    def find(name: str) -> Delivery:
        point = ContactPoint.objects.found_by("email", f"{name}@mail.example").get()
        return Delivery.objects.get(contact_point=point)

    return find


@pytest.fixture
def states() -> Callable[[], dict[str, str]]:
    """The state of each delivery by e-mail, by the first part of its address."""

    def look() -> dict[str, str]:
        rows = Delivery.objects.filter(channel="email").select_related("contact_point")
        return {row.contact_point.value.partition("@")[0]: row.state for row in rows}

    return look


@pytest.fixture
def gateway(settings) -> Iterator[Gateway]:
    """A gateway that the installation sends text messages to."""
    gateway = Gateway()
    settings.GATEWAYS = {"text": gateway.settings, "voice": None}
    yield gateway
    gateway.stop()


@pytest.fixture
def tell(reference_data) -> Callable[[], None]:
    """Queue what happened, and run the loops that send it."""

    def run() -> None:
        now = timezone.now()
        change_notices.queue(at=now, message_domain="wasatch.example")
        for campaign_id in sending.waiting(at=now):
            sending.send(campaign_id)

    return run
