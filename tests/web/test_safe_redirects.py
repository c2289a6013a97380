"""``next=`` leads to pages of the desk, and nowhere else, at every door."""

from urllib.parse import urlencode

import pytest
from django.test import Client

from config import roles
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
PASSWORD = "mountain goat picnic"
ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "https:evil.example",
    "https:///evil.example",
    "http:\\\\evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,evil",
    " //evil.example",
    "\t//evil.example",
    "/\t/evil.example",
    "\x00//evil.example",
    "//testserver@evil.example/",
    "https://testserver.evil.example/",
]


def leads_home(answer):
    """Whether it leads to a page of ours, or stays; it never only carries the address along."""
    if answer.status_code not in (301, 302, 303, 307):
        return answer.status_code in (200, 400, 403, 404, 405, 429)
    target = answer["Location"].partition("?")[0]
    return target.startswith(("/admin/", "/account/")) and "//" not in target


def doors(client, user, elsewhere):
    """Every way to bring an address along."""
    query = "?" + urlencode({"next": elsewhere})
    yield client.get(f"/admin/login/{query}")
    yield client.get(f"/account/oidc/sso/login/{query}")
    yield client.get(f"/account/sign-in/{query}")
    sign_in = {"login": user.username, "password": PASSWORD}
    yield client.post("/account/sign-in/", {**sign_in, "next": elsewhere})
    yield client.post(f"/account/sign-in/{query}", sign_in)
    for address in (
        "/account/sign-in/",  # by somebody who is in already
        "/account/confirm/",
        "/account/two-step/",
        "/account/two-step/authenticate/",
        "/account/two-step/reauthenticate/",
        "/account/password/",
        "/admin/password_change/",
    ):
        yield client.get(f"{address}{query}")
    yield client.post(f"/account/confirm/{query}", {"password": PASSWORD, "next": elsewhere})
    yield client.post(f"/account/sessions/{query}", {"next": elsewhere})
    yield client.post(f"/account/sign-out/{query}", {"next": elsewhere})
    client.force_login(user)
    yield client.post(f"/admin/logout/{query}", {"next": elsewhere})


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_no_door_leads_elsewhere(staff, elsewhere):
    user = staff(roles.REPRESENTATIVE)
    user.set_password(PASSWORD)
    user.save()
    for answer in doors(Client(raise_request_exception=False), user, elsewhere):
        assert leads_home(answer), (answer.status_code, answer.get("Location"), elsewhere)
        assert b'href="javascript:' not in answer.content.lower()


def test_signing_on_elsewhere_brings_nobody_further_than_home(settings, monkeypatch):
    from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter

    app = {"provider_id": "sso", "name": "SSO", "client_id": "desk", "secret": "s"}
    app["settings"] = {"server_url": "https://id.example"}
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}
    }
    config = {
        "authorization_endpoint": "https://id.example/authorize",
        "token_endpoint": "https://id.example/token",
    }
    monkeypatch.setattr(OpenIDConnectOAuth2Adapter, "openid_config", config)
    for elsewhere, kept in [*((address, None) for address in ELSEWHERE), ("/admin/", "/admin/")]:
        client = Client()
        answer = client.get("/account/oidc/sso/login/?" + urlencode({"next": elsewhere}))
        if "\0" in elsewhere:
            assert answer.status_code == 400  # refused before anything reads it
            continue
        assert answer["Location"].startswith("https://id.example/authorize?")
        ((state, *_),) = client.session["socialaccount_states"].values()
        assert state.get("next") == kept


def test_a_door_leads_to_our_own_pages(staff):
    user = staff(roles.REPRESENTATIVE)
    user.set_password(PASSWORD)
    user.save()
    wanted = "/admin/accounts/customer/?o=1"
    sign_in = {"login": user.username, "password": PASSWORD, "next": wanted}
    assert Client().post("/account/sign-in/", sign_in)["Location"] == wanted


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_doubled_slash_in_an_address_leads_nowhere_else(method):
    client = Client(raise_request_exception=False)
    client.force_login(UserFactory())
    for path in ("//evil.example/..", "//evil.example/%2e%2e", "/admin//evil.example"):
        answer = getattr(client, method)(path)
        assert not answer.get("Location", "").startswith(("//", "/\\", "http"))
