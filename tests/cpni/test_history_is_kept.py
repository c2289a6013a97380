"""Whatever door is tried, history is not changed and not removed."""

from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from accounts import history
from accounts.models import Customer
from config import roles
from cpni import protection
from cpni.checks import history_is_kept
from cpni.models import HistoryPurge, Seal, SealedPage, SealPublication
from cpni.sealed_tables import SealedTable, sealed_tables
from cpni.sealing import seal_due
from tests.factories.accounts import CustomerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

NOW = datetime(2026, 11, 23, 0, 20, tzinfo=UTC)
REFUSED = "history is kept"


def raw(sql, *params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


@pytest.fixture
def customer():
    return CustomerFactory(name="Anne Example")


def replace(customer):
    """SQLite's way to write over a row; PostgreSQL's is an upsert."""
    columns = "history_id, id, actor, account_number, name, kind, status, active_since, language"
    more = "email_notices_proof, history_date, history_type"
    table = "accounts_historicalcustomer"
    if connection.vendor == "sqlite":
        raw(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
    else:
        raw(
            f"INSERT INTO {table} ({columns}, {more}) SELECT {columns}, {more} FROM {table}"
            " ON CONFLICT (history_id) DO UPDATE SET name = 'x'"
        )


HISTORY = "accounts_historicalcustomer"
ATTEMPTS = [
    lambda c: Customer.history.filter(id=c.pk).update(name="Someone else"),
    lambda c: Customer.history.filter(id=c.pk).delete(),
    lambda c: Customer.history.all()._raw_delete("default"),
    lambda c: c.history.first().delete(),
    lambda c: Customer.history.bulk_update(
        [setattr(row, "name", "x") or row for row in c.history.all()], ["name"]
    ),
    lambda c: setattr(row := c.history.first(), "name", "x") or row.save(),
    lambda c: raw(f"UPDATE {HISTORY} SET name = name"),
    lambda c: raw(f"UPDATE {HISTORY} SET history_date = CURRENT_TIMESTAMP"),
    lambda c: raw(f"UPDATE {HISTORY} SET history_id = history_id + 1000000"),
    lambda c: raw(f"DELETE FROM {HISTORY}"),
    replace,
]


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_the_database_refuses(customer, attempt):
    before = list(Customer.history.values())
    with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic():
        attempt(customer)
    assert list(Customer.history.values()) == before


@pytest.mark.postgresql
@pytest.mark.parametrize("table", [HISTORY, "accounts_historicaluser_groups", "cpni_seal"])
def test_the_database_refuses_to_empty_a_table(table):
    with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic():
        raw(f"TRUNCATE {table} CASCADE")


def test_what_belongs_to_a_field_with_many_values_is_kept_too(staff):
    staff(roles.OFFICER)
    table = "accounts_historicaluser_groups"
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET group_id = group_id + 1"):
        with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic():
            raw(statement)


def test_seals_and_purges_are_kept_too():
    purge = HistoryPurge.objects.create(at=NOW, actor="Robin Hale", because="x")
    publication = SealPublication.objects.create(
        seal_number=1, channel="file", at=NOW, digest="0" * 64
    )
    seal_due(at=NOW)
    for record in (purge, publication, Seal.objects.get(), SealedPage.objects.first()):
        rows = type(record).objects.filter(pk=record.pk)
        with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic():
            rows._raw_delete("default")
        with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic():
            record.save(force_update=True)


def test_history_grows_as_before(customer):
    rows = customer.history.count()
    history.save(customer, by=None, because="Married")
    assert customer.history.count() == rows + 1


def test_every_tracked_table_of_the_installation_has_its_triggers():
    """A new one gets them from a migration that calls ``protection.protect`` again."""
    assert protection.faults() == []


def test_every_history_table_in_the_database_is_found():
    names = {table.name for table in sealed_tables()}
    tables = set(connection.introspection.table_names())
    assert {name for name in tables if "_historical" in name} <= names
    assert {"accounts_historicaluser_groups", "cpni_historicaloptoutrequest_uses"} <= names


def lose(table):
    """What a rebuilt table on SQLite, or a careless administrator, does."""
    if connection.vendor == "postgresql":
        raw(f"DROP TRIGGER {protection.KEPT} ON {table}")
    else:
        raw(f"DROP TRIGGER {table}_is_not_removed")


def test_a_lost_trigger_is_found_and_put_back(capsys):
    lose(HISTORY)
    assert [HISTORY in fault for fault in protection.faults()] == [True]
    assert [warning.id for warning in history_is_kept(databases=["default"])] == ["cpni.W001"]
    call_command("protect_history")
    assert HISTORY in capsys.readouterr().out
    assert protection.faults() == []
    assert history_is_kept(databases=["default"]) == []
    call_command("protect_history")
    assert "in place" in capsys.readouterr().out


@pytest.mark.postgresql
@pytest.mark.parametrize(
    "statement",
    [
        f"ALTER TABLE {HISTORY} DISABLE TRIGGER {protection.KEPT}",
        f"ALTER TABLE {HISTORY} DISABLE TRIGGER {protection.EMPTIED}",
        f"CREATE OR REPLACE TRIGGER {protection.KEPT} BEFORE UPDATE ON {HISTORY}"
        f" FOR EACH ROW EXECUTE FUNCTION {protection.KEPT}('history_id', 'purgeable')",
        f"CREATE OR REPLACE TRIGGER {protection.KEPT} BEFORE UPDATE OR DELETE ON {HISTORY}"
        f" FOR EACH ROW WHEN (false)"
        f" EXECUTE FUNCTION {protection.KEPT}('history_id', 'purgeable')",
        f"CREATE OR REPLACE TRIGGER {protection.KEPT} BEFORE UPDATE OR DELETE ON {HISTORY}"
        f" FOR EACH ROW EXECUTE FUNCTION {protection.KEPT}('history_id', 'purgeable', 'name')",
        f"CREATE OR REPLACE FUNCTION {protection.KEPT}() RETURNS trigger LANGUAGE plpgsql"
        " AS 'BEGIN RETURN NEW; END'",
    ],
)
def test_a_trigger_that_was_made_harmless_is_found(statement):
    raw(statement)
    assert len(protection.faults()) == 1
    protection.protect()
    assert protection.faults() == []


@pytest.mark.postgresql
def test_a_temporary_table_of_ones_own_opens_nothing(customer):
    raw("CREATE TEMPORARY TABLE cpni_openpurge (purge_id bigint) ON COMMIT DROP")
    raw(
        'CREATE TEMPORARY TABLE cpni_purgedrows (purge_id bigint, "table" text, first_key bigint,'
        " last_key bigint) ON COMMIT DROP"
    )
    raw("INSERT INTO pg_temp.cpni_openpurge VALUES (1)")
    raw(f"INSERT INTO pg_temp.cpni_purgedrows VALUES (1, '{HISTORY}', 0, 1000000)")
    with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic():
        raw(f"DELETE FROM {HISTORY}")


def encrypted(table="cpni_testhistory"):
    """A history table with an encrypted column, and its triggers."""
    binary = "bytea" if connection.vendor == "postgresql" else "blob"
    raw(f"CREATE TABLE {table} (history_id integer PRIMARY KEY, name text, scan {binary})")
    raw(f"INSERT INTO {table} VALUES (1, 'Anne', %s)", b"old")
    described = SealedTable(
        table, "test", "history_id", "", ("history_id", "name"), ("scan",), "", True
    )
    for statement in protection.creating(described):
        raw(statement)


def test_a_change_of_keys_may_replace_ciphertext_and_nothing_else():
    encrypted()
    raw("UPDATE cpni_testhistory SET scan = %s", b"new")
    for change in ("scan = NULL", "name = 'x', scan = NULL", "name = 'x'", "history_id = 2"):
        with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic():
            raw(f"UPDATE cpni_testhistory SET {change}")
    with connection.cursor() as cursor:
        cursor.execute("SELECT history_id, name, scan FROM cpni_testhistory")
        key, name, scan = cursor.fetchone()
    assert (key, name, bytes(scan)) == (1, "Anne", b"new")
