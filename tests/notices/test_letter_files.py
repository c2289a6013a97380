"""Files of letters: made once, by whoever is there, and discarded when they have been mailed."""

import csv
import hashlib
import io
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pypdf
import pytest
from django.core.files.storage import default_storage

from accounts.encryption import FILE_FORMAT
from accounts.errors import Refused
from notices import campaigns, letter_files, letters, typesetting
from notices.models import LetterFile
from notices.tasks import discard_letters, make_letters, start_due_campaigns
from tests.factories.accounts import CarrierFactory, CustomerFactory
from tests.factories.notices import CampaignFactory, DeliveryFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data", "small_files")]
AT = datetime(2026, 11, 23, 17, tzinfo=UTC)
NAMES = ("Ann Lee", "=HYPERLINK(1)", "#panic()", "Bea Ríos", "王小明")


@pytest.fixture
def small_files(settings, tmp_path, monkeypatch):
    """Two letters in a file, set one at a time."""
    monkeypatch.setattr(letter_files, "PER_FILE", 2)
    monkeypatch.setattr(typesetting, "AT_ONCE", 1)


@pytest.fixture
def clock(time_machine):
    time_machine.move_to(AT, tick=False)
    return time_machine


@pytest.fixture
def campaign(reference_data, clock):
    CarrierFactory()
    campaign = CampaignFactory(running=True)
    for name in NAMES:
        DeliveryFactory(campaign=campaign, customer=CustomerFactory(name=name), state="queued")
    return campaign


@pytest.fixture
def batch(campaign):
    return letters.make_batch(campaign, by=None, because="Printing day", at=AT)


@pytest.fixture
def asked(batch):
    assert letter_files.ask_for(batch, by=None, because="To print", at=AT) == 3
    return batch


def opened(batch):
    content = b"".join(letter_files.archive(batch, by=None, at=AT))
    return zipfile.ZipFile(io.BytesIO(content))


def stored():
    return sorted(name for name in default_storage.names() if name.startswith("letters/"))


def confirm(batch, **kwargs):
    return letters.confirm_mailed(
        batch,
        on=date(2026, 11, 23),
        proof="PS Form 3600",
        by=None,
        because="Handed over",
        today=date(2026, 11, 24),
        **kwargs,
    )


def test_every_letter_is_in_one_file_and_the_manifest_says_where(asked):
    make_letters(asked.pk)
    whole = opened(asked)
    rows = list(csv.DictReader(io.StringIO(whole.read("manifest.csv").decode())))
    assert {row["reference"] for row in rows} == {d.reference for d in asked.deliveries.all()}
    assert {"'=HYPERLINK(1)", "#panic()"} < {row["name"] for row in rows}
    for row in rows:
        pdf = pypdf.PdfReader(io.BytesIO(whole.read(row["file"])))
        for page in range(int(row["first page"]), int(row["last page"]) + 1):
            assert row["reference"] in pdf.pages[page - 1].extract_text()
    assert {row["file"] for row in rows} == {
        name for name in whole.namelist() if name.endswith(".pdf")
    }


def test_the_checksums_are_those_of_the_files(asked):
    make_letters(asked.pk)
    whole = opened(asked)
    lines = whole.read("SHA256SUMS").decode().splitlines()
    assert len(lines) == 3
    for line in lines:
        digest, name = line.split("  ")
        assert hashlib.sha256(whole.read(name)).hexdigest() == digest


def test_the_files_are_sealed_where_they_lie(asked):
    make_letters(asked.pk)
    assert len(stored()) == 6
    for name in stored():
        assert Path(default_storage.path(name)).read_bytes().startswith(FILE_FORMAT)


def test_a_worker_that_is_told_to_stop_leaves_the_rest_to_the_next_at_once(asked):
    steps = iter([False, False, False, False, True])
    assert letter_files.make(asked.pk, stopping=lambda: next(steps, True)) == 1
    first = LetterFile.objects.get(number=1)
    assert letter_files.make(asked.pk) == 2
    assert LetterFile.objects.get(number=1).made_at == first.made_at
    assert set(LetterFile.objects.values_list("claims", flat=True)) == {1}


