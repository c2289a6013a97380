"""``manage.py verify_history``: its words, its exit code, and what it takes as published."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import Customer, Run
from cpni import sealed_tables, verifying
from cpni.models import Seal, SealCheck
from cpni.protection import unprotect
from cpni.seal_lines import line_of
from cpni.seal_state import seal_state
from cpni.sealing import seal_due
from tests.factories.accounts import CustomerFactory

pytestmark = pytest.mark.django_db

NIGHT = datetime(2026, 11, 21, 0, 20, tzinfo=UTC)
HISTORY = "accounts_historicalcustomer"


def raw(sql):
    with connection.cursor() as cursor:
        if sql.startswith("ALTER") and connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # or the test's own rows forbid it
        cursor.execute(sql)


@pytest.fixture(autouse=True)
def at_night():
    with time_machine.travel(NIGHT, tick=False):
        yield


@pytest.fixture
def key():
    """The first row of sealed history, of a customer with a name that must not be told."""
    CustomerFactory(name="Anne Example")
    CustomerFactory()
    seal_due(at=NIGHT)
    return Customer.history.earliest("history_id").history_id


def verify_history(*arguments):
    """What the command says, and the code that it leaves with."""
    out, code = StringIO(), 0
    try:
        call_command("verify_history", *arguments, stdout=out)
    except SystemExit as leaving:
        code = leaving.code
    return out.getvalue(), code


def test_history_that_is_as_it_was_leaves_with_zero(key):
    said, code = verify_history()
    assert code == 0
    assert said.startswith("History is as it was sealed: ")
    assert said.endswith("under 1 seals, the last of 2026-11-20.\n")


def test_nothing_sealed_yet_is_said():
    assert verify_history() == (
        "There is no seal yet: manage.py seal_history makes the first.\n",
        0,
    )


def test_the_first_row_that_was_altered_is_named_without_personal_data(key):
    unprotect()
    raw(f"UPDATE {HISTORY} SET name = 'Someone Else'")
    said, code = verify_history()
    assert code == 1
    customer = Customer.history.get(history_id=key).id
    assert f"Row {key} of {HISTORY}, history of customer {customer}, was altered" in said
    assert "2026-11-20" in said
    assert not {"Anne", "Someone"} & set(said.replace("'", " ").split())
    assert said.count(" was altered ") == 1


def test_all_are_named_up_to_a_limit_when_asked(key):
    unprotect()
    raw(f"DELETE FROM {HISTORY}")
    assert verify_history("--all")[0].count("was removed") == 2
    assert verify_history("--all", "--limit=1")[0].count("was removed") == 1


def test_the_answer_in_json(key):
    answer = json.loads(verify_history("--json")[0])
    assert (answer["ok"], answer["seals"], answer["problems"]) == (True, 1, [])
    unprotect()
    raw(f"DELETE FROM {HISTORY} WHERE history_id = {key}")
    said, code = verify_history("--json")
    answer = json.loads(said)
    (problem,) = answer["problems"]
    assert (code, answer["ok"]) == (1, False)
    assert (problem["kind"], problem["day"]) == ("removed", "2026-11-20")
    assert (problem["table"], problem["row"]) == (HISTORY, key)
    assert any(HISTORY in fault for fault in answer["triggers"])


def test_missing_triggers_alone_are_enough_to_leave_with_one(key):
    unprotect()
    said, code = verify_history()
    assert code == 1
    assert f"The triggers that keep {HISTORY} are not there" in said


def test_published_lines_are_compared(key, tmp_path):
    file = tmp_path / "lines.txt"
    file.write_text(f"> {line_of(Seal.objects.get())}\r\n")
    assert verify_history("--against", str(file))[1] == 0
    unprotect()
    raw("DELETE FROM cpni_sealedpage")
    raw("DELETE FROM cpni_seal")
    raw(f"UPDATE {HISTORY} SET name = 'x'")
    seal_due(at=NIGHT)
    said, code = verify_history("--against", str(file))
    assert code == 1
    assert "The seal of 2026-11-20 is not the one that was published" in said


def test_seals_that_no_published_line_speaks_for_are_remarked(key, tmp_path):
    (tmp_path / "lines.txt").write_text(line_of(Seal.objects.get()))
    seal_due(at=NIGHT + timedelta(days=1))
    said, code = verify_history("--against", str(tmp_path / "lines.txt"))
    assert code == 0
    assert "1 seals after 2026-11-20 are not among the published lines" in said


def test_a_file_without_lines_is_refused(tmp_path):
    (tmp_path / "empty.txt").write_text("Dear officer,")
    with pytest.raises(CommandError, match="no line that begins with CPNI-SEAL"):
        verify_history("--against", str(tmp_path / "empty.txt"))
    with pytest.raises(CommandError, match="cannot be read"):
        verify_history("--against", str(tmp_path / "gone.txt"))


# --- Tables that changed -------------------------------------------------------------------------


def test_a_column_that_is_gone_is_an_alarm_unless_a_migration_took_it(key, monkeypatch):
    unprotect()
    raw(f"ALTER TABLE {HISTORY} RENAME COLUMN email_notices_proof TO proof")
    said, _ = verify_history("--all")
    assert f"The column email_notices_proof of {HISTORY} is no longer as it was" in said
    assert said.count(" was altered ") == 0
    gone = {HISTORY: {"email_notices_proof": "0009_consents"}}
    monkeypatch.setattr("cpni.comparing.GONE", gone)
    answer = json.loads(verify_history("--json")[0])
    assert answer["problems"] == []
    assert "migration 0009_consents" in answer["remarks"][0]
    raw(f"DELETE FROM {HISTORY} WHERE history_id = {key}")
    assert json.loads(verify_history("--json")[0])["problems"][0]["kind"] == "removed"
    assert sealed_tables.GONE == {}


def test_a_column_that_is_added_later_changes_no_earlier_seal(key):
    raw(f"ALTER TABLE {HISTORY} ADD COLUMN born date")
    assert verify_history()[1] == 0


def test_a_table_that_is_gone_is_an_alarm(key):
    unprotect()
    raw(f"ALTER TABLE {HISTORY} RENAME TO elsewhere")
    assert f"The table {HISTORY} is no longer as it was" in verify_history()[0]


# --- The nightly verification --------------------------------------------------------------------


def test_the_nightly_verification_takes_turns(key, monkeypatch):
    for night in range(1, 10):
        seal_due(at=NIGHT + timedelta(days=night))
    at = NIGHT + timedelta(days=9)
    monkeypatch.setattr(verifying, "RECENT", 2)
    ticks = iter(range(1000))
    monkeypatch.setattr(verifying.time, "monotonic", lambda: next(ticks))
    verifying.verify_some(at=at, seconds=3)
    assert set(SealCheck.objects.values_list("seal_number", flat=True)) == {10, 9, 1, 2, 3}
    verifying.verify_some(at=at + timedelta(hours=1), seconds=3)
    latest = SealCheck.objects.filter(checked_at__gt=at).values_list("seal_number", flat=True)
    assert set(latest) == {10, 9, 4, 5, 6}


def test_what_it_finds_is_kept_with_the_seal_and_in_the_run(key):
    unprotect()
    raw(f"UPDATE {HISTORY} SET name = 'x' WHERE history_id = {key}")
    run = verifying.verify_some(at=NIGHT)
    assert f"Row {key} of {HISTORY}" in SealCheck.objects.get().problem
    assert run.counts["problems"] > 1  # the triggers, besides
    state = seal_state(NIGHT)
    assert state.wrong == run.counts["problems"]
    assert f"Row {key} of {HISTORY}" in state.detail
    assert Run.objects.get().error == ""


def test_a_last_seal_that_was_removed_is_missed_by_what_was_verified(key):
    verifying.verify_some(at=NIGHT)
    unprotect()
    raw("DELETE FROM cpni_sealedpage")
    raw("DELETE FROM cpni_seal")
    said, code = verify_history()
    assert code == 1
    assert "All seals from number 1 to 1 are missing." in said
