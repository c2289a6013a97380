"""Staff: the officer gives roles, to others, and nobody takes over a superuser."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from accounts.models import User
from config import roles
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.usefixtures("today")


def test_the_officer_adds_someone_with_a_role_who_can_then_sign_in(client_of):
    client = client_of(roles.OFFICER)
    role = Group.objects.get(name=roles.REPRESENTATIVE)
    form = {
        "username": "rosa",
        "password1": "thirty-three-days",
        "password2": "thirty-three-days",
        "first_name": "Rosa",
        "last_name": "Reyes",
        "email": "rosa@wasatch.example",
        "groups": [role.pk],
    }
    answer = client.post("/admin/accounts/user/add/", form)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    browser = Client()
    assert browser.login(username="rosa", password="thirty-three-days")
    assert browser.get("/admin/accounts/customer/").status_code == 200
    assert browser.get("/admin/accounts/user/").status_code == 403
    rows = User.history.filter(username="rosa")
    assert [g.group.name for g in rows.first().groups.all()] == [roles.REPRESENTATIVE]


@pytest.fixture
def officer(staff):
    return staff(roles.OFFICER, username="officer")


@pytest.fixture
def signed_in(officer, client):
    client.force_login(officer)
    return client


def form_of(user, *groups):
    return {
        "username": user.username,
        "first_name": "Changed",
        "last_name": user.last_name,
        "is_active": "on",
        "groups": [group.pk for group in groups],
        "because": "x",
    }


def test_nobody_gives_themselves_a_role_or_shuts_themselves_out(signed_in, officer, address):
    page = address("accounts_user", "change", officer.pk)
    form = form_of(officer, *Group.objects.all())
    del form["is_active"]
    assert signed_in.post(page, form).status_code == 302
    officer.refresh_from_db()
    assert (officer.first_name, officer.is_active) == ("Changed", True)
    assert [group.name for group in officer.groups.all()] == [roles.OFFICER]


def test_an_officer_cannot_change_a_superuser_nor_make_one(signed_in, address):
    root, other = UserFactory(is_superuser=True), UserFactory()
    page = address("accounts_user", "change", root.pk)
    assert signed_in.post(page, form_of(root)).status_code == 403
    password = f"/admin/accounts/user/{root.pk}/password/"
    form = {"password1": "thirty-three-days", "password2": "thirty-three-days"}
    assert signed_in.post(password, form).status_code == 403
    form = {**form_of(other), "is_superuser": "on", "user_permissions": ["1"]}
    signed_in.post(address("accounts_user", "change", other.pk), form)
    other.refresh_from_db()
    assert (other.first_name, other.is_superuser) == ("Changed", False)
    assert not other.user_permissions.exists()


def test_of_a_password_nothing_is_shown_and_a_new_one_is_in_the_history(signed_in, address):
    other = UserFactory()
    other.set_password("thirty-three-days")
    other.save()
    page = signed_in.get(address("accounts_user", "change", other.pk)).content.decode()
    assert "pbkdf2" not in page
    assert "Set a new password" in page
    form = {"password1": "another-33-days", "password2": "another-33-days"}
    signed_in.post(f"/admin/accounts/user/{other.pk}/password/", form)
    row = other.history.first()
    assert row.history_change_reason == "A new password was set by another member of staff"
    assert row.actor != "CPNI Desk"


def test_what_a_role_may_do_cannot_be_edited_in_the_admin(client):
    client.force_login(UserFactory(is_superuser=True))
    assert client.get("/admin/auth/group/").status_code == 404
