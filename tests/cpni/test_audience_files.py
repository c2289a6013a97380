"""A list of account numbers comes back marked, and expires with its day."""

import csv
import io
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts.errors import Refused
from accounts.models import Customer, Look, LookShown, Service
from config import roles
from cpni import audience_files, optouts
from cpni.assuming import assume_due
from cpni.models import AudienceFile
from cpni.tasks import mark_audience, mark_audiences
from notices.models import Use
from tests.factories.accounts import CarrierFactory, CustomerFactory
from tests.factories.cpni import OptOutRequestFactory, RecipientFactory
from tests.factories.notices import DeliveryFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]
LONG_AGO = date(2020, 1, 1)
NOW = datetime(2026, 11, 23, 18, tzinfo=UTC)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        CarrierFactory()
        yield NOW.date()


@pytest.fixture
def numbers(today):
    """Four lines: approved, opted out, merged, and nobody's, who is a formula."""
    approved, objected, merged = (CustomerFactory(account_number=f"A-{n}") for n in (1, 2, 3))
    DeliveryFactory(customer=approved, mailed_on=datetime(2026, 10, 1, tzinfo=UTC).date())
    assume_due(on=today)
    optouts.apply(OptOutRequestFactory(), customer=objected, on=today, by=None, because="x")
    merged.status, merged.discontinued_on, merged.merged_into = "merged", today, approved
    merged.save()
    return b"Name,Account number\r\nAnn,A-1\r\nBea,A-2\r\nCem,A-3\r\nDan,=1+1\r\n\r\n"


def asked(content, **kwargs):
    file = AudienceFile(use=Use.objects.get(code="agents"), because="Spring offer", **kwargs)
    upload = SimpleUploadedFile("x.csv", content)
    audience_files.ask(file, upload, on=NOW.date(), at=NOW, by=None)
    return file


def rows_of(content):
    return list(csv.DictReader(io.StringIO(content.decode())))


def test_each_line_comes_back_with_its_answer(numbers):
    file = asked(numbers)
    assert file.lines == 4
    mark_audience(file.pk)
    file.refresh_from_db()
    with audience_files.download(file, on=NOW.date(), by=None) as content:
        rows = rows_of(content.read())
    assert [(row["account_number"], row["allowed"], row["reason"]) for row in rows] == [
        ("A-1", "yes", "assumed"),
        ("A-2", "no", "opted_out"),
        ("A-3", "no", "merged"),
        ("'=1+1", "no", "unknown_account"),
    ]
    assert rows[0]["section"] == "64.2003(l); 64.2008(d)(1)"
    assert {row["list_expires"] for row in rows} == {"2026-11-23"}
    assert rows[0]["yes_until"] == "2028-10-01"
    assert rows[2]["words"] == "Merged: ask about account A-1"
    assert file.counts == {"assumed": 1, "opted_out": 1, "merged": 1, "unknown_account": 1}
    assert not file.uploaded


def test_the_recipient_counts(numbers):
    agent = RecipientFactory(ended_on=NOW.date().replace(day=1))
    file = asked(numbers, recipient=agent)
    mark_audience(file.pk)
    file.refresh_from_db()
    assert file.counts == {"recipient_not_current": 2, "merged": 1, "unknown_account": 1}


def test_numbers_without_a_header_are_taken_too(numbers):
    file = asked(b"A-1\nA-2\n")
    mark_audience(file.pk)
    file.refresh_from_db()
    assert file.counts == {"assumed": 1, "opted_out": 1}


def test_marked_twice_is_marked_once_and_what_lost_its_message_is_found(numbers, monkeypatch):
    file = asked(numbers)
    monkeypatch.setattr(mark_audience, "delay", mark_audience)
    mark_audiences()
    file.refresh_from_db()
    assert file.marked_at == NOW
    assert audience_files.mark(file.pk) is False


def test_a_list_expires_with_its_day_and_is_deleted(numbers):
    file = asked(numbers)
    mark_audience(file.pk)
    file.refresh_from_db()
    storage, name = file.marked.storage, file.marked.name
    with time_machine.travel(datetime(2026, 11, 24, 18, tzinfo=UTC), tick=False):
        with pytest.raises(Refused, match="expired with November 23, 2026"):
            audience_files.download(file, on=datetime(2026, 11, 24, tzinfo=UTC).date(), by=None)
        mark_audiences()
    assert not storage.exists(name)


@pytest.mark.parametrize("content", [b"\n\n", b"account_number\n"])
def test_a_file_that_names_no_account_is_refused(content):
    with pytest.raises(Refused, match="names no account"):
        asked(content)


