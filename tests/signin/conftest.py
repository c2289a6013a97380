"""At the door: people with passwords, browsers that fill in its pages, a frozen clock."""

import time

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.db import transaction
from django.test import Client

from accounts.models import SignInEvent
from tests.factories.accounts import CarrierFactory

PASSWORD = "mountain goat picnic"
NOW = "2026-11-23T18:00:00Z"


@pytest.fixture(autouse=True)
def a_cache_of_its_own(settings, tmp_path):
    """No code that another test used, nor one of a Redis that others use too."""
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "LOCATION": str(tmp_path),
        }
    }


@pytest.fixture(autouse=True)
def commits_at_once(monkeypatch):
    """As in the product, what waits for the commit is done before the answer goes out.

    The library commits inside its view; here the test's own transaction is around everything.
    """
    monkeypatch.setattr(transaction, "on_commit", lambda act, *args, **kwargs: act())


@pytest.fixture
def clock(db):
    """Noon or so; ``clock.shift(60)`` is a minute later."""
    CarrierFactory()
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def person(staff, clock):
    """``person(role)``: a member of staff whose password is PASSWORD."""

    def make(role, **kwargs):
        user = staff(role, **kwargs)
        user.set_password(PASSWORD)
        user.save()
        return user

    return make


class Browser(Client):
    """A test client that knows the door's pages."""

    def __init__(self, address="192.0.2.10", agent="Mozilla/5.0 (X11; Linux) Firefox/140.0", **kw):
        super().__init__(REMOTE_ADDR=address, HTTP_USER_AGENT=agent, **kw)

    def sign_in(self, user, password=PASSWORD, **more):
        name = user if isinstance(user, str) else user.username
        return self.post("/account/sign-in/", {"login": name, "password": password, **more})

    def confirm(self, password=PASSWORD):
        """Show the password once more, as before acts on one's own account."""
        return self.post("/account/confirm/", {"password": password})

    def set_up_totp(self):
        """Set up an authenticator app. Returns its secret."""
        self.confirm()
        page = self.get("/account/two-step/totp/activate/")
        secret = page.context["form"].secret
        answer = self.post("/account/two-step/totp/activate/", {"code": code(secret)})
        assert answer.status_code == 302, answer.context["form"].errors
        return secret

    def is_in(self):
        return self.get("/admin/").status_code == 200


@pytest.fixture
def browser():
    """``browser()`` is a new browser at the office; ``browser(address=…)`` one elsewhere."""
    return Browser


def code(secret, ahead=0):
    """What the app shows now, or so many periods of 30 seconds ahead."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + ahead))


@pytest.fixture
def code_of():
    return code


@pytest.fixture
def events():
    """``events(user)``: what happened to that account, the earliest first."""

    def kinds(user=None):
        found = SignInEvent.objects.filter(user=user) if user else SignInEvent.objects.all()
        return list(found.order_by("pk").values_list("kind", flat=True))

    return kinds


@pytest.fixture
def required(settings):
    """As in production: nobody gets in without a second factor."""
    settings.SECOND_FACTOR = "required"
