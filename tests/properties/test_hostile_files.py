"""Whatever is uploaded: never a server error, and nothing changes unless it was confirmed."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.import_rows import COLUMNS
from accounts.models import Customer
from config import rates
from cpni.models import OptOutRequest
from tests.architecture.test_admin_by_role import history_rows
from tests.factories.accounts import CarrierFactory, UserFactory

pytestmark = pytest.mark.django_db
IMPORT = "/admin/accounts/customer/import/"
CONFIRM = "/admin/accounts/customer/process_import/"
ADD = "/admin/cpni/optoutrequest/add/"
LETTER = {"wish": "opt_out", "route": "letter", "received_on": "2020-11-20", "all_uses": "on"}
BOUNDED = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
MAGIC = [b"", b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\x00", b"PK\x03\x04", b"<svg"]

GOOD = {"account_number": "A1", "name": "Ann", "active_since": "2020-01-06"}
CELL = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["", "=1+1", "'-O'Neil", "A1", "2020-01-06", "x" * 9_000, "\x00", "\x9b31m", '"']
    ),
)
ROW = st.dictionaries(st.sampled_from(COLUMNS), CELL, max_size=4).map(lambda odd: {**GOOD, **odd})
TABLE = st.lists(ROW, max_size=4).map(
    lambda rows: "\n".join(
        [",".join(COLUMNS), *(",".join(row.get(name, "") for name in COLUMNS) for row in rows)]
    )
)
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "utf-7", "latin-1", "cp037"]


@st.composite
def tables(draw):
    """A table in some encoding, or bytes that are none."""
    if draw(st.integers(0, 3)) == 0:
        return draw(st.sampled_from(MAGIC)) + draw(st.binary(max_size=300))
    return draw(TABLE).encode(draw(st.sampled_from(ENCODINGS)), errors="replace")


NAMES = st.sampled_from(
    ["a.csv", "a.csv.exe", "../../a.csv", "a\x00.csv", "=a.csv", "\u202efdp.exe", "x" * 300, "a"]
)


@pytest.fixture
def root(monkeypatch):
    """A browser that may do anything."""
    CarrierFactory()
    monkeypatch.setattr(rates, "take_turn", lambda *args: 0)
    client = Client()
    client.force_login(UserFactory(is_superuser=True))
    return client


@BOUNDED
@given(content=tables(), name=NAMES)
def test_a_file_is_previewed_or_refused_and_imported_only_when_confirmed(root, content, name):
    Customer.objects.all().update(status=Customer.Status.ACTIVE)
    before = history_rows()
    file = SimpleUploadedFile("x", content, "text/csv")
    file.name = name
    page = root.post(IMPORT, {"format": "0", "resource": "0", "import_file": file})
    assert page.status_code == 200
    assert history_rows() == before
    if "confirm_form" not in page.context:
        return
    root.get(IMPORT)
    known = Customer.objects.count()
    answer = root.post(CONFIRM, page.context["confirm_form"].initial)
    assert answer.status_code == 302
    assert Customer.objects.count() >= known


@BOUNDED
@given(
    st.fixed_dictionaries(
        {
            name: st.one_of(
                st.text(max_size=20), st.sampled_from(["0", "9", "-1", "a" * 32, "../x"])
            )
            for name in ("import_file_name", "original_file_name", "format", "resource")
        }
    )
)
def test_a_forged_confirmation_imports_nothing(root, form):
    before = history_rows()
    assert root.post(CONFIRM, form).status_code == 302
    assert history_rows() == before


@BOUNDED
@given(
    start=st.sampled_from(MAGIC), rest=st.binary(max_size=200), end=st.sampled_from([b"", b"%%EOF"])
)
def test_a_scan_is_taken_whole_or_refused(root, start, rest, end):
    before, kept = history_rows(), OptOutRequest.objects.count()
    scan = SimpleUploadedFile("letter.pdf", start + rest + end, "application/pdf")
    answer = root.post(ADD, {**LETTER, "scan": scan})
    if answer.status_code == 302:
        request = OptOutRequest.objects.latest("pk")
        with request.scan.open() as kept_scan:
            assert kept_scan.read() == start + rest + end
        return
    assert answer.status_code == 200
    assert "scan" in answer.context["adminform"].form.errors
    assert (history_rows(), OptOutRequest.objects.count()) == (before, kept)
