"""What tests of calls, the desk and the telephone list have in common: the hour."""

from datetime import UTC, datetime

import pytest
import time_machine

from tests.factories.accounts import CarrierFactory

AT = datetime(2026, 11, 23, 18, tzinfo=UTC)  # Monday, eleven in the morning in Utah
ON = AT.date()


@pytest.fixture(autouse=True)
def clock(reference_data):
    """November 23, 2026, eleven in the morning for the carrier."""
    CarrierFactory()
    with time_machine.travel(AT, tick=False) as traveller:
        yield traveller
