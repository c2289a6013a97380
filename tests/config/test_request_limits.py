"""A request is refused before it is read when it is too large, or what no browser sends."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from config import roles
from cpni.models import OptOutRequest

pytestmark = pytest.mark.usefixtures("today", "reference_data")
ADD = "/admin/cpni/optoutrequest/add/"
LISTS = "/admin/cpni/audiencefile/add/"
SIGN_IN = "/account/sign-in/"


class Unread:
    """A body of which nobody may read a byte."""

    def read(self, *args):
        raise AssertionError("the body was read")

    readline = read


@pytest.fixture
def rep(client_of):
    return client_of(roles.REPRESENTATIVE)


def post_unread(client, path, **environ):
    form = {"CONTENT_TYPE": "multipart/form-data; boundary=x", "wsgi.input": Unread()}
    return client.generic("POST", path, **{**form, **environ})


def test_a_request_larger_than_any_of_ours_is_refused_before_it_is_read(rep):
    answer = post_unread(rep, ADD, CONTENT_LENGTH=str(12 * 1024 * 1024))
    assert answer.status_code == 413
    assert "At most 11 MB are taken at once" in answer.content.decode()


def test_a_list_of_a_million_accounts_is_taken_on_its_page_from_who_may_have_it_marked(client_of):
    size = {"CONTENT_LENGTH": str(20 * 1024 * 1024)}
    with pytest.raises(AssertionError, match="the body was read"):
        post_unread(client_of(roles.MARKETING), LISTS, **size)
    assert post_unread(client_of(roles.MARKETING), ADD, **size).status_code == 413
    assert post_unread(client_of(roles.REPRESENTATIVE), LISTS, **size).status_code == 413


def test_before_signing_in_only_small_forms_are_taken(client):
    answer = post_unread(client, SIGN_IN, CONTENT_LENGTH=str(65 * 1024))
    assert answer.status_code == 413
    assert "Sign in first." in answer.content.decode()
    assert client.post(SIGN_IN, {"login": "x" * 60_000, "password": "x"}).status_code == 200


def test_a_body_of_unknown_length_is_refused(rep):
    answer = post_unread(rep, ADD, HTTP_TRANSFER_ENCODING="chunked", CONTENT_LENGTH="")
    assert answer.status_code == 411


def test_a_scan_of_the_largest_size_is_taken_and_lies_nowhere_in_plain(rep, monkeypatch):
    monkeypatch.setattr("tempfile.NamedTemporaryFile", None)
    body = b"%PDF-1.7\n" + bytes(10 * 1024 * 1024 - 20) + b"\n%%EOF\n"
    form = {"wish": "opt_out", "route": "letter", "received_on": "2026-11-20", "all_uses": "on"}
    rep.post(ADD, {**form, "scan": SimpleUploadedFile("letter.pdf", body)})
    assert OptOutRequest.objects.get().scan.size > len(body)


@pytest.mark.parametrize(
    "form",
    [
        {"stated": "x" * 1024 * 1024},
        {f"field{n}": "1" for n in range(600)},
        {f"file{n}": SimpleUploadedFile("a.pdf", b"%PDF") for n in range(3)},
    ],
)
def test_a_form_with_more_than_any_of_ours_is_refused_in_words(rep, form):
    answer = rep.post(ADD, form)
    assert answer.status_code == 413
    assert "<h1>That was too large</h1>" in answer.content.decode()
    assert not OptOutRequest.objects.exists()


@pytest.mark.parametrize(
    "path",
    ["/admin/notices/delivery/?q=N-%00", "/admin/accounts/customer/?status__exact=%00", "/%00/"],
)
def test_a_nul_in_an_address_is_refused_whatever_the_database_makes_of_it(rep, path):
    answer = rep.get(path)
    assert answer.status_code == 400
    assert "NUL" in answer.content.decode()


def test_a_nul_in_a_cookie_is_refused_before_it_is_looked_up(client):
    client.cookies["sessionid"] = "\0" * 32
    assert client.get("/admin/").status_code == 400


@pytest.mark.parametrize("charset", ["utf-16", "raw_unicode_escape", "hex", "utf-7"])
@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "text/plain"])
def test_a_form_in_another_encoding_is_refused(rep, charset, kind):
    answer = rep.generic("POST", ADD, b"--x--", content_type=f"{kind}; charset={charset}")
    assert answer.status_code == 400


def test_a_damaged_form_is_answered_with_words(rep):
    answer = rep.generic("POST", ADD, b"wish=1", content_type="multipart/form-data")
    assert answer.status_code in (400, 403)
