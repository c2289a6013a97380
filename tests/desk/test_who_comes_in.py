"""The desk is for those who take calls."""

import pytest
from django.urls import reverse

from config import roles

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", [roles.REPRESENTATIVE, roles.SUPERVISOR, roles.OFFICER])
def test_who_takes_calls_is_led_there_from_the_home_page(client_of, role):
    client = client_of(role)
    home = client.get(reverse("admin:index"))
    assert home.context["desk_call"] == ("Take a call", reverse("desk:find"))
    assert client.get(reverse("desk:find")).status_code == 200


@pytest.mark.parametrize("role", [roles.MARKETING, roles.AUDITOR])
def test_nobody_else_is(client_of, role, customer):
    client = client_of(role)
    assert client.get(reverse("admin:index")).context["desk_call"] is None
    assert client.get(reverse("desk:find")).status_code == 403
    assert client.post(reverse("desk:start", args=[customer.pk])).status_code == 403


def test_the_menu_begins_with_it(client_of):
    groups = client_of(roles.REPRESENTATIVE).get("/admin/").context["sidebar_navigation"]
    assert groups[0]["items"][0]["title"] == "Call desk"
    assert "Call desk" not in [
        item["title"]
        for group in client_of(roles.AUDITOR).get("/admin/").context["sidebar_navigation"]
        for item in group["items"]
        if item.get("has_permission", True)
    ]


def test_in_a_call_the_home_page_leads_back_to_it(desk, call):
    words, address = desk.get(reverse("admin:index")).context["desk_call"]
    assert words == f"Go back to call {call.pk} with Ann Example"
    assert address == reverse("desk:call", args=[call.pk])
