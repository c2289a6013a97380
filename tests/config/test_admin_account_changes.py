"""Staff see of each change when, how and where the customer was told, and whom nobody told."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.urls import reverse

from accounts.models import AccountChange
from config import roles
from notices import change_notices
from tests.factories.accounts import CarrierFactory, CustomerFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 23, 18, tzinfo=UTC)


@pytest.fixture
def client(client_of):
    CarrierFactory()
    with time_machine.travel(AT, tick=False):
        yield client_of(roles.OFFICER)


def note(client, customer):
    """Through the customer's page, and the job that follows."""
    address = reverse("admin:accounts_customer_online_account_changed", args=[customer.pk])
    assert client.post(address, {"because": "Portal ticket 17"}).status_code == 302
    change_notices.queue(at=AT, message_domain="wasatch.example")


def test_the_customer_page_says_when_and_how_it_is_told_and_masks_where(client):
    customer = CustomerFactory(email="ann@mail.example")
    note(client, customer)
    change = AccountChange.objects.get()
    assert (change.kind, change.route, change.on) == ("online", "admin", date(2026, 11, 23))
    page = client.get(reverse("admin:accounts_customer_change", args=[customer.pk]))
    for words in ("Online account changed", "Post to Midvale, UT", "Portal ticket 17"):
        assert words in page.content.decode()
    listed = client.get(reverse("admin:accounts_accountchange_changelist")).content.decode()
    assert "Post to Midvale, UT, waiting." in listed
    assert "ann@mail.example" not in listed


def test_whom_nobody_could_tell_is_on_the_home_page_and_its_list(client):
    note(client, CustomerFactory(post=False, service=False, name="Nobody Nowhere"))
    note(client, CustomerFactory(name="Ann Example"))
    home = client.get(reverse("admin:index")).content.decode()
    assert "Account changes of which the customer could not be told" in home
    address = reverse("admin:accounts_accountchange_changelist")
    listed = client.get(address, {"told": "no"}).content.decode()
    assert "Nobody Nowhere" in listed
    assert "Ann Example" not in listed
