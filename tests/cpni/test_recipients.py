"""Contracts with recipients end, on the day that was planned or before it."""

from datetime import date

import pytest

from cpni import recipients
from tests.factories.cpni import RecipientFactory

pytestmark = pytest.mark.django_db
PLANNED = date(2027, 12, 31)


def end(recipient, on):
    return recipients.end(recipient, on=on, by=None, because="Breach of contract")


def test_a_contract_with_a_planned_end_can_be_ended_before_it_and_not_made_longer():
    partner = RecipientFactory(ended_on=PLANNED)
    assert end(partner, date(2026, 11, 22))
    assert partner.ended_on == date(2026, 11, 22)
    assert not end(partner, PLANNED)
    assert not end(partner, date(2026, 11, 22))
    assert partner.ended_on == date(2026, 11, 22)
