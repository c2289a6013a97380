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


@pytest.mark.parametrize("role", roles.ROLES)
def test_no_group_is_longer_than_one_reads_at_a_glance(client_of, role):
    groups = client_of(role).get("/admin/").context["sidebar_navigation"]
    assert all(1 <= len(group["items"]) <= 9 for group in groups)
    titles = [item["title"] for group in groups for item in group["items"]]
    assert len(set(titles)) == len(titles)


def test_of_a_long_menu_only_the_group_where_one_is_stands_open(client_of):
    page = client_of(roles.OFFICER).get(reverse("admin:notices_campaign_changelist"))
    groups = page.context["sidebar_navigation"]
    assert [g["title"] for g in groups if g["open"] and "title" in g] == ["Notices and campaigns"]
    assert '<details class="desk-menu" open><summary>' in "".join(
        line.strip() for line in page.content.decode().splitlines()
    )


def test_a_short_menu_stands_open(client_of):
    groups = client_of(roles.MARKETING).get("/admin/").context["sidebar_navigation"]
    assert all(group["open"] for group in groups)
