"""Post batches in the admin: letters made, looked after and downloaded; the mailing proved."""

import io
import zipfile
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Look, LookShown
from config import roles
from notices import letter_files
from notices.models import LetterFile, MailingStatement, PostBatch
from notices.tasks import make_letters
from tests.factories.accounts import CustomerFactory
from tests.factories.notices import CampaignFactory, DeliveryFactory

pytestmark = pytest.mark.usefixtures("today")
PDF = b"%PDF-1.7\nstatement\n%%EOF\n"


@pytest.fixture
def batch(db):
    campaign = CampaignFactory(running=True)
    batch = PostBatch.objects.create(
        campaign=campaign, created_at=datetime(2026, 11, 20, tzinfo=UTC), size=2
    )
    for name in ("Ann Example", "#panic()"):
        customer = CustomerFactory(name=name)
        DeliveryFactory(campaign=campaign, customer=customer, state="batched", batch=batch)
    return batch


@pytest.fixture
def officer(client_of):
    return client_of(roles.OFFICER)


@pytest.fixture
def asked(officer, address, batch):
    page = address("notices_postbatch", "make_letters", batch.pk)
    officer.post(page, {"because": "To print"}, follow=True)
    return batch


def test_letters_are_asked_for_by_a_post_and_made_by_a_worker(officer, address, said, batch):
    page = address("notices_postbatch", "make_letters", batch.pk)
    assert "#10 window envelopes" in officer.get(page).content.decode()
    assert not LetterFile.objects.exists()
    answer = officer.post(page, {"because": "To print"}, follow=True)
    assert said(answer) == ["1 file is being made."]
    assert batch.history.first().history_change_reason == "To print"
    shown = answer.content.decode()
    assert "0 of 2 letters" in shown
    assert "<progress" in shown
    assert "hx-get" in shown


def test_the_page_asks_how_far_it_is_until_all_is_made(officer, address, asked):
    part = address("notices_postbatch", "progress", asked.pk)
    LetterFile.objects.update(typeset=1)
    during = officer.get(part).content.decode()
    assert "1 of 2 letters" in during
    assert "hx-get" in during
    make_letters(asked.pk)
    answer = officer.get(part)
    assert answer["HX-Refresh"] == "true"
    assert "hx-get" not in answer.content.decode()
    assert LetterFile.objects.get().sha256 in answer.content.decode()


def test_a_file_that_failed_is_said_and_can_be_asked_for_again(officer, address, said, asked):
    LetterFile.objects.update(claims=letter_files.CLAIMS)
    part = officer.get(address("notices_postbatch", "progress", asked.pk)).content.decode()
    assert "1 failed" in part
    assert "hx-get" not in part
    page = address("notices_postbatch", "make_letters", asked.pk)
    assert said(officer.post(page, {"because": "Again"}, follow=True)) == ["1 file is being made."]


def test_downloading_is_an_export_that_is_recorded(officer, client_of, address, asked):
    make_letters(asked.pk)
    page = address("notices_postbatch", "download_letters", asked.pk)
    for role in (roles.SUPERVISOR, roles.AUDITOR):
        assert client_of(role).post(page, {"because": "x"}).status_code == 403
    assert "data of 2 customers" in officer.get(page).content.decode()
    assert not Look.objects.filter(what="exported").exists()
    answer = officer.post(page, {"because": "For the mail house"})
    assert answer["Content-Disposition"] == f'attachment; filename="letters-{asked.pk}.zip"'
    whole = zipfile.ZipFile(io.BytesIO(answer.getvalue()))
    assert set(whole.namelist()) == {
        f"letters-{asked.pk}-001.pdf",
        "SHA256SUMS",
        "manifest.csv",
    }
    look = Look.objects.get(what="exported")
    assert (look.rows, look.record_id) == (2, asked.pk)
    assert look.detail.endswith("reason: For the mail house")
    assert LookShown.objects.filter(look_id=look.pk).count() == 2
    asked.refresh_from_db()
    assert asked.exported_at is not None


def test_nothing_can_be_downloaded_before_it_is_made(officer, address, asked, said):
    page = address("notices_postbatch", "download_letters", asked.pk)
    assert said(officer.get(page, follow=True)) == [
        "“Download letters” is not possible for this record now."
    ]
    assert "not all made" in officer.post(page, {"because": "x"}).content.decode()


def mailed(client, page, content=PDF, **kwargs):
    form = {"on": "2026-11-23", "proof": "PS Form 3602, 17", "because": "Receipt came"}
    scan = SimpleUploadedFile("Ann Example.pdf", content)
    return client.post(page, {**form, "scan": scan, **kwargs}, follow=True)


def test_files_that_are_mailed_on_several_days_are_confirmed_on_each(
    officer, address, said, batch, monkeypatch
):
    monkeypatch.setattr(letter_files, "PER_FILE", 1)
    officer.post(address("notices_postbatch", "make_letters", batch.pk), {"because": "To print"})
    make_letters(batch.pk)
    page = address("notices_postbatch", "mailed", batch.pk)
    first, second = LetterFile.objects.all()
    assert f"{first}, 1 letter not confirmed" in officer.get(page).content.decode()
    answer = mailed(officer, page, on="2026-11-22", only=[first.pk])
    assert said(answer) == [
        "1 letter has its mailing date. 1 letter of this one not confirmed yet."
    ]
    with time_machine.travel("2026-11-23T18:30Z", tick=False):
        assert "only" not in officer.get(page).context["form"].fields  # there is one left
        assert said(mailed(officer, page)) == ["1 letter has its mailing date."]
    days = {date(2026, 11, 22): first.deliveries, date(2026, 11, 23): second.deliveries}
    for day, ids in days.items():
        (letter,) = batch.deliveries.filter(mailed_on=day, state="sent")
        assert [letter.pk] == ids
        assert letter.history.filter(state="sent").count() == 1
    assert MailingStatement.objects.count() == 2


def test_the_statement_of_mailing_is_kept_with_the_batch(officer, client_of, address, batch):
    mailed(officer, address("notices_postbatch", "mailed", batch.pk))
    statement = MailingStatement.objects.get()
    assert (statement.batch, statement.mailed_on) == (batch, date(2026, 11, 23))
    assert "Ann" not in statement.scan.name
    assert not statement.scan.storage.path(statement.scan.name).endswith(".pdf")
    scan = client_of(roles.AUDITOR).get(address("notices_mailingstatement", "scan", statement.pk))
    assert scan.getvalue() == PDF
    assert scan["Content-Disposition"].startswith("attachment")
    page = officer.get(address("notices_postbatch", "change", batch.pk)).content.decode()
    assert "PS Form 3602, 17" in page


@pytest.mark.parametrize("content", [b"<html><script>", b"%PDF-1.7 cut off", b""])
def test_what_is_no_scan_is_no_proof_and_no_clock_starts(officer, address, batch, content):
    answer = mailed(officer, address("notices_postbatch", "mailed", batch.pk), content)
    assert answer.context["form"].errors["scan"]
    assert not MailingStatement.objects.exists()
    assert set(batch.deliveries.values_list("state", flat=True)) == {"batched"}
