"""A day in 2033, when records of 2026 and before have been kept long enough."""

from datetime import UTC, date, datetime
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command

from notices.models import Campaign
from tests.factories.accounts import CarrierFactory
from tests.factories.notices import CampaignFactory, DeliveryFactory, NoticeFactory

TODAY = date(2033, 3, 1)


def purge(*arguments):
    """What the command says."""
    out = StringIO()
    call_command("purge", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def today(reference_data):
    """March 1, 2033, for the carrier. What is made in a test was made then, unless it travels."""
    CarrierFactory()
    with time_machine.travel(datetime(2033, 3, 1, 18, tzinfo=UTC), tick=False):
        yield TODAY


@pytest.fixture
def mailed(today):
    """``mailed(customer, day)``: a notice that was mailed in a campaign that finished that day."""
    first = None

    def make(customer, day, *, uses=None, **kwargs):
        nonlocal first
        at = datetime(day.year, day.month, day.day, 18, tzinfo=UTC)
        with time_machine.travel(at, tick=False):
            first = first or NoticeFactory()
            campaign = CampaignFactory(
                notice=NoticeFactory(finish__uses=uses) if uses else first,
                status=Campaign.Status.FINISHED,
                started_at=at,
                finished_at=at,
            )
            return DeliveryFactory(campaign=campaign, customer=customer, mailed_on=day, **kwargs)

    return make
