"""Staff see of each change when, how and where the customer was told, and whom nobody told."""

import re
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.urls import reverse

from accounts.history import actor_name
from accounts.models import AccountChange
from config import roles
from notices import change_notices
from notices.models import Delivery, Telling
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


@pytest.fixture
def untold(client):
    """A change of which nobody could be told."""
    note(client, CustomerFactory(post=False, service=False, name="Nobody Nowhere"))
    return AccountChange.objects.get()


def tell(client, change, **data):
    filled = {"how": "person", "on": "2026-11-23", "because": "Came to the store", **data}
    address = reverse("admin:accounts_accountchange_tell", args=[change.pk])
    return client.post(address, filled, follow=True)


def page_of(client, change):
    return client.get(reverse("admin:accounts_accountchange_change", args=[change.pk])).text


def untold_now(client):
    """How many the home page counts, and the list that it leads to shows."""
    home = client.get(reverse("admin:index")).context
    tile = next(
        t for t in [*home["desk_needed"], *home["desk_quiet"]] if "could not be told" in t.title
    )
    return tile.count, len(client.get(tile.address).context["cl"].result_list)


@pytest.mark.parametrize("role", [roles.OFFICER, roles.SUPERVISOR])
def test_who_tells_the_customer_in_person_records_it_and_the_tile_is_empty(untold, client_of, role):
    client = client_of(role)
    assert untold_now(client) == (1, 1)
    assert "Told by a person…" in page_of(client, untold)
    assert "Recorded: the customer was told." in tell(client, untold).text
    assert untold_now(client) == (0, 0)
    telling = Telling.objects.get()
    assert (telling.change, telling.how, telling.on) == (untold, "person", AT.date())
    assert (telling.because, telling.at) == ("Came to the store", AT)
    words = f"In person on Nov 23, 2026, by {actor_name(telling.by)}."
    page = page_of(client, untold)
    assert words in page
    assert "Came to the store" in page
    assert "Told by a person…" not in page
    customers = reverse("admin:accounts_customer_change", args=[untold.customer_id])
    assert f"Told. {words}" in client.get(customers).text


def test_a_representative_may_not_say_so(untold, client_of):
    client = client_of(roles.REPRESENTATIVE)
    assert "Told by a person…" not in page_of(client, untold)
    assert tell(client, untold).status_code == 403
    assert not Telling.objects.exists()


def test_the_same_once_more_records_nothing_and_something_else_is_refused(untold, client):
    tell(client, untold)
    assert "That is recorded already." in tell(client, untold).text
    answer = tell(client, untold, how="telephone")
    assert "The customer was told already. In person on Nov 23, 2026" in answer.text
    assert Telling.objects.get().how == "person"


@pytest.mark.parametrize(
    ("on", "why"),
    [("2026-11-24", "That day has not come yet."), ("2026-11-22", "The change was made on")],
)
def test_a_day_to_come_and_one_before_the_change_are_refused(untold, client, on, why):
    assert why in tell(client, untold, on=on).text
    assert not Telling.objects.exists()


def test_who_is_being_told_or_was_told_by_a_letter_needs_nobody(client):
    note(client, CustomerFactory())
    change = AccountChange.objects.get()
    assert "Told by a person…" not in page_of(client, change)
    assert "The customer is being told." in tell(client, change).text
    Delivery.objects.update(state="sent", mailed_on=AT.date())
    assert "The customer was told already. Post to" in tell(client, change).text
    assert not Telling.objects.exists()


def test_on_the_first_day_of_service_nobody_need_be_told(client):
    note(client, CustomerFactory(active_since=AT.date()))
    assert "Nobody need be told." in tell(client, AccountChange.objects.get()).text
    assert not Telling.objects.exists()


def test_it_is_opened_from_the_list_whose_first_column_leads_to_the_customer(client):
    note(client, CustomerFactory())
    change = AccountChange.objects.get()
    page = client.get(reverse("admin:accounts_accountchange_changelist")).content.decode()
    opened = reverse("admin:accounts_accountchange_change", args=[change.pk])
    assert re.search(rf'href="{opened}"[^>]*>\s*{change.get_kind_display()}', page)
