"""A notice that went to Ann by e-mail, samples of what comes back of it, and a frozen day."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import time_machine

from cpni.inbound.receiving import receive
from tests.factories.accounts import CarrierFactory, CustomerFactory
from tests.factories.notices import CampaignFactory, DeliveryFactory
from tests.mailing import address, message_id

SAMPLES = Path(__file__).parent.parent / "data" / "mail"
AT = datetime(2026, 11, 23, 18, tzinfo=UTC)
ON = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def today(reference_data, settings):
    """Monday, November 23, 2026, eleven in the morning for the carrier."""
    settings.RETURN_ADDRESS = "bounces@wasatch.example"
    settings.DEFAULT_FROM_EMAIL = "notices@wasatch.example"
    CarrierFactory()
    with time_machine.travel(AT, tick=False) as traveller:
        yield traveller


@pytest.fixture
def campaign():
    """A campaign that is running."""
    return CampaignFactory(running=True)


@pytest.fixture
def delivery(campaign):
    """Ann's notice, sent by e-mail three weeks ago."""
    ann = CustomerFactory(name="Ann Example", by_email=True, email="ann@mail.example")
    return DeliveryFactory(
        campaign=campaign, customer=ann, channel="email", mailed_on=date(2026, 11, 2)
    )


@pytest.fixture
def sample(delivery):
    """``sample("opt_out-gmail")``: the bytes of that sample, as an answer to Ann's notice."""

    def make(name: str) -> bytes:
        raw = (SAMPLES / f"{name}.eml").read_bytes()
        for mark, value in (
            (b"@BOUNCE@", address(delivery, "bounce")),
            (b"@REPLY@", address(delivery, "reply")),
            (b"@MESSAGE_ID@", message_id(delivery)),
        ):
            raw = raw.replace(mark, value.encode())
        return raw

    return make


@pytest.fixture
def come(sample):
    """``come("opt_out-gmail")``: that sample is received, or whatever bytes are given."""

    def make(what: str | bytes, **kwargs):
        raw = sample(what) if isinstance(what, str) else what
        return receive(raw, **{"door": "pipe", "at": AT, **kwargs})

    return make
