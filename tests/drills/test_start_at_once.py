"""A campaign that several processes start at the same moment: one delivery for each customer."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from accounts.models import Customer
from notices import campaigns
from notices.models import Delivery
from tests.factories.accounts import LONG_AGO, CarrierFactory, UserFactory
from tests.factories.notices import CampaignFactory
from tests.running import database_url

CUSTOMERS, STARTERS = 12_000, 3
START = """
from django.utils import timezone
from notices import campaigns
campaigns.start({pk}, by=None, because="At once", at=timezone.now(), message_domain="x.example")
"""


@pytest.mark.slow
@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_processes_that_start_a_campaign_at_once_freeze_each_customer_once(reference_data):
    CarrierFactory()
    Customer.objects.bulk_create(
        Customer(account_number=f"S{n:05}", name=f"Customer {n}", active_since=LONG_AGO)
        for n in range(CUSTOMERS)
    )
    campaign = CampaignFactory()
    campaigns.approve(campaign, by=UserFactory(may="notices.approve_campaign"), because="Checked")
    starters = [
        subprocess.Popen(
            [sys.executable, "manage.py", "shell", "-v0", "-c", START.format(pk=campaign.pk)],
            cwd=settings.BASE_DIR,
            env={**os.environ, "DATABASE_URL": database_url(), "DATA_DIR": str(settings.DATA_DIR)},
        )
        for _ in range(STARTERS)
    ]
    assert [s.wait(timeout=120) for s in starters] == [0] * STARTERS
    assert Delivery.objects.count() == Delivery.history.count() == CUSTOMERS
    assert Delivery.objects.values("customer").distinct().count() == CUSTOMERS
    campaign.refresh_from_db()
    assert campaign.status == "finished"  # nobody has an address, so nothing is left to send
