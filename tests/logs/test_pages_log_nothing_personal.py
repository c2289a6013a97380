"""Every address and form of the site, with a known customer's data in it, and then the logs."""

from html.parser import HTMLParser
from itertools import cycle

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client

from accounts.models import Customer
from config import roles
from tests.architecture.test_admin_by_role import records  # noqa: F401  (a fixture)
from tests.architecture.test_every_url_by_role import calls, everything  # noqa: F401  (a fixture)
from tests.factories.accounts import UserFactory
from tests.logs import planted

pytestmark = pytest.mark.django_db
WORDS = (
    planted.NAME, planted.EMAIL, planted.TELEPHONE, planted.STREET, planted.ACCOUNT, planted.SPOKEN,
)  # fmt: skip
TEXTS = ("text", "search", "email", "tel", "textarea", "password", "url")
HEADER = "account_number,name,active_since,email,line1,city,state,postcode\r\n"
GOOD = f"N1,{planted.NAME},2021-03-04,{planted.EMAIL},{planted.STREET},Midvale,UT,84047\r\n"
BAD = f"{planted.ACCOUNT},{planted.NAME},{planted.TELEPHONE},{planted.NAME},,,,{planted.STREET}\r\n"


class Fields(HTMLParser):
    """The fields of the forms of a page: their name, kind and value."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, tuple[str, str]] = {}
        self.select = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "select":
            self.select = name
        elif tag == "option" and self.select and given.get("value"):
            self.found.setdefault(self.select, ("select", given["value"]))
        elif tag in ("input", "textarea") and name:
            kind = given.get("type", "text") if tag == "input" else "textarea"
            self.found.setdefault(name, (kind, given.get("value") or ""))


def filled(page, everywhere):
    """What to post from a page: personal words in empty fields, or in every field there is."""
    words, data = cycle(WORDS), {}
    for name, (kind, value) in Fields(page).found.items():
        if name == "csrfmiddlewaretoken":
            continue
        if kind in TEXTS and (everywhere or not value):
            data[name] = next(words)
        elif everywhere and kind == "number":
            data[name] = planted.TELEPHONE
        else:
            data[name] = value or "on"
    return data


class Undone:
    """A browser that leaves no trace in the database, so that each call finds all as it was."""

    def __init__(self, user) -> None:
        self.client = Client(raise_request_exception=False)
        if user:
            self.client.force_login(user)
        self.cookies = self.client.cookies.output()

    def __call__(self, method, address, data=None, **kwargs):
        with transaction.atomic():
            answer = getattr(self.client, method)(address, data, **kwargs)
            if answer.streaming:
                list(answer.streaming_content)
            transaction.set_rollback(True)
        return answer


@pytest.fixture
def site(everything):  # noqa: F811
    """One of every record, all about the known customer."""
    planted.plant(everything["accounts.customer"])
    delivery = everything["notices.delivery"]
    delivery.recipient_name = planted.NAME
    delivery.save()
    return everything


def nothing_in(lines, capsys):
    assert planted.traces(lines.text) == []
    assert planted.traces("".join(capsys.readouterr())) == []


QUERY = f"?q={planted.SEARCHED}&next=/{planted.NAME}/&e={planted.TELEPHONE}"


@pytest.mark.parametrize("who", ["superuser", "nobody"])
def test_every_address_and_form(who, site, lines, capsys):
    ask = Undone(UserFactory(is_superuser=True) if who == "superuser" else None)
    answers = []
    for _, method, address, _ in calls(site):
        page = ask("get", address + QUERY)
        answers.append(page.status_code)
        if method == "get" and page.status_code == 200:
            continue  # a call of its own posts to this form
        text = "" if page.streaming else page.content.decode()
        reason = {"because": planted.SPOKEN, "q": planted.SEARCHED, "confirm": "on"}
        for everywhere in (False, True) if who == "superuser" else (True,):
            answer = ask("post", address, {**filled(text, everywhere), **reason})
            answers.append(answer.status_code)
    assert len(answers) > 100
    assert who == "nobody" or 200 in answers
    nothing_in(lines, capsys)


@pytest.mark.parametrize(
    "content",
    [HEADER + GOOD, HEADER + BAD, BAD, f"{planted.NAME}\udc80"],
    ids=["good rows", "bad rows", "no header", "no text"],
)
def test_an_upload_with_good_and_bad_rows(content, site, client_of, lines, capsys):
    officer = client_of(roles.OFFICER)
    officer.raise_request_exception = False
    data = content.encode(errors="surrogateescape")
    file = SimpleUploadedFile(f"{planted.NAME}.csv", data, "text/csv")
    form = {"format": "0", "resource": "0", "import_file": file}
    page = officer.post("/admin/accounts/customer/import/", form)
    if page.context and "confirm_form" in page.context:
        initial = page.context["confirm_form"].initial
        officer.post("/admin/accounts/customer/process_import/", initial)
        assert Customer.objects.filter(name=planted.NAME).count() == 2
    nothing_in(lines, capsys)


def test_a_search_leaves_its_words_nowhere_that_others_read(site, client_of, lines, capsys):
    rep = client_of(roles.REPRESENTATIVE)
    for words in (
        planted.SEARCHED,
        planted.NAME,
        planted.EMAIL,
        planted.TELEPHONE,
        planted.ACCOUNT,
    ):
        answer = rep.post("/admin/accounts/customer/", {"q": words}, follow=True)
        assert planted.traces(str(answer.redirect_chain)) == []
    stored = [str(session.get_decoded()) for session in Session.objects.all()]
    assert stored
    assert planted.traces("\n".join(stored)) == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, value FROM desk_cache")
        assert planted.traces("\n".join(map(str, cursor.fetchall()))) == []
    nothing_in(lines, capsys)


def test_an_email_address_typed_where_the_user_name_belongs(site, lines, capsys):
    for name in (planted.EMAIL, planted.NAME, planted.TELEPHONE):
        for password in ("wrong", planted.SPOKEN):
            Client().post("/account/sign-in/", {"login": name, "password": password})
    stored = [str(session.get_decoded()) for session in Session.objects.all()]
    assert planted.traces("\n".join(stored)) == []
    nothing_in(lines, capsys)
