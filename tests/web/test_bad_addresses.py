"""Addresses and forms that nobody honest sends are refused, and are never a server error."""

from itertools import product

import pytest
from django.test import Client

from config import roles
from tests.factories.accounts import CarrierFactory, CustomerFactory

BAD = [
    "%00",
    "a%00b",
    "%ff%fe",
    "%c0%80",
    "%0d%0aSet-Cookie:x",
    "%2e%2e%2f",
    "A" * 10_000,
    "%F0%9F",
]
# A record of each app; the admin's machinery is the same behind the others.
LISTS = [
    "/admin/accounts/customer/",
    "/admin/notices/delivery/",
    "/admin/cpni/optoutrequest/",
    "/admin/accounts/look/",
]


@pytest.fixture
def desk(client_of, settings, tmp_path):
    """The officer, who may open most."""
    settings.CAPTURED_MAIL_DIR = str(tmp_path)
    CarrierFactory()
    CustomerFactory()
    client = client_of(roles.OFFICER)
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad[:12])
def test_a_bad_address_is_refused(desk, bad):
    shapes = ["/{}", "/{}/", "/admin/{}/", "/captured-mail/{}/", "/static/{}", "/account/{}/"]
    shapes += [f"{base}{{}}/change/" for base in LISTS] + [f"{base}{{}}/" for base in LISTS]
    shapes += [f"{base}?q={{}}" for base in LISTS] + [f"{base}?p={{}}&o={{}}" for base in LISTS]
    shapes += [f"{base}?id__exact={{}}&{{}}=1" for base in LISTS]
    shapes += ["/account/sign-in/?next={}", "/admin/login/?next={}", "/account/sso/cancelled/?{}=1"]
    shapes += ["/captured-mail/?page={}", "/admin/search/?s={}", "/admin/jsi18n/?{}"]
    answers = {}
    for shape in shapes:
        # As a server hands it over: the client would quote the query anew.
        path, _, query = shape.replace("{}", bad).partition("?")
        answer = desk.generic("GET", path, QUERY_STRING=query)
        if answer.streaming:
            list(answer.streaming_content)
        answers[shape] = answer.status_code
    assert {s: code for s, code in answers.items() if code >= 500} == {}


FORMS = {"nul": "a\x00b", "surrogate": "\ud800", "lines": "\r\nX: y", "long": "A" * 10_000}


@pytest.mark.parametrize("bad", FORMS.values(), ids=FORMS)
def test_a_bad_form_is_refused(desk, bad):
    answers = {}
    for base in LISTS:
        for address, field in product([base, f"{base}add/"], ["q", "name", "action", "because"]):
            data = {field: bad.encode("utf-8", "surrogatepass"), "_selected_action": bad[:9]}
            if "\ud800" in bad:
                data.pop("_selected_action")
            answers[address, field] = desk.post(address, data).status_code
    fields = {"login": bad, "password": bad, "next": bad}
    if "\ud800" not in bad:
        answers["sign-in"] = (
            Client(raise_request_exception=False).post("/account/sign-in/", fields).status_code
        )
    assert {s: code for s, code in answers.items() if code >= 500} == {}


@pytest.mark.parametrize(
    "method", ["FOO", "TRACE", "PROPFIND", "CONNECT", "OPTIONS", "PUT", "DELETE"]
)
def test_an_unknown_method_is_no_server_error(desk, method):
    for address in ("/", "/admin/", "/account/sign-in/", "/account/sign-out/", "/static/x", *LISTS):
        assert desk.generic(method, address).status_code < 500


@pytest.mark.parametrize("host", ["evil.example", "", "localhost:port", "a/b", "x" * 5000, "[::1"])
def test_a_host_that_is_not_ours_is_a_bad_request(desk, host):
    for address in ("/", "/admin/", "/account/sign-in/"):
        assert desk.get(address, headers={"host": host}).status_code == 400


def test_cookies_that_are_not_ours_are_no_server_error(db, settings):
    for value in ("\x00", "'", "A" * 3000, "é"):
        client = Client(raise_request_exception=False)
        for name in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, "known_browser"):
            client.cookies[name] = value
        assert client.get("/account/sign-in/").status_code < 500
