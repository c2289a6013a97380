"""The menu names the one place where one is."""

import pytest
from django.urls import reverse

from config import roles
from tests.factories.accounts import CustomerFactory

pytestmark = pytest.mark.usefixtures("today", "reference_data")


@pytest.mark.parametrize(
    ("name", "args", "entry"),
    [
        ("desk:find", [], "Call desk"),
        ("desk:start", [1], "Call desk"),
        ("desk:policy-calls", [], "Telephone list"),
        ("desk:supervisor", [], "Supervisor’s view"),
    ],
)
def test_of_the_pages_of_the_desk_one_entry_is_marked(client_of, name, args, entry):
    customer = CustomerFactory()
    client = client_of(roles.SUPERVISOR)
    answer = client.get(reverse(name, args=[customer.pk] if args else []))
    marked = [
        item["title"]
        for group in answer.context["sidebar_navigation"]
        for item in group["items"]
        if item["active"] and item["has_permission"]
    ]
    assert marked == [entry]
