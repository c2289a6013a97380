"""Signed training, sanctions and actions against brokers are kept their time; certificates stay."""

from datetime import date

import pytest
from django.core.files.storage import default_storage

from accounts.models import Acknowledgement, Sanction
from cpni import purging
from cpni.models import AnnualCertificate, BrokerAction
from tests.factories.accounts import AcknowledgementFactory, SanctionFactory
from tests.factories.cpni import AnnualCertificateFactory, BrokerActionFactory

pytestmark = [pytest.mark.django_db]
LATELY = date(2032, 3, 1)


def test_they_go_with_their_files_when_their_time_has_passed(
    today, django_capture_on_commit_callbacks
):
    old = [AcknowledgementFactory(), BrokerActionFactory()]
    SanctionFactory()
    kept = AcknowledgementFactory(on=LATELY)
    AnnualCertificateFactory(year=2020)
    files = [one.scan.name for one in old]
    with django_capture_on_commit_callbacks(execute=True):
        purging.purge(as_of=today, today=today, by=None, because="Yearly")
    assert list(Acknowledgement.objects.all()) == [kept]
    assert not Sanction.objects.exists() and not BrokerAction.objects.exists()
    assert AnnualCertificate.objects.count() == 1
    assert not any(map(default_storage.exists, files))
    assert default_storage.exists(kept.scan.name)
