"""A seal for each day, made once however often and late the job runs, and published outside."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import override_settings

from accounts import history
from accounts.models import Customer, Run
from cpni import sealing_job, tasks
from cpni.checks import seals_leave_the_database
from cpni.models import Seal, SealPublication
from cpni.seal_lines import line_of, publish, read_lines
from cpni.sealing import parts_of, seal_due
from cpni.verifying import verify
from tests.factories.accounts import CustomerFactory

pytestmark = pytest.mark.django_db

NIGHT = datetime(2026, 11, 21, 0, 20, tzinfo=UTC)
DAY = timedelta(days=1)


def part(seal, table="accounts_historicalcustomer"):
    return next(p for p in parts_of(seal) if p.form.table == table)


def test_a_day_is_sealed_once_however_often_it_is_asked():
    CustomerFactory()
    (seal,) = seal_due(at=NIGHT)
    assert (seal.day, seal.number) == (date(2026, 11, 20), 1)
    assert part(seal).rows == 1
    assert seal_due(at=NIGHT) == seal_due(at=NIGHT + timedelta(hours=23)) == []
    assert Seal.objects.count() == 1


def test_a_day_without_rows_has_its_seal():
    seal_due(at=NIGHT)
    (seal,) = seal_due(at=NIGHT + DAY)
    assert (seal.day, seal.number, part(seal).rows) == (date(2026, 11, 21), 2, 0)


def test_nights_that_were_missed_are_caught_up_each_with_its_own_rows():
    seal_due(at=NIGHT)
    for days in (0, 2, 2):
        with time_machine.travel(NIGHT + days * DAY, tick=False):
            CustomerFactory()
    seals = seal_due(at=NIGHT + 4 * DAY)
    assert [s.day.day for s in seals] == [21, 22, 23, 24]
    assert [part(s).rows for s in seals] == [1, 0, 2, 0]
    assert verify(at=NIGHT + 4 * DAY).problems == []


def test_a_row_that_is_dated_ahead_of_its_time_holds_nothing_up():
    seal_due(at=NIGHT)
    customer = CustomerFactory()
    history.record_ids(
        Customer, [customer.pk], by=None, because="x", at=datetime(2099, 1, 1, tzinfo=UTC)
    )
    with time_machine.travel(NIGHT, tick=False):
        CustomerFactory()
    first, second = seal_due(at=NIGHT + 2 * DAY)
    assert part(first).rows + part(second).rows == 3
    assert verify(at=NIGHT + 2 * DAY).problems == []


def test_each_seal_is_chained_to_the_one_before():
    first, second = [seal_due(at=NIGHT + n * DAY)[0] for n in range(2)]
    assert first.previous == "0" * 64
    assert second.previous == first.digest != second.digest


# --- Publishing ----------------------------------------------------------------------------------


@pytest.fixture
def outside(settings, tmp_path):
    """Both channels, as an operator sets them up."""
    settings.SEAL_EMAIL = ["officer@wasatch.example"]
    settings.SEAL_FILE = str(tmp_path / "seals.txt")
    return tmp_path / "seals.txt"


def test_the_line_of_each_seal_leaves_by_mail_and_into_the_file_once(outside):
    for n in (0, 0, 1):
        sealing_job.seal_and_publish(at=NIGHT + n * DAY)
    lines = [line_of(seal) for seal in Seal.objects.order_by("number")]
    assert outside.read_text().splitlines() == lines
    assert [message.to for message in mail.outbox] == [["officer@wasatch.example"]] * 2
    assert all(line in message.body for line, message in zip(lines, mail.outbox, strict=True))
    assert SealPublication.objects.count() == 4
    assert sealing_job.seal_and_publish(at=NIGHT + DAY) is None


def test_a_line_can_be_read_from_a_quoted_and_wrapped_message():
    (seal,) = seal_due(at=NIGHT)
    pasted = "> " + line_of(seal).replace(" rows", "\r\n> rows") + "\n> -- \n"
    (found,) = read_lines(f"On Friday the desk wrote:\n{pasted}")
    assert (found.day, found.number, found.digest) == (seal.day, 1, seal.digest)


def test_what_could_not_be_published_is_said_and_tried_again(outside, settings, tmp_path):
    settings.SEAL_FILE = str(tmp_path / "not there" / "seals.txt")
    with pytest.raises(sealing_job.NotPublished, match=r"1 seals could not .* by file"):
        sealing_job.seal_and_publish(at=NIGHT)
    run = Run.objects.get(name=sealing_job.JOB)
    assert (run.error, run.counts["published"], run.counts["failed_to_publish"]) == (
        "NotPublished",
        1,
        1,
    )
    assert len(mail.outbox) == 1
    settings.SEAL_FILE = str(outside)
    run = sealing_job.seal_and_publish(at=NIGHT + timedelta(hours=1))
    assert (run.error, run.counts["published"]) == ("", 1)
    assert outside.read_text() == f"{line_of(Seal.objects.get())}\n"
    assert len(mail.outbox) == 1


@override_settings(
    EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
    EMAIL_PORT=1,
    EMAIL_HOST="127.0.0.1",
)
def test_a_relay_that_is_down_holds_no_seal_up(outside):
    with pytest.raises(sealing_job.NotPublished, match="ConnectionRefusedError"):
        sealing_job.seal_and_publish(at=NIGHT)
    assert Seal.objects.count() == 1
    assert outside.exists()


def test_an_installation_that_publishes_nowhere_is_warned(settings):
    seal_due(at=NIGHT)
    assert publish(at=NIGHT) == (0, [])
    assert [warning.id for warning in seals_leave_the_database()] == ["cpni.W002"]
    settings.SEAL_EMAIL = ["officer@wasatch.example"]
    assert seals_leave_the_database() == []


# --- The job and the command ---------------------------------------------------------------------


def runs():
    return list(Run.objects.order_by("pk").values_list("name", flat=True))


def test_the_job_seals_and_verifies_once_a_day_and_leaves_no_run_when_idle():
    for hours in (0, 1, 5):
        with time_machine.travel(NIGHT + timedelta(hours=hours), tick=False):
            tasks.seal_history()
    assert runs() == ["seal history", "verify history"]
    with time_machine.travel(NIGHT + DAY, tick=False):
        tasks.seal_history()
    assert runs() == ["seal history", "verify history"] * 2
    assert Run.objects.filter(name="verify history").first().counts["problems"] == 0


def test_history_is_verified_even_when_its_seal_cannot_be_published(outside, settings):
    settings.SEAL_FILE = "/"
    with time_machine.travel(NIGHT, tick=False), pytest.raises(sealing_job.NotPublished):
        tasks.seal_history()
    assert runs() == ["seal history", "verify history"]


def command(name, *arguments):
    out = StringIO()
    call_command(name, *arguments, stdout=out)
    return out.getvalue()


def test_the_command_prints_the_lines_and_then_that_there_is_nothing_to_do():
    with time_machine.travel(NIGHT, tick=False):
        first, again = command("seal_history"), command("seal_history")
    assert first == f"{line_of(Seal.objects.get())}\n"
    assert "already" in again


def test_the_command_leaves_with_an_error_when_a_line_did_not_leave(settings):
    settings.SEAL_FILE = "/"
    refused = pytest.raises(CommandError, match="tried again every hour")
    with time_machine.travel(NIGHT, tick=False), refused:
        command("seal_history")
    assert Seal.objects.count() == 1
