"""Marketing by a channel is stopped, stays stopped, and is allowed again only when said."""

from datetime import UTC, date, datetime

import pytest

from accounts.contact_optouts import allow, may_contact, stop, stopped_channels
from accounts.errors import Refused
from accounts.import_rows import CheckedRow
from accounts.import_writing import write_rows
from accounts.models import ContactOptOut
from cpni.merging import merge
from tests.factories.accounts import CustomerFactory

pytestmark = pytest.mark.django_db
ON, NEXT = date(2026, 11, 23), date(2026, 11, 24)
WHY = {"by": None, "because": "Said on the telephone"}


def test_stopping_is_for_the_channels_that_were_meant(django_assert_num_queries):
    customer, other = CustomerFactory(), CustomerFactory()
    assert stop(customer, channels=["text", "email"], on=ON, **WHY) == ["email", "text"]
    assert stopped_channels(customer, on=ON) == ["email", "text"]
    ids = [customer.pk, other.pk]
    with django_assert_num_queries(2):
        assert may_contact(ids, channel="email", on=ON) == {other.pk}
    assert may_contact(ids, channel="post", on=ON) == set(ids)


def test_stopping_twice_is_once():
    customer = CustomerFactory()
    stop(customer, channels=["call"], on=ON, **WHY)
    assert stop(customer, channels=["call"], on=NEXT, **WHY) == []
    assert ContactOptOut.history.count() == 1


def test_it_counts_from_its_day_until_it_is_allowed_again():
    customer = CustomerFactory()
    stop(customer, channels=["call"], on=ON, **WHY)
    assert may_contact([customer.pk], channel="call", on=date(2026, 11, 22)) == {customer.pk}
    assert allow(customer, channels=["call", "post"], on=NEXT, **WHY) == ["call"]
    assert may_contact([customer.pk], channel="call", on=ON) == set()
    assert may_contact([customer.pk], channel="call", on=NEXT) == {customer.pk}
    assert stop(customer, channels=["call"], on=NEXT, **WHY) == ["call"]


def test_it_is_not_allowed_again_before_it_was_stopped():
    customer = CustomerFactory()
    stop(customer, channels=["call"], on=NEXT, **WHY)
    with pytest.raises(Refused, match="It was stopped on November 24, 2026"):
        allow(customer, channels=["call"], on=ON, **WHY)


def test_one_that_would_begin_later_begins_earlier():
    customer = CustomerFactory()
    stop(customer, channels=["call"], on=NEXT, **WHY)
    assert stop(customer, channels=["call"], on=ON, **WHY) == ["call"]
    assert ContactOptOut.objects.get().since == ON


def test_no_other_channel_is_taken():
    with pytest.raises(Refused, match="no channel “fax”"):
        stop(CustomerFactory(), channels=["fax"], on=ON, **WHY)


def test_an_import_brings_nothing_back():
    customer = CustomerFactory()
    stop(customer, channels=["email"], on=ON, **WHY)
    row = CheckedRow(
        line=2,
        account_number=customer.account_number,
        name="New Name",
        status="active",
        active_since=customer.active_since,
        email="new@mail.example",
    )
    write_rows([row], on=NEXT, by=None, because="Billing export")
    assert stopped_channels(customer, on=NEXT) == ["email"]


def test_on_a_merge_the_stricter_wins(reference_data):
    duplicate, survivor = CustomerFactory(), CustomerFactory()
    stop(duplicate, channels=["email", "text"], on=ON, **WHY)
    stop(survivor, channels=["text", "post"], on=ON, **WHY)
    at = datetime(2026, 11, 24, 18, tzinfo=UTC)
    merge(duplicate, survivor, on=NEXT, at=at, by=None, because="Same person")
    assert stopped_channels(survivor, on=NEXT) == ["email", "text", "post"]
    # Who asks with the old account stops the one that remains; nobody is contacted under the old.
    duplicate.refresh_from_db()
    assert stop(duplicate, channels=["call"], on=NEXT, **WHY) == ["call"]
    assert stopped_channels(survivor, on=NEXT) == ["email", "text", "call", "post"]
    assert may_contact([duplicate.pk], channel="post", on=NEXT) == set()
