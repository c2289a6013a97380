"""The menu names the one place where one is."""

import pytest
from django.urls import reverse

from config import roles
from tests.factories.accounts import CustomerFactory

pytestmark = pytest.mark.usefixtures("today", "reference_data")


@pytest.mark.parametrize(
    ("role", "name", "args", "entry"),
    [
        (roles.SUPERVISOR, "desk:find", [], "Call desk"),
        (roles.SUPERVISOR, "desk:start", [1], "Call desk"),
        (roles.SUPERVISOR, "desk:policy-calls", [], "Telephone list"),
        (roles.SUPERVISOR, "desk:supervisor", [], "Supervisor’s view"),
        (roles.OFFICER, "admin:notices_delivery_returned", [], "Returned letters"),
        (roles.OFFICER, "admin:notices_delivery_changelist", [], "Deliveries"),
    ],
)
def test_of_pages_below_one_another_one_entry_is_marked(client_of, role, name, args, entry):
    customer = CustomerFactory()
    client = client_of(role)
    answer = client.get(reverse(name, args=[customer.pk] if args else []))
    marked = [
        item["title"]
        for group in answer.context["sidebar_navigation"]
        for item in group["items"]
        if item["active"] and item["has_permission"]
    ]
    assert marked == [entry]
