"""A frozen day, addresses of the admin, and binders opened."""

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime

import pypdf
import pytest
import time_machine
from django.core.files.base import ContentFile
from django.urls import reverse

from cpni.assuming import assume_due
from tests.factories.accounts import CarrierFactory
from tests.factories.notices import CampaignFactory, DeliveryFactory, MailingStatementFactory

TODAY = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 18, tzinfo=UTC)


@pytest.fixture
def today(reference_data):
    """November 23, 2026, for the carrier. What is made in a test was made then."""
    CarrierFactory()
    with time_machine.travel(AT, tick=False):
        yield TODAY


@pytest.fixture
def address() -> Callable[..., str]:
    """``address("notices_campaign", "change", 7)`` is the address of a page of the admin."""
    return lambda model, page, *args: reverse(f"admin:{model}_{page}", args=args)


@pytest.fixture
def mailed(today):
    """A letter of October 1 with its statement, on which approvals are assumed since."""
    campaign = CampaignFactory(running=True, started_at=datetime(2026, 10, 1, 15, tzinfo=UTC))
    statement = MailingStatementFactory(batch__campaign=campaign, mailed_on=date(2026, 10, 1))
    statement.scan.save("3600.pdf", ContentFile(b"%PDF-1.7 the post's stamp"))
    delivery = DeliveryFactory(
        campaign=campaign, batch=statement.batch, mailing_proof="PS Form 3600-FCM"
    )
    assume_due(on=date(2026, 11, 4))
    return delivery


def unpacked(content) -> dict[str, bytes]:
    """The files of a binder, by their names."""
    with zipfile.ZipFile(io.BytesIO(b"".join(content))) as binder:
        assert binder.testzip() is None
        return {name: binder.read(name) for name in binder.namelist()}


def words_of(pdf: bytes) -> str:
    """What a PDF says, on one line."""
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())
