"""A billing export is compared with the records after a migration, and changes none of them."""

import hashlib
from datetime import UTC, date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.core.management.base import CommandError
from django.urls import reverse

from accounts.errors import Refused
from accounts.models import Customer, Look
from accounts.permissions import NotAllowed
from config import roles
from cpni import optouts, reconciling
from cpni.models import Approval, Difference, Reconciliation
from tests.factories.accounts import CarrierFactory, CustomerFactory
from tests.factories.cpni import OptOutRequestFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 23, 18, tzinfo=UTC)


@pytest.fixture(autouse=True)
def customers(reference_data):
    """Ann and Dee opted out, Bob and Cy did not; Cy has left; Eve is new."""
    CarrierFactory()
    found = {
        name: CustomerFactory(account_number=name, discontinued=name == "CY")
        for name in ("ANN", "BOB", "CY", "DEE", "EVE")
    }
    for name in ("ANN", "DEE"):
        request = OptOutRequestFactory()
        optouts.apply(request, customer=found[name], on=date(2026, 11, 4), by=None, because="x")
    return found


def compare(tmp_path, text, by=None):
    file = tmp_path / "export.csv"
    file.write_text(text, encoding="utf-8")
    return reconciling.reconcile(
        file, name=file.name, by=by, because="After the migration", at=AT, clock=lambda: AT
    )


FILE = """account_number,name,status,opted_out
ANN,Ann,active,no
BOB,Bob,active,yes
CY,Cy,active,no
DEE,Dee,active,yes
NEW,New,active,no
NEW,Again,active,no
XX,Wrong,asleep,
,Nobody,active,no
"""


def differences(found):
    return [(d.kind, d.account_number, d.line, d.ours, d.theirs) for d in found.differences.all()]


def test_each_difference_is_found_and_every_row_is_in_one_place(tmp_path):
    found = compare(tmp_path, FILE)
    assert differences(found) == [
        ("denial_lost", "ANN", 2, "active, opted out", "active, may be used"),
        ("denial_unknown", "BOB", 3, "active", "active, opted out"),
        ("state", "CY", 4, "discontinued", "active, may be used"),
        ("missing_here", "NEW", 6, "", "active, may be used"),
        ("unread", "NEW", 7, "", "account_number: An earlier row has the same. Keep one of them."),
        ("unread", "XX", 8, "", "status: It must be one of: active, discontinued."),
        ("unread", "", 9, "", "account_number: It is empty. Fill it in."),
        ("missing_there", "EVE", None, "active", ""),
    ]
    counts = dict(reconciling.counts(found))
    assert (found.rows, found.agree) == (8, 1)
    in_file = sum(n for kind, n in counts.items() if kind != Difference.Kind.MISSING_THERE)
    assert in_file + found.agree == found.rows


def test_it_changes_no_record_and_keeps_who_why_and_the_digest(tmp_path, staff):
    before = (list(Customer.objects.values()), list(Approval.objects.values()))
    officer = staff(roles.OFFICER)
    found = compare(tmp_path, FILE, by=officer)
    assert (list(Customer.objects.values()), list(Approval.objects.values())) == before
    assert found.digest == hashlib.sha256(FILE.encode()).hexdigest()
    assert (found.by, found.because, found.finished_at) == (officer, "After the migration", AT)


def test_a_file_that_agrees_has_no_difference_and_may_be_compared_again(tmp_path):
    text = "account_number,may_use,status\nANN,no,active\nBOB,yes,active\nCY,,discontinued\n"
    text += "DEE,no,\nEVE,yes,active\n"
    for _ in range(2):
        found = compare(tmp_path, text)
        assert (found.rows, found.agree, differences(found)) == (5, 5, [])


@pytest.mark.parametrize("column", ["opted_out", "may_use"])
def test_a_denial_that_became_an_empty_cell_is_lost(tmp_path, column):
    found = compare(tmp_path, f"account_number,status,{column}\nANN,active,\nBOB,active,\n")
    assert found.agree == 1
    assert differences(found)[0] == (
        *("denial_lost", "ANN", 2, "active, opted out", "active, choice not told"),
    )
    assert not found.differences.filter(account_number="BOB").exists()


def test_without_a_column_about_choices_it_says_that_none_can_be_found(tmp_path):
    found = compare(tmp_path, "Account Number\nANN\nBOB\nCY\nDEE\nEVE\n")
    assert (found.tells_choices, found.agree) == (False, 5)


@pytest.mark.parametrize(
    ("cells", "words"),
    [("maybe,", "opted_out: It must be yes or no."), ("yes,yes", "contradicts may_use")],
)
def test_a_choice_that_cannot_be_read_is_no_difference_but_told(tmp_path, cells, words):
    found = compare(tmp_path, f"account_number,opted_out,may_use\nANN,{cells}\n")
    unread = found.differences.get(kind="unread")
    assert words in unread.theirs
    # The row was there, so its customer is not said to be missing.
    assert not found.differences.filter(kind="missing_there", account_number="ANN").exists()


def test_a_file_without_accounts_is_refused(tmp_path):
    with pytest.raises(Refused, match="no column account_number"):
        compare(tmp_path, "name,status\nAnn,active\n")
    assert not Reconciliation.objects.exists()


def test_who_may_not_is_refused(tmp_path, staff):
    with pytest.raises(NotAllowed):
        compare(tmp_path, FILE, by=staff(roles.SUPERVISOR))


def upload(client, text=FILE):
    file = SimpleUploadedFile("export.csv", text.encode())
    address = reverse("admin:cpni_reconciliation_compare_file")
    return client.post(address, {"file": file, "because": "After the migration"}, follow=True)


def test_the_page_counts_and_each_number_opens_its_list(client_of):
    client = client_of(roles.OFFICER)
    answer = upload(client)
    table = answer.context["differences"]
    assert [one["number"] for one in table] == [1, 1, 1, 1, 3, 1]
    for one in table:
        assert client.get(one["address"]).context["cl"].result_count == one["number"]


def test_a_list_leaves_as_a_file_and_that_is_recorded(client_of):
    client = client_of(roles.OFFICER)
    one = upload(client).context["differences"][0]
    lines = b"".join(client.get(one["csv"]).streaming_content).decode().splitlines()
    assert lines == [
        "line,account_number,here,in_the_file",
        '2,ANN,"active, opted out","active, may be used"',
    ]
    assert Look.objects.filter(what="exported").count() == 1


def test_a_bad_file_is_named_with_its_remedy(client_of):
    answer = upload(client_of(roles.OFFICER), "name\nAnn\n")
    assert "account_number" in answer.context["form"].errors["file"][0]


def test_the_command_counts(tmp_path, capsys):
    file = tmp_path / "export.csv"
    file.write_text(FILE, encoding="utf-8")
    call_command("reconcile", file)
    said = capsys.readouterr().out
    assert "8 rows, 1 agree" in said
    assert "Opted out here, not in the file: 1" in said
    with pytest.raises(CommandError, match="no file"):
        call_command("reconcile", tmp_path / "none.csv")
