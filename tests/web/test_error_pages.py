"""What somebody reads when it did not work: plain words, and no detail."""

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpResponseNotAllowed
from django.test import Client, RequestFactory
from django.urls import path
from django.views.decorators.http import require_POST

from accounts.encryption import Unreadable
from config import urls
from config.error_pages import NotAllowedMiddleware
from tests.web.test_headers import wrong_with

SECRET = "Ann Example 801-555-0123"


def fails(error):
    def view(request):
        raise error

    return view


def limited(request):
    from allauth.core.ratelimit import respond_429

    return respond_429(request)


urlpatterns = [
    *urls.urlpatterns,
    path("broken/400/", fails(SuspiciousOperation(SECRET))),
    path("broken/403/", fails(PermissionDenied(SECRET))),
    path("broken/404/", fails(Http404(SECRET))),
    path("broken/413/", fails(RequestDataTooBig(SECRET))),
    path("broken/405/", require_POST(fails(RuntimeError(SECRET)))),
    path("broken/429/", limited),
    path("broken/500/", fails(RuntimeError(SECRET))),
]
handler400, handler403, handler404 = urls.handler400, urls.handler403, urls.handler404
handler429, handler500 = urls.handler429, urls.handler500


@pytest.fixture
def client(settings):
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False, enforce_csrf_checks=True)


def is_plain(answer, status):
    assert answer.status_code == status
    assert wrong_with(answer) == []
    page = answer.content.decode()
    assert "<h1>" in page
    assert 'href="/static/desk/plain.css"' in page
    assert "<script" not in page
    for detail in (SECRET, "Traceback", "RuntimeError", "settings", "Exception"):
        assert detail not in page
    return page


@pytest.mark.parametrize("status", [400, 403, 404, 405, 413, 429, 500])
def test_an_error_page_tells_no_detail(client, db, status):
    is_plain(client.get(f"/broken/{status}/"), status)


def test_an_error_page_stands_also_without_a_database(client):
    """This test has not the mark that lets it use one."""
    is_plain(client.get("/account/sign-in/"), 500)


def test_an_address_that_only_takes_forms_says_so_and_which_methods_it_takes(rf):
    """Without a database, as all of them."""
    answer = NotAllowedMiddleware(require_POST(fails(RuntimeError(SECRET))))(rf.get("/desk/"))
    assert answer["Allow"] == "POST"
    assert "This address is not opened like that" in answer.content.decode()


def test_what_says_itself_why_is_left_as_it_is(rf):
    said = HttpResponseNotAllowed(["POST"], "Send it")
    assert NotAllowedMiddleware(lambda request: said)(rf.get("/")) is said


def test_a_form_without_its_token_is_refused_in_words(client, db):
    page = is_plain(client.post("/account/sign-in/", {"login": SECRET}), 403)
    assert "This form was too old" in page


def test_a_host_that_is_not_ours_is_refused_in_words(client):
    is_plain(client.get("/", headers={"host": "evil.example"}), 400)
    is_plain(client.get("/account/sign-in/", headers={"host": "a b\\c"}), 400)


def test_whoever_has_no_role_is_told_so(db):
    from tests.factories.accounts import UserFactory

    client = Client()
    client.force_login(UserFactory(is_staff=False))
    assert "no role here" in is_plain(client.get("/admin/login/"), 403)


def test_an_error_page_stands_also_when_the_session_is_what_failed(client, settings, monkeypatch):
    def refuse(*args, **kwargs):
        raise RuntimeError(SECRET)

    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", refuse)
    client.cookies[settings.SESSION_COOKIE_NAME] = "k" * 32
    is_plain(client.get("/admin/"), 500)


def test_a_value_that_cannot_be_read_is_told_in_the_same_look():
    from config.unreadable import UnreadableMiddleware

    error = Unreadable("A stored value cannot be read.", "Tell the operator.")
    answer = UnreadableMiddleware(lambda request: None).process_exception(
        RequestFactory().get("/"), error
    )
    assert answer.status_code == 500
    assert "/static/desk/plain.css" in answer.content.decode()