def test_a_file_that_is_no_text_is_refused_by_its_line():
    with pytest.raises(Refused, match="cannot be read as CSV in UTF-8"):
        asked(b"A-1\n\xff\xfe\x00\n")


def test_a_character_that_no_account_number_has_is_refused_at_the_upload():
    with pytest.raises(Refused, match=r"Line 2 .*NUL"):
        asked(b"A-1\r\nA\x00-2\r\n")
    assert not AudienceFile.objects.exists()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"A-1\r\nA\x00-2\r\n", "Line 2 holds a character that no account number has"),
        (b"A-1\n\xff\xfe\x00\n", "cannot be read as CSV in UTF-8"),
        (b"account_number\n", "The file names no account"),
    ],
)
def test_the_page_says_what_is_wrong_with_a_list(content, says, client_of):
    given = {
        "use": Use.objects.get(code="agents").pk,
        "because": "Spring",
        "upload": SimpleUploadedFile("x.csv", content),
    }
    page = client_of(roles.MARKETING).post(reverse("admin:cpni_audiencefile_add"), given)
    assert says in page.content.decode()
    assert not AudienceFile.objects.exists()


def test_marketing_uploads_watches_and_downloads_and_it_is_recorded(numbers, client_of):
    client = client_of(roles.MARKETING)
    add = reverse("admin:cpni_audiencefile_add")
    use = Use.objects.get(code="agents")
    upload = SimpleUploadedFile("x.csv", numbers)
    answer = client.post(add, {"use": use.pk, "upload": upload, "because": "Spring"}, follow=True)
    assert answer.status_code == 200, answer.content
    file = AudienceFile.objects.get()
    assert (
        "0 of 4 lines"
        in client.get(reverse("admin:cpni_audiencefile_change", args=[file.pk])).content.decode()
    )
    mark_audience(file.pk)
    page = client.get(reverse("admin:cpni_audiencefile_change", args=[file.pk]))
    assert "Opted out" in page.content.decode()
    act = reverse("admin:cpni_audiencefile_download_list", args=[file.pk])
    got = client.post(act, {"because": "For the dialler"})
    assert got["Content-Disposition"].endswith('-only-2026-11-23.csv"')
    assert len(rows_of(b"".join(got.streaming_content))) == 4
    look = Look.objects.get(what="exported")
    assert (look.rows, "For the dialler" in look.detail) == (4, True)
    shown = LookShown.objects.filter(look_id=look.pk).values("customer_id")
    found = Customer.objects.filter(pk__in=shown).values_list("account_number", flat=True)
    assert set(found) == {"A-1", "A-2", "A-3"}


def test_a_list_for_marketing_within_a_category_says_in_which(numbers, client_of):
    Service.objects.create(
        customer=Customer.objects.get(account_number="A-1"),
        category="wireless",
        telephone_number="+18015550134",
        started_on=LONG_AGO,
    )
    within = Use.objects.get(code="same-category")
    add, client = reverse("admin:cpni_audiencefile_add"), client_of(roles.MARKETING)
    given = {"use": within.pk, "because": "Spring"}
    upload = SimpleUploadedFile("x.csv", numbers)
    answer = client.post(add, {**given, "upload": upload}).content.decode()
    assert "Say of which category the service is that it offers" in answer
    for category, expected in (("wireless", "within_services"), ("long_distance", "no_service")):
        upload = SimpleUploadedFile("x.csv", numbers)
        client.post(add, {**given, "upload": upload, "offered": category})
        file = AudienceFile.objects.latest("pk")
        mark_audience(file.pk)
        file.refresh_from_db()
        with audience_files.download(file, on=NOW.date(), by=None) as content:
            assert rows_of(content.read())[0]["reason"] == expected


def test_the_command_marks_what_is_too_large_for_the_page(numbers, tmp_path, capsys):
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_bytes(numbers)
    call_command("scrub_accounts", source, target, use="agents", because="Spring calls")
    assert [row["reason"] for row in rows_of(target.read_bytes())] == [
        "assumed",
        "opted_out",
        "merged",
        "unknown_account",
    ]
    kept = AudienceFile.objects.get()
    assert (kept.because, kept.lines, kept.counts["assumed"]) == ("Spring calls", 4, 1)
    assert not audience_files.to_mark(at=NOW)
    with pytest.raises(CommandError, match="exists"):
        call_command("scrub_accounts", source, target, use="agents", because="x")
    with pytest.raises(CommandError, match="no use"):
        call_command("scrub_accounts", source, tmp_path / "b.csv", use="nothing", because="x")
    with pytest.raises(CommandError, match="register"):
        call_command(
            "scrub_accounts", source, tmp_path / "b.csv", use="agents", because="x", recipient="X"
        )
