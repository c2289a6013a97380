"""Incidents and breaches: a frozen Monday of the carrier."""

from datetime import date

import pytest
import time_machine

from tests.factories.accounts import CarrierFactory

TODAY = date(2026, 11, 23)


@pytest.fixture
def today(reference_data):
    """November 23, 2026, for the carrier; Thursday is Thanksgiving Day."""
    CarrierFactory()
    with time_machine.travel("2026-11-23T18:00Z", tick=False):
        yield TODAY
