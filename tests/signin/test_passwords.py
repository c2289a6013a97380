"""Passwords: Argon2, and a list of what is refused that needs nobody else's server."""

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts.models import User
from config import roles
from tests.factories.accounts import UserFactory

GOOD = "mountain goat picnic"
pytestmark = pytest.mark.usefixtures("clock")


@pytest.mark.parametrize(
    "password",
    [
        "cold fjord 9",  # twelve signs are enough
        "mountain goat picnic",
        "a very long sentence that nobody else would think of, ever, in this order" * 2,
        "ljósmóðir á hestbaki",
        "nodigitsnosignsjustwords",
    ],
)
def test_a_long_password_is_taken_whatever_signs_it_has(password):
    validate_password(password, UserFactory())


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("cold fjords", "at least 12"),
        ("unbelievable", "easy to guess"),
        ("1qaz2wsx3edc", "too common"),
        ("qwertyuiop123456", ""),
        ("letmeinletmeinletmein", "Repeats"),
        ("Passw0rdPassw0rd!", ""),
        ("wasatch-33-2026", "name of the product or of the company"),
        ("CPNI-Desk-2026!!", "name of the product or of the company"),
        ("Telephone#Wasatch#77", "name of the product or of the company"),
        ("marguerite.ellington", "similar"),
    ],
)
def test_a_password_that_a_guesser_tries_is_refused_with_the_reason(password, why):
    user = UserFactory.build(
        username="margueriteellington", first_name="Marguerite", last_name="Ellington"
    )
    with pytest.raises(ValidationError) as refused:
        validate_password(password, user)
    assert why in " ".join(refused.value.messages)


def test_passwords_are_hashed_with_argon2_and_old_hashes_at_the_next_sign_in(person, browser):
    user = person(roles.REPRESENTATIVE)
    assert user.password.startswith("argon2$argon2id$")
    User.objects.filter(pk=user.pk).update(password=make_password(GOOD, hasher="pbkdf2_sha256"))
    assert browser().sign_in(user, GOOD)["Location"] == "/admin/"
    user.refresh_from_db()
    assert user.password.startswith("argon2$argon2id$")


@pytest.fixture
def change():
    def post(client, old=GOOD, new="seven purple kayaks", again=None):
        form = {"oldpassword": old, "password1": new, "password2": again or new}
        return client.post("/account/password/", form)

    return post


def test_a_new_password_asks_the_old_one_and_the_rules_hold(person, browser, change):
    user = person(roles.REPRESENTATIVE)
    client = browser()
    client.sign_in(user)
    assert "oldpassword" in change(client, old="not my password").context["form"].errors
    assert "password1" in change(client, new="password1234").context["form"].errors
    assert "password2" in change(client, again="another").context["form"].errors
    user.refresh_from_db()
    assert user.check_password(GOOD)


def test_a_new_password_ends_the_other_sessions_and_is_recorded(person, browser, change, events):
    user = person(roles.REPRESENTATIVE)
    here, elsewhere = browser(), browser(address="198.51.100.7")
    here.sign_in(user)
    elsewhere.sign_in(user)
    key = here.session.session_key
    assert change(here).status_code == 302
    assert here.is_in()
    assert here.session.session_key != key
    assert not elsewhere.is_in()
    assert events(user)[-2:] == ["password_changed", "sessions_ended"]
    assert user.history.first().history_change_reason == "Changed their own password"
    assert browser().sign_in(user, "seven purple kayaks").status_code == 302


def test_a_password_that_an_officer_sets_ends_the_sessions_and_is_recorded(person, browser, events):
    user, officer = person(roles.REPRESENTATIVE), person(roles.OFFICER)
    theirs, client = browser(), browser()
    theirs.sign_in(user)
    client.sign_in(officer)
    form = {"password1": "seven purple kayaks", "password2": "seven purple kayaks"}
    client.post(f"/admin/accounts/user/{user.pk}/password/", form)
    assert not theirs.is_in()
    assert events(user)[-2:] == ["password_set", "sessions_ended"]
    assert user.sign_in_events.last().by == officer
