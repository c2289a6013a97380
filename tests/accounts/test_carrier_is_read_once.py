"""A page reads the carrier's record once, and sees at once what it saves itself."""

import pytest

from accounts.models import Carrier
from tests.factories.accounts import CarrierFactory

pytestmark = pytest.mark.django_db


def test_a_request_reads_it_once(django_assert_num_queries):
    CarrierFactory()
    with Carrier.read_once(), django_assert_num_queries(1):
        Carrier.get()
        Carrier.today()
        Carrier.zone_or_default()


def test_that_it_is_not_filled_in_is_remembered_too(django_assert_num_queries):
    with Carrier.read_once(), django_assert_num_queries(1):
        assert Carrier.get() is None
        assert Carrier.get() is None


def test_what_the_request_saves_is_read_anew():
    with Carrier.read_once():
        assert Carrier.get() is None
        carrier = CarrierFactory(time_zone="America/Denver")
        assert str(Carrier.zone_or_default()) == "America/Denver"
        carrier.time_zone = "America/New_York"
        carrier.save()
        assert str(Carrier.zone_or_default()) == "America/New_York"


def test_nothing_is_kept_for_the_next_request():
    carrier = CarrierFactory(legal_name="One")
    with Carrier.read_once():
        assert Carrier.get().legal_name == "One"
    Carrier.objects.filter(pk=carrier.pk).update(legal_name="Two")
    with Carrier.read_once():
        assert Carrier.get().legal_name == "Two"
