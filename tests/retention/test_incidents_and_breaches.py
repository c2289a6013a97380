"""Incidents and breaches go years after they are over, their steps and proofs before them."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from cpni.models import Breach, BreachCustomer, Incident, IncidentLetter, StepTaken
from tests.factories.accounts import CustomerFactory
from tests.factories.cpni import (
    BreachFactory,
    IncidentFactory,
    IncidentLetterFactory,
    LegalHoldFactory,
    StepTakenFactory,
)
from tests.retention.conftest import purge

pytestmark = pytest.mark.django_db
LONG_AGO = date(2026, 3, 1)
AT = datetime(2026, 3, 1, 18, tzinfo=UTC)


@pytest.fixture
def over(today):
    """An incident and a breach that were over long ago, and one of each that is not."""
    with time_machine.travel(AT, tick=False):
        incident = IncidentFactory(started_on=LONG_AGO, ended_on=LONG_AGO, released_on=LONG_AGO)
        breach = BreachFactory(
            discovered_at=AT, determined_on=LONG_AGO, opened_on=LONG_AGO, closed_on=LONG_AGO
        )
        BreachCustomer.objects.create(breach=breach, customer=CustomerFactory(), named_at=AT)
        scan = ContentFile(b"%PDF", "proof.pdf")
        letter = IncidentLetterFactory(incident=incident, filed=True, filed_on=LONG_AGO, scan=scan)
        step = StepTakenFactory(incident=None, breach=breach, done_on=LONG_AGO, scan=scan)
        StepTakenFactory(incident=incident, done_on=LONG_AGO)
    StepTakenFactory(incident=None, breach=BreachFactory())
    IncidentLetterFactory()
    return [letter.scan.name, step.scan.name]


def left():
    return [m.objects.count() for m in (StepTaken, IncidentLetter, Incident, Breach)]


def test_steps_and_letters_go_with_their_proofs_and_then_what_they_were_of(
    over, django_capture_on_commit_callbacks
):
    assert left() == [3, 2, 2, 2]
    with django_capture_on_commit_callbacks(execute=True):
        purge("--do", "--because=x")
    assert left() == [1, 1, 2, 2]
    assert not any(map(default_storage.exists, over))
    purge("--do", "--because=x")
    assert left() == [1, 1, 1, 1]
    assert not BreachCustomer.objects.exists()


def test_any_legal_hold_keeps_them(over):
    LegalHoldFactory(scope="customer", customer=CustomerFactory())
    purge("--do", "--because=x")
    purge("--do", "--because=x")
    assert left() == [3, 2, 2, 2]
    assert all(map(default_storage.exists, over))
