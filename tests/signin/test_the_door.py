"""The door itself: one way in, the same answer to strangers, no other addresses."""

from unittest import mock

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.urls import get_resolver

from accounts.models import SignInEvent, User
from config import roles
from tests.factories.accounts import UserFactory


@pytest.fixture
def rep(person):
    return person(roles.REPRESENTATIVE)


def test_every_page_of_the_desk_leads_to_the_door_and_back(rep, browser):
    client = browser()
    answer = client.get("/admin/accounts/customer/", follow=True)
    assert (
        answer.redirect_chain[-1][0] == "/account/sign-in/?next=%2Fadmin%2Faccounts%2Fcustomer%2F"
    )
    assert answer.context["redirect_field_value"] == "/admin/accounts/customer/"
    answer = client.sign_in(rep, next="/admin/accounts/customer/")
    assert answer["Location"] == "/admin/accounts/customer/"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"],
)
def test_nobody_is_sent_to_another_site_after_signing_in(rep, browser, elsewhere):
    assert browser().sign_in(rep, next=elsewhere)["Location"] == "/admin/"
    client = browser()
    client.sign_in(rep)
    answer = client.get("/account/sign-in/", {"next": elsewhere})
    assert answer["Location"] == "/admin/"


def test_djangos_own_door_lets_nobody_in(rep, browser):
    client = browser()
    form = {"username": rep.username, "password": "mountain goat picnic", "next": "/admin/"}
    assert client.post("/admin/login/", form)["Location"].startswith("/account/sign-in/")
    assert not client.is_in()
    client.sign_in(rep)
    assert client.get("/admin/password_change/")["Location"] == "/account/password/"


def test_there_is_no_signing_up_and_no_reset_by_mail():
    names = {str(name) for name in get_resolver().reverse_dict if isinstance(name, str)}
    for closed in ("account_signup", "account_reset_password", "account_email", "signup"):
        assert not any(closed in name for name in names)
    assert "account_login" in names


@pytest.fixture
def hashings():
    """How many times Argon2 ran."""
    count = mock.Mock()
    encode, verify = Argon2PasswordHasher.encode, Argon2PasswordHasher.verify

    def encoding(self, *args, **kwargs):
        count()
        return encode(self, *args, **kwargs)

    def verifying(self, *args, **kwargs):
        count()
        return verify(self, *args, **kwargs)

    with (
        mock.patch.object(Argon2PasswordHasher, "encode", encoding),
        mock.patch.object(Argon2PasswordHasher, "verify", verifying),
    ):
        yield count


def test_a_stranger_learns_nothing_about_which_accounts_exist(rep, browser, hashings, staff):
    left = staff(roles.REPRESENTATIVE, username="gone", is_active=False)
    left.set_password("mountain goat picnic")
    left.save()
    answers = set()
    attempts = [(rep.username, "wrong"), ("nobody", "wrong"), ("gone", "mountain goat picnic")]
    for name, password in attempts:
        hashings.reset_mock()
        answer = browser().sign_in(name, password)
        said = answer.content.decode().replace(name, "NAME")
        token = answer.context["csrf_token"]
        said = said.replace(str(token), "TOKEN")
        answers.add((answer.status_code, tuple(answer.cookies), len(said), hashings.call_count))
    assert len(answers) == 1
    assert answers.pop()[0] == 200


def test_what_was_typed_as_a_name_is_kept_only_when_it_is_one(rep, browser):
    browser().sign_in("mountain goat picnic", "x")
    browser().sign_in(rep.username.upper(), "wrong")
    unknown, known = SignInEvent.objects.order_by("pk")
    assert (unknown.name, unknown.user) == ("", None)
    assert (known.name, known.user) == (rep.username, rep)
    assert str(known.address) == "192.0.2.10"
    assert "Firefox" in known.browser


def test_every_form_of_the_door_wants_its_token(rep, browser):
    client = browser(enforce_csrf_checks=True)
    assert client.sign_in(rep).status_code == 403
    client = browser(enforce_csrf_checks=True)
    client.force_login(rep)
    for page in (
        "/account/sign-out/",
        "/account/password/",
        "/account/confirm/",
        "/account/sessions/",
        "/account/two-step/totp/activate/",
        "/account/two-step/webauthn/add/",
    ):
        assert client.post(page).status_code == 403, page


def test_signing_out_is_recorded_and_the_session_is_gone(rep, browser, events):
    client = browser()
    client.sign_in(rep)
    key = client.session.session_key
    assert client.post("/admin/logout/").status_code in (200, 302)
    assert not client.is_in()
    client.cookies["sessionid"] = key
    assert not client.is_in()
    assert events(rep) == ["signed_in", "signed_out"]


def test_someone_without_a_place_at_the_desk_does_not_get_in(clock, browser):
    outsider = UserFactory(is_staff=False)
    outsider.set_password("mountain goat picnic")
    outsider.save()
    client = browser()
    client.sign_in(outsider)
    assert client.get("/admin/", follow=True).status_code == 403


def test_a_sign_in_leaves_no_row_in_the_history(rep, browser):
    before = User.history.count()
    browser().sign_in(rep)
    assert User.history.count() == before


@pytest.mark.parametrize("page", ["/account/sign-in/", "/account/two-step/", "/account/password/"])
def test_the_pages_of_the_door_run_no_script_of_their_own(rep, browser, page):
    client = browser()
    if "sign-in" not in page:
        client.sign_in(rep)
    body = client.get(page).content.decode()
    main = body[body.index("desk-title") :]
    assert "onclick=" not in main
    assert "<script>" not in main
