"""Contact points change by ending one and beginning another."""

from datetime import UTC, date, datetime

import pytest

from accounts import contacts
from accounts.errors import Refused
from accounts.models import ContactPoint
from tests.factories.accounts import CustomerFactory, UserFactory

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 23)
WHEN = {"at": datetime(2026, 11, 23, 16, tzinfo=UTC), "on": ON, "route": "call"}
OAK = {"line1": "9 Oak Street", "city": "Orem", "state": "ut", "postcode": "84057"}


def change(customer, kind, **kwargs):
    return contacts.change_contact(
        customer, kind=kind, **{**WHEN, "by": None, "because": "Called", **kwargs}
    )


def test_a_new_address_ends_the_old_one_and_says_who_and_why():
    customer, rep = CustomerFactory(), UserFactory(may="accounts.change_contactpoint")
    old = customer.contact_points.get(kind="post")
    new = change(customer, "post", by=rep, **OAK)
    old.refresh_from_db()
    assert (old.until, new.since, new.until, new.state) == (ON, ON, None, "UT")
    for point in (old, new):
        last = point.history.latest()
        assert (last.history_user, last.history_change_reason) == (rep, "Called")


def test_the_same_address_again_is_no_change():
    customer = CustomerFactory(email="ann@mail.example")
    point = customer.contact_points.get(kind="email")
    assert change(customer, "email", value=" ann@MAIL.example ") == point
    assert point.history.count() == 1


def test_a_contact_number_is_added_to_the_others():
    customer = CustomerFactory()
    first = change(customer, "telephone", value="801-555-0177")
    change(customer, "telephone", value="801-555-0188")
    assert change(customer, "telephone", value="(801) 555-0177") == first
    assert customer.contact_points.current().filter(kind="telephone").count() == 2


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("email", {"value": "nobody"}),
        ("telephone", {"value": "12"}),
        ("post", {**OAK, "postcode": "84"}),
        ("post", {**OAK, "state": "Utah"}),
        ("post", {**OAK, "line1": "x" * 101}),
        ("post", {**OAK, "city": "Orem\nBcc: all"}),
        ("post", {**OAK, "line1": " "}),
        ("post", {**OAK, "on": date(2019, 1, 1)}),
    ],
)
def test_what_nothing_could_be_sent_to_is_refused_and_changes_nothing(kind, values):
    customer = CustomerFactory()
    with pytest.raises(Refused):
        change(customer, kind, **values)
    assert ContactPoint.objects.get().until is None
    assert ContactPoint.history.count() == 1


def test_a_removed_contact_point_stays_on_record_with_its_last_day():
    point = CustomerFactory().contact_points.get()
    kwargs = {**WHEN, "by": None, "because": "Moved away"}
    assert contacts.remove_contact(point, **kwargs)
    assert not contacts.remove_contact(point, **kwargs)
    assert (point.until, point.history.count()) == (ON, 2)


def test_undeliverable_addresses_are_marked_once_with_history():
    points = [CustomerFactory().contact_points.get().pk for _ in range(3)]
    kwargs = {"on": ON, "by": None, "because": "Returned"}
    assert contacts.mark_undeliverable(points[:2], **kwargs) == 2
    assert contacts.mark_undeliverable([*points, points[0]], **kwargs) == 1
    assert contacts.mark_undeliverable([], **kwargs) == 0
    assert ContactPoint.objects.filter(undeliverable_since=ON).count() == 3
    assert ContactPoint.history.filter(history_change_reason="Returned").count() == 3
