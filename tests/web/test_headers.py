"""What the browser is told, by every address and every error page."""

import re

import pytest
from django.test import Client

from config import roles
from config.headers import HEADERS
from tests.architecture.test_admin_by_role import records  # noqa: F401
from tests.architecture.test_every_url_by_role import (  # noqa: F401
    SIGN_OUT,
    calls,
    everything,
    nobody_asks_too_often,
)

pytestmark = pytest.mark.django_db

PAGES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
FILES = {
    "default-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
    "sandbox": "",
}
# An e-mail in a frame of its preview: its styles are written where they apply.
FRAMED = {
    "default-src": "'none'",
    "style-src": "'unsafe-inline'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'self'",
    "sandbox": "",
}
# Scripts, handlers and styles that stand in a page; data in a script element is none.
INLINE = re.compile(
    r"<script(?![^>]*\b(?:src=|type=\"application/json\"))|<style|\sstyle=|\son[a-z]+=|javascript:",
    re.IGNORECASE,
)


def policy(answer):
    parts = answer["Content-Security-Policy"].split("; ")
    return {name: rest for name, _, rest in (part.partition(" ") for part in parts)}


def wrong_with(answer, *, path=""):
    """What is wrong with the headers, and with a page's text, in words."""
    framed = path.endswith("/preview-email/") and answer.status_code == 200
    headers = HEADERS | ({"X-Frame-Options": "SAMEORIGIN"} if framed else {})
    said = [f"no {name}" for name, value in headers.items() if answer.get(name) != value]
    if answer.get("Cache-Control") != "no-store":
        said.append(f"Cache-Control: {answer.get('Cache-Control')}")
    is_page = answer.get("Content-Type", "").startswith("text/html")
    wanted = PAGES if is_page else FILES
    if "captured-mail" in path and is_page and answer.status_code == 200:
        wanted = {**PAGES, "img-src": "'none'", "connect-src": "'none'"}
    if "/notice/" in path and path.endswith("/preview/") and answer.status_code == 200:
        wanted = {**PAGES, "frame-src": "'self'"}
    if framed:
        wanted = FRAMED
    if policy(answer) != wanted:
        said.append(answer["Content-Security-Policy"])
    if is_page and not answer.streaming and not framed:
        said += [f"inline: {found}" for found in INLINE.findall(answer.content.decode())]
    return said


# Who opens everything, and who opens nothing.
@pytest.mark.parametrize("who", ["superuser", "nobody"])
def test_every_address_says_it_all_and_has_nothing_inline(who, everything, staff):  # noqa: F811
    user = staff(roles.REPRESENTATIVE, is_superuser=True) if who != "nobody" else None
    client, wrong, signed_in = Client(), {}, False
    for name, method, address, _ in calls(everything):
        if user and not signed_in:
            client.force_login(user)
        signed_in = name not in SIGN_OUT
        answer = getattr(client, method)(address)
        if answer.streaming:
            list(answer.streaming_content)
        if said := wrong_with(answer, path=address):
            wrong[f"{method} {address}"] = said
    assert not wrong, "\n".join(f"{where}: {what}" for where, what in wrong.items())


def test_a_static_file_may_be_kept_and_is_no_page():
    client = Client()
    for file in ("desk/desk.css", "desk/favicon.svg", "unfold/js/htmx/htmx.js"):
        answer = client.get(f"/static/{file}")
        list(answer.streaming_content)
        assert answer.status_code == 200
        assert wrong_with(answer) == [f"Cache-Control: {answer['Cache-Control']}"]
        assert "max-age=" in answer["Cache-Control"]
    assert wrong_with(client.get("/static/none.js")) == []