def test_what_a_killed_worker_began_is_made_anew_after_a_while_and_nothing_else(asked, clock):
    class Killed(BaseException):
        pass

    steps = iter([False] * 4)

    def stopping():
        if next(steps, None) is None:
            raise Killed
        return False

    with pytest.raises(Killed):
        letter_files.make(asked.pk, stopping=stopping)
    made = {f.number: f.sha256 for f in LetterFile.objects.exclude(made_at=None)}
    assert list(made) == [1]
    assert letter_files.make(asked.pk) == 1  # the second is still held
    clock.move_to(AT + letter_files.LEASE + timedelta(seconds=1), tick=False)
    assert letter_files.to_make(at=AT + timedelta(hours=1)) == [asked.pk]
    assert letter_files.make(asked.pk) == 1
    assert [f.claims for f in LetterFile.objects.order_by("number")] == [1, 2, 1]
    assert LetterFile.objects.get(number=1).sha256 == made[1]
    assert len(stored()) == 6


def test_a_worker_that_comes_back_after_another_took_over_writes_nothing(asked, clock):
    late = letter_files._claim(asked.pk, at=AT)
    clock.move_to(AT + timedelta(hours=1), tick=False)
    make_letters(asked.pk)
    before = stored()
    assert letter_files._make(late, lambda: False) is False
    assert stored() == before


def test_a_file_that_fails_again_and_again_waits_for_a_person(asked, monkeypatch, clock):
    def broken(letters, head):
        raise RuntimeError("no fonts")
        yield

    with monkeypatch.context() as patched:
        patched.setattr(typesetting, "typeset", broken)
        for _ in range(3 * letter_files.CLAIMS):
            with pytest.raises(RuntimeError):
                make_letters(asked.pk)
    assert letter_files.to_make(at=AT) == []
    assert letter_files.progress(asked, at=AT).failed == 3
    with pytest.raises(Refused, match="not all made"):
        letter_files.archive(asked, by=None, at=AT)
    assert letter_files.ask_for(asked, by=None, because="Mended", at=AT) == 3
    make_letters(asked.pk)
    assert letter_files.progress(asked, at=AT).complete


def test_the_schedule_finds_letters_whose_message_was_lost(asked, monkeypatch):
    nudged = []
    monkeypatch.setattr(make_letters, "apply_async", lambda args, **kwargs: nudged.append(args))
    start_due_campaigns()
    assert nudged == [(asked.pk,)]


def test_letters_are_asked_for_once(asked):
    with pytest.raises(Refused, match="made, or being made"):
        letter_files.ask_for(asked, by=None, because="Again", at=AT)


def test_nothing_is_handed_out_before_all_is_made_or_after_a_cancellation(asked):
    with pytest.raises(Refused, match="not all made"):
        letter_files.archive(asked, by=None, at=AT)
    make_letters(asked.pk)
    campaigns.cancel(asked.campaign, by=None, because="Wrong text")
    with pytest.raises(Refused, match="must not be mailed"):
        letter_files.archive(asked, by=None, at=AT)
    discard_letters()
    assert stored() == []


def test_making_letters_is_no_mailing(asked):
    make_letters(asked.pk)
    opened(asked)
    assert set(asked.deliveries.values_list("state", "mailed_on", "assume_from")) == {
        ("batched", None, None)
    }


def test_files_are_deleted_thirty_days_after_the_mailing_and_their_digests_stay(asked, clock):
    make_letters(asked.pk)
    digests = list(LetterFile.objects.values_list("sha256", flat=True))
    clock.move_to(AT + timedelta(days=90), tick=False)
    discard_letters()
    assert len(stored()) == 6  # nobody has confirmed the mailing
    confirm(asked)
    clock.move_to(AT + timedelta(days=119), tick=False)
    discard_letters()
    assert len(stored()) == 6
    clock.move_to(AT + timedelta(days=121), tick=False)
    discard_letters()
    assert stored() == []
    assert list(LetterFile.objects.values_list("sha256", flat=True)) == digests
    assert letter_files.progress(asked, at=AT).discarded


def test_letters_that_were_left_over_are_made_with_their_next_batch(asked, campaign):
    left = asked.deliveries.order_by("pk").last()
    confirm(asked, not_mailed=[left.reference])
    make_letters(asked.pk)
    rest = letters.make_batch(campaign, by=None, because="The rest", at=AT)
    assert letter_files.ask_for(rest, by=None, because="To print", at=AT) == 1
    make_letters(rest.pk)
    manifest = opened(rest).read("manifest.csv").decode()
    assert left.reference in manifest
    assert left.reference not in opened(asked).read("manifest.csv").decode()


def test_a_name_that_looks_like_markup_is_in_the_file_as_written(asked):
    make_letters(asked.pk)
    whole = opened(asked)
    text = "".join(
        page.extract_text()
        for name in whole.namelist()
        if name.endswith(".pdf")
        for page in pypdf.PdfReader(io.BytesIO(whole.read(name))).pages
    )
    assert "Dear #panic()," in text
