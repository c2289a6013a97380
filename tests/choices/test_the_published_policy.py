"""The policy and its versions, at addresses that stay."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.test import Client

from notices.models import PolicyVersion
from tests.factories.accounts import CarrierFactory
from tests.factories.notices import PolicyFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def november():
    CarrierFactory()
    with time_machine.travel(datetime(2026, 11, 23, 18, tzinfo=UTC), tick=False):
        yield


def test_the_version_in_force_is_at_one_address_and_each_version_at_its_own():
    PolicyFactory(number="1.0", effective_on=date(2020, 1, 1), text="The old text.")
    PolicyFactory(number="2.0", effective_on=date(2026, 1, 1), text="The text <now>.")
    PolicyFactory(number="3.0", effective_on=date(2027, 1, 1), text="The coming text.")
    now = Client().get("/privacy/").content.decode()
    assert "The text &lt;now&gt;." in now
    assert "Version 2.0, in effect since January 1, 2026" in now
    assert 'href="/privacy/1.0/' in now
    assert 'href="/privacy/3.0/' in now
    assert "takes effect on January 1, 2027" in now
    assert "The old text." in Client().get("/privacy/1.0/").content.decode()
    with time_machine.travel(datetime(2027, 2, 1, 18, tzinfo=UTC), tick=False):
        assert "The coming text." in Client().get("/privacy/").content.decode()


def test_a_draft_is_not_published():
    PolicyFactory(number="1.0", effective_on=date(2020, 1, 1))
    PolicyFactory(number="9.0", status=PolicyVersion.Status.DRAFT, text="Secret plans")
    assert Client().get("/privacy/9.0/").status_code == 404
    assert "9.0" not in Client().get("/privacy/").content.decode()


def test_before_there_is_one_the_page_says_so():
    answer = Client().get("/privacy/")
    assert answer.status_code == 200
    assert "No policy is published yet." in answer.content.decode()
