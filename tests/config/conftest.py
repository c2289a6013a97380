"""The admin's pages: addresses, a frozen day, a browser for each role."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from tests.factories.accounts import CarrierFactory

TODAY = date(2026, 11, 23)


@pytest.fixture
def today(db):
    """November 23, 2026, for the carrier."""
    CarrierFactory()
    with time_machine.travel("2026-11-23T18:00Z", tick=False):
        yield TODAY


@pytest.fixture
def address():
    """``address("notices_campaign", "change", 7)`` is the address of a page of the admin."""

    def make(model, page, *args):
        return reverse(f"admin:{model}_{page}", args=args)

    return make


@pytest.fixture
def said():
    """``said(answer)``: the messages that a page shows."""

    def read(answer):
        return [str(message) for message in answer.context["messages"]]

    return read
