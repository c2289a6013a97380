"""Whatever a database administrator does to sealed history, the first day, table and row are named.

Each test takes the triggers off, as only the owner of the database can, and tampers with raw SQL.
"""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from accounts import history
from accounts.models import Customer, User
from config import roles
from cpni import row_entries
from cpni.models import OptOutRequest, Seal
from cpni.problems import Kind
from cpni.protection import unprotect
from cpni.seal_lines import line_of, read_lines
from cpni.sealed_tables import sealed_models
from cpni.sealing import chained, seal_due
from cpni.verifying import verify
from notices.models import Use
from tests.factories.accounts import CustomerFactory
from tests.factories.cpni import OptOutRequestFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

NIGHT = datetime(2026, 11, 21, 0, 20, tzinfo=UTC)
DAY = timedelta(days=1)
LATER = NIGHT + 2 * DAY
HISTORY = "accounts_historicalcustomer"


def raw(sql, *params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.rowcount


@pytest.fixture
def sealed():
    """Three nights: four rows, none, two rows. Then the triggers are gone."""
    customers = [CustomerFactory() for _ in range(4)]
    seal_due(at=NIGHT)
    seal_due(at=NIGHT + DAY)
    for customer in customers[:2]:
        history.save(customer, by=None, because="Moved")
    seal_due(at=LATER)
    assert list(Seal.objects.order_by("number").values_list("number", "rows"))[1] == (2, 0)
    assert verify(at=LATER).problems == []
    unprotect()
    return list(Customer.history.order_by("history_id"))


def only(**options):
    (problem,) = verify(at=LATER, limit=10, **options).problems
    return problem


@pytest.mark.parametrize(("place", "day"), [(0, 20), (2, 20), (3, 20), (4, 22), (5, 22)])
def test_an_altered_row_is_named(sealed, place, day):
    row = sealed[place]
    raw(f"UPDATE {HISTORY} SET name = 'Someone else' WHERE history_id = %s", row.history_id)
    problem = only()
    assert (problem.kind, problem.day.day) == (Kind.ALTERED, day)
    assert (problem.table, problem.key) == (HISTORY, row.history_id)
    assert problem.record == f"customer {row.id}"
    assert "Someone" not in problem.words


@pytest.mark.parametrize(("place", "day"), [(0, 20), (2, 20), (3, 20), (4, 22), (5, 22)])
def test_a_removed_row_is_named(sealed, place, day):
    row = sealed[place]
    raw(f"DELETE FROM {HISTORY} WHERE history_id = %s", row.history_id)
    problem = only()
    assert (problem.kind, problem.day.day) == (Kind.REMOVED, day)
    assert (problem.table, problem.key) == (HISTORY, row.history_id)
    assert problem.record == f"customer {row.id}"


def slip_in(key, of):
    fields = [f.column for f in Customer.history.model._meta.concrete_fields]
    others = ", ".join(f for f in fields if f != "history_id")
    raw(
        f"INSERT INTO {HISTORY} (history_id, {others}) SELECT %s, {others} FROM {HISTORY}"
        " WHERE history_id = %s",
        key,
        of,
    )


def test_a_row_slipped_in_where_there_was_a_gap_is_named():
    CustomerFactory()
    first = Customer.history.latest("history_id").history_id
    unprotect()
    raw(f"UPDATE {HISTORY} SET history_id = history_id + 20000")  # keys that were rolled back
    seal_due(at=LATER)
    for key in (first + 1, first + 12_000, -5):
        slip_in(key, first + 20_000)
    found = verify(at=LATER, limit=10).problems
    assert {(p.kind, p.key) for p in found} == {
        (Kind.SLIPPED_IN, key) for key in (first + 1, first + 12_000, -5)
    }


def test_rows_are_found_on_any_of_many_pages():
    CustomerFactory()
    first = Customer.history.latest("history_id").history_id
    for page in range(1, 130):
        slip_in(page << row_entries.PAGE_BITS, first)
    seal_due(at=LATER)
    assert verify(at=LATER).problems == []
    unprotect()
    gone = [page << row_entries.PAGE_BITS for page in (64, 129)]
    raw(f"DELETE FROM {HISTORY} WHERE history_id IN (%s, %s)", *gone)
    assert [(p.kind, p.key) for p in verify(at=LATER, limit=9).problems] == [
        (Kind.REMOVED, key) for key in gone
    ]


def test_the_first_of_several_is_named_and_all_when_asked(sealed):
    raw(f"UPDATE {HISTORY} SET name = 'x' WHERE history_id = %s", sealed[5].history_id)
    raw(f"DELETE FROM {HISTORY} WHERE history_id = %s", sealed[1].history_id)
    (first,) = verify(at=LATER).problems
    assert (first.kind, first.key) == (Kind.REMOVED, sealed[1].history_id)
    keys = [problem.key for problem in verify(at=LATER, limit=10).problems]
    assert keys == [sealed[1].history_id, sealed[5].history_id]


def test_a_table_that_was_emptied_is_named_row_by_row(sealed):
    raw(f"DELETE FROM {HISTORY}")
    found = verify(at=LATER, limit=50).problems
    assert [p.key for p in found] == [row.history_id for row in sealed]
    assert {p.kind for p in found} == {Kind.REMOVED}


def test_every_tracked_table_is_sealed_with_all_its_columns(staff):
    """Each history table gets a row, and each column of it is altered: every time it is noticed."""
    request = OptOutRequestFactory(all_uses=False)
    request.uses.add(Use.objects.first())
    staff(roles.OFFICER)
    seal_due(at=LATER)
    unprotect()
    manifest = json.loads(Seal.objects.get().manifest)
    for model in sealed_models():
        part = manifest["tables"][model._meta.db_table]
        covered = {*part["columns"], *part["encrypted"]}
        assert covered == {field.column for field in model._meta.concrete_fields}


@pytest.mark.parametrize(
    ("model", "field", "column"),
    [(User, "groups", "group_id"), (OptOutRequest, "uses", "use_id")],
)
def test_the_history_of_a_field_with_many_values_is_sealed_too(staff, model, field, column):
    if model is User:
        record = staff(roles.OFFICER)
    else:
        record = OptOutRequestFactory(all_uses=False)
        record.uses.add(Use.objects.first())
    seal_due(at=LATER)
    unprotect()
    table = f"{model.history.model._meta.db_table}_{field}"
    assert raw(f"UPDATE {table} SET {column} = {column} + 100") == 1
    problem = only()
    assert (problem.kind, problem.table) == (Kind.ALTERED, table)
    assert problem.record == f"{model._meta.verbose_name} {record.pk}"


HARD = [
    ("", "x"),
    ("a", "b"),
    ("a,b", "(a,b)"),
    ('"', '\\"'),
    ("\n", "\r\n"),
    ("null", "NULL"),
    ("é", "e\u0301"),
    ("\u2028", "\u2029"),
    ("1", "01"),
    ("😀", "\\U0001f600"),
    (" ", "  "),
    ("t", "f"),
]


@pytest.mark.parametrize("pair", HARD)
def test_contents_that_look_alike_are_told_apart(pair):
    """What is moved from one column to the next, or written another way, is an alteration."""
    one, other = pair
    customer = CustomerFactory(name="Anne", email_notices_proof="")
    key = customer.history.first().history_id
    unprotect()
    raw(f"UPDATE {HISTORY} SET name = %s, actor = %s WHERE history_id = %s", one, other, key)
    seal_due(at=LATER)
    assert verify(at=LATER).problems == []
    for name, actor in ((other, one), (one + other, ""), (other, other), (one, one)):
        raw(f"UPDATE {HISTORY} SET name = %s, actor = %s WHERE history_id = %s", name, actor, key)
        assert only().kind is Kind.ALTERED, (name, actor)
    raw(f"UPDATE {HISTORY} SET name = %s, actor = %s WHERE history_id = %s", one, other, key)
    assert verify(at=LATER).problems == []


@pytest.mark.parametrize(
    "change",
    [
        "history_change_reason = NULL",
        "history_change_reason = 'NULL'",
        "history_type = '-'",
        "discontinued_on = '2026-01-01'",
        "history_date = '2026-11-20 10:00:00.000001+00:00'",
    ],
)
def test_nothing_and_empty_and_a_millionth_of_a_second_are_told_apart(change):
    customer = CustomerFactory()
    unprotect()
    raw(f"UPDATE {HISTORY} SET history_change_reason = ''")
    customer.history.update(history_date=datetime(2026, 11, 20, 10, tzinfo=UTC))
    seal_due(at=LATER)
    raw(f"UPDATE {HISTORY} SET {change}")
    assert only().kind is Kind.ALTERED


@pytest.mark.postgresql
def test_the_settings_of_a_session_change_no_digest(sealed):
    for setting in (
        "TimeZone = 'Asia/Kathmandu'",
        "DateStyle = 'ISO, DMY'",
        "IntervalStyle = 'sql_standard'",
        "bytea_output = 'escape'",
        "extra_float_digits = -2",
    ):
        raw(f"SET LOCAL {setting}")
    assert verify(at=LATER).problems == []


# --- The seals themselves ------------------------------------------------------------------------


def test_a_seal_that_was_edited_is_named(sealed):
    raw("UPDATE cpni_seal SET rows = 7 WHERE number = 2")
    problem = only()
    assert (problem.kind, problem.day.isoformat()) == (Kind.SEAL_CHANGED, "2026-11-21")


def test_a_manifest_that_was_edited_is_named(sealed):
    raw("UPDATE cpni_seal SET manifest = 'x' WHERE number = 1")
    assert (only().kind, only().day.day) == (Kind.SEAL_CHANGED, 20)


def test_a_page_that_was_edited_to_fit_an_altered_row_is_named(sealed):
    raw(f"UPDATE {HISTORY} SET name = 'x' WHERE history_id = %s", sealed[0].history_id)
    seal = Seal.objects.get(number=1)
    page = seal.pages.get(table=HISTORY)
    from cpni.sealing import parts_of

    part = next(p for p in parts_of(seal) if p.form.table == HISTORY)
    ((_, entries),) = row_entries.pages(part.form, part.after, part.upto)
    type(page).objects.filter(pk=page.pk).update(entries=entries)
    problem = only()
    assert (problem.kind, problem.day.day, problem.table) == (Kind.SEAL_CHANGED, 20, HISTORY)


def test_a_page_that_was_removed_is_named(sealed):
    raw("DELETE FROM cpni_sealedpage WHERE seal_id = 3")
    found = verify(at=LATER, limit=10).problems
    assert {(p.kind, p.day.day) for p in found} == {(Kind.SEAL_CHANGED, 22)}


@pytest.mark.parametrize(("number", "day"), [(1, 21), (2, 21)])
def test_a_seal_that_was_removed_is_named(sealed, number, day):
    remove_seal(number)
    (first, *_) = verify(at=LATER, limit=10).problems
    assert (first.kind, first.day.day) == (Kind.SEAL_MISSING, day)


def test_a_last_seal_that_was_removed_is_named_by_what_was_published(sealed):
    lines = "\n".join(line_of(seal) for seal in Seal.objects.all())
    remove_seal(3)
    (problem,) = verify(at=LATER - DAY, published=read_lines(lines), limit=9).problems
    assert (problem.kind, problem.day.day) == (Kind.SEAL_MISSING, 22)


def test_days_that_nobody_sealed_are_named(sealed):
    assert verify(at=LATER + DAY).problems == []  # its seal is due any minute
    (problem,) = verify(at=LATER + 2 * DAY).problems
    assert (problem.kind, problem.day.day) == (Kind.SEAL_MISSING, 23)
    assert "2 days wait" in problem.words


def remove_seal(number):
    raw("DELETE FROM cpni_sealedpage WHERE seal_id = %s", number)
    raw("DELETE FROM cpni_seal WHERE number = %s", number)


def test_a_chain_that_was_made_anew_is_found_out_by_what_was_published(sealed):
    """The administrator alters a row and makes every seal again: only the lines outside tell."""
    kept = "\n".join(line_of(seal) for seal in Seal.objects.all())
    raw(f"UPDATE {HISTORY} SET name = 'x' WHERE history_id = %s", sealed[0].history_id)
    raw("DELETE FROM cpni_sealedpage")
    raw("DELETE FROM cpni_seal")
    seal_due(at=NIGHT)
    seal_due(at=NIGHT + DAY)
    seal_due(at=LATER)
    assert verify(at=LATER).problems == []
    problem = verify(at=LATER, published=read_lines(kept)).problems[0]
    assert (problem.kind, problem.day.day) == (Kind.REWRITTEN, 20)
    assert "made anew" in problem.words


def test_one_seal_that_was_made_anew_does_not_fit_the_next(sealed):
    seal = Seal.objects.get(number=2)
    manifest = seal.manifest.replace("2026-11-22T00:20", "2026-11-22T00:21")
    assert manifest != seal.manifest
    raw(
        "UPDATE cpni_seal SET manifest = %s, digest = %s WHERE number = 2",
        manifest,
        chained(seal.previous, manifest),
    )
    assert (only().kind, only().day.day) == (Kind.SEAL_CHANGED, 22)
