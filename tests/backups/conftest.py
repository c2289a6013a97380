"""A desk with something to lose, and an installation to restore it into."""

import os
from datetime import date

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from accounts.models import Customer
from cpni import optouts
from cpni.assuming import assume_due
from tests.factories.accounts import CarrierFactory
from tests.factories.cpni import OptOutRequestFactory
from tests.factories.notices import DeliveryFactory
from tests.installations import Elsewhere, backup

NOV_4 = date(2026, 11, 4)


@pytest.fixture
def desk(reference_data):
    """A desk with customers, notices, approvals, an objection and its scan."""
    CarrierFactory()
    campaign = DeliveryFactory().campaign
    for _ in range(5):
        DeliveryFactory(campaign=campaign)
    request = OptOutRequestFactory(scan=ContentFile(os.urandom(3_000_000), name="letter.pdf"))
    optouts.apply(
        request, customer=Customer.objects.first(), on=NOV_4, by=None, because="Name agrees"
    )
    assume_due(on=NOV_4)
    default_storage.save("scans/naïve – ” ' name.pdf", ContentFile(b"x"))
    default_storage.save("uploads-to-confirm/half.csv", ContentFile(b"account_number"))


@pytest.fixture
def file(desk, tmp_path):
    """A good backup. It is the first, so it makes the key."""
    return backup(tmp_path / "first")[0]


@pytest.fixture
def elsewhere(file, tmp_path):
    other = Elsewhere(tmp_path / "elsewhere", tmp_path)
    yield other
    other.drop()
