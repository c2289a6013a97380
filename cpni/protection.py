"""The database itself refuses to change or remove history, whoever asks through the application.

There are two exemptions. An UPDATE that changes nothing but the bytes of encrypted columns is let
through, as a change of keys needs it: what is encrypted is bound to its row and proves itself. A
DELETE is let through inside ``history_purges.history_purge``, for rows that its record names.

Whoever owns the database can take triggers away. That is what the seals are for; and
:func:`faults` tells, every night and in ``manage.py check``.
"""

from collections.abc import Iterator
from typing import Any

from django.db import connection

from cpni.models import OpenPurge
from cpni.sealed_tables import SealedTable, kept_tables

KEPT, EMPTIED = "cpni_history_is_kept", "cpni_history_is_not_emptied"
MESSAGE = "history is kept, it cannot be changed or removed"
OPEN, PURGED = "cpni_openpurge", "cpni_purgedrows"

# Arguments: the key's column, whether rows may be purged, the encrypted columns.
KEPT_BODY = f"""
DECLARE
  was jsonb := to_jsonb(OLD);
  becomes jsonb;
  sealed_column text;
  kept bigint;
BEGIN
  IF TG_OP = 'UPDATE' AND TG_NARGS > 2 THEN
    becomes := to_jsonb(NEW);
    FOREACH sealed_column IN ARRAY TG_ARGV[2:] LOOP
      IF (was ->> sealed_column IS NULL) <> (becomes ->> sealed_column IS NULL) THEN
        RAISE EXCEPTION '{MESSAGE} (%)', TG_TABLE_NAME;
      END IF;
    END LOOP;
    IF was - TG_ARGV[2:] = becomes - TG_ARGV[2:] THEN
      RETURN NEW;
    END IF;
  ELSIF TG_OP = 'DELETE' AND TG_ARGV[1] = 'purgeable' THEN
    kept := (was ->> TG_ARGV[0])::bigint;
    IF EXISTS (SELECT 1 FROM {OPEN} o JOIN {PURGED} p ON p.purge_id = o.purge_id
               WHERE p."table" = TG_TABLE_NAME AND kept BETWEEN p.first_key AND p.last_key) THEN
      RETURN OLD;
    END IF;
  END IF;
  RAISE EXCEPTION '{MESSAGE} (%)', TG_TABLE_NAME;
END """
EMPTIED_BODY = f"""
BEGIN
  RAISE EXCEPTION '{MESSAGE} (%)', TG_TABLE_NAME;
END """
BODIES = {KEPT: KEPT_BODY, EMPTIED: EMPTIED_BODY}
# pg_trigger.tgtype: for each row 1, before 2, delete 8, update 16, truncate 32.
TYPES = {KEPT: 1 | 2 | 8 | 16, EMPTIED: 2 | 32}


def protect() -> list[str]:
    """Put the triggers on every history table that there is; repeating it changes nothing.

    For migrations and ``manage.py protect_history``. Returns the names of the tables.
    """
    tables = _present()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Rows that this transaction has written may wait for their checks, and PostgreSQL
            # changes no table until they are done; as Django's own schema editor does.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
            cursor.execute("SELECT quote_ident(current_schema())")
            (schema,) = cursor.fetchone()
            for name, body in BODIES.items():
                # A temporary table of the caller's must not stand in for the purge's.
                cursor.execute(
                    f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql"
                    f" SET search_path = pg_catalog, {schema}, pg_temp AS $body${body}$body$"
                )
        for table in tables:
            for statement in creating(table):
                cursor.execute(statement)
    return [table.name for table in tables]


def unprotect() -> None:
    """Take the triggers away: the way back of the migration that put them there."""
    with connection.cursor() as cursor:
        for table in _present():
            if connection.vendor == "postgresql":
                for name in BODIES:
                    cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {_quoted(table.name)}")
            else:
                for name in _sqlite_triggers(table):
                    cursor.execute(f"DROP TRIGGER IF EXISTS {_quoted(name)}")
        if connection.vendor == "postgresql":
            for name in BODIES:
                cursor.execute(f"DROP FUNCTION IF EXISTS {name}()")


def faults() -> list[str]:
    """What the database would let through that it should refuse, one sentence each."""
    found = list(_postgresql_faults() if connection.vendor == "postgresql" else _sqlite_faults())
    if OPEN in _table_names() and OpenPurge.objects.exists():
        found.append(f"A purge was left open: {OPEN} must be empty between transactions.")
    return found


def _present() -> list[SealedTable]:
    """The tables that are to be kept and that exist, which a migration may not have made yet."""
    names = _table_names()
    return [table for table in kept_tables() if table.name in names]


def _table_names() -> set[str]:
    return set(connection.introspection.table_names())


def creating(table: SealedTable) -> Iterator[str]:
    """The statements that put the triggers on ``table``."""
    if connection.vendor == "postgresql":
        arguments = ", ".join(f"'{argument}'" for argument in _arguments(table))
        name = _quoted(table.name)
        yield (
            f"CREATE OR REPLACE TRIGGER {KEPT} BEFORE UPDATE OR DELETE ON {name}"
            f" FOR EACH ROW EXECUTE FUNCTION {KEPT}({arguments})"
        )
        yield f"ALTER TABLE {name} ENABLE TRIGGER {KEPT}"  # replacing one leaves it disabled
        yield (
            f"CREATE OR REPLACE TRIGGER {EMPTIED} BEFORE TRUNCATE ON {name}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {EMPTIED}()"
        )
        yield f"ALTER TABLE {name} ENABLE TRIGGER {EMPTIED}"
    else:
        for name, statement in _sqlite_triggers(table).items():
            yield f"DROP TRIGGER IF EXISTS {_quoted(name)}"
            yield statement


def _arguments(table: SealedTable) -> list[str]:
    return [table.key, "purgeable" if table.purgeable else "never", *table.replaceable]


def _sqlite_triggers(table: SealedTable) -> dict[str, str]:
    """Name and statement of each trigger of ``table`` on SQLite.

    ``INSERT OR REPLACE`` removes rows too; settings.py has ``recursive_triggers`` on, so that it
    meets the trigger on DELETE.
    """
    name, refuse = (
        _quoted(table.name),
        f"BEGIN SELECT RAISE(ABORT, '{MESSAGE} ({table.name})'); END",
    )
    on_update = on_delete = ""
    if table.replaceable:
        changed = [f"OLD.{_quoted(c)} IS NOT NEW.{_quoted(c)}" for c in table.columns]
        changed += [
            f"(OLD.{_quoted(c)} IS NULL) <> (NEW.{_quoted(c)} IS NULL)" for c in table.replaceable
        ]
        on_update = f" WHEN {' OR '.join(changed)}"
    if table.purgeable:
        on_delete = (
            f" WHEN NOT EXISTS (SELECT 1 FROM {OPEN} o JOIN {PURGED} p ON p.purge_id = o.purge_id"
            f" WHERE p.\"table\" = '{table.name}'"
            f" AND OLD.{_quoted(table.key)} BETWEEN p.first_key AND p.last_key)"
        )
    update, delete = f"{table.name}_is_kept", f"{table.name}_is_not_removed"
    return {
        update: f"CREATE TRIGGER {_quoted(update)} BEFORE UPDATE ON {name}{on_update} {refuse}",
        delete: f"CREATE TRIGGER {_quoted(delete)} BEFORE DELETE ON {name}{on_delete} {refuse}",
    }


def _sqlite_faults() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        found = dict(cursor.fetchall())
    for table in _present():
        if any(found.get(name) != sql for name, sql in _sqlite_triggers(table).items()):
            yield _fault(table)


def _postgresql_faults() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, t.tgname, t.tgtype, t.tgargs FROM pg_trigger t"
            " JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc f ON f.oid = t.tgfoid"
            " WHERE t.tgname = ANY(%s) AND t.tgenabled IN ('O', 'A') AND t.tgqual IS NULL"
            " AND f.proname = t.tgname AND pg_table_is_visible(c.oid)",
            [list(BODIES)],
        )
        found: dict[tuple[str, str], Any] = {
            (table, name): (kind, [part.decode() for part in bytes(given).split(b"\0")[:-1]])
            for table, name, kind, given in cursor.fetchall()
        }
        cursor.execute(
            "SELECT proname, prosrc FROM pg_proc WHERE proname = ANY(%s)"
            " AND pg_function_is_visible(oid)",
            [list(BODIES)],
        )
        sources = dict(cursor.fetchall())
    present = _present()
    for name, body in BODIES.items():
        if present and sources.get(name) != body:
            yield f"The function {name} is not ours. {REMEDY}"
    for table in present:
        wanted = {
            (table.name, KEPT): (TYPES[KEPT], _arguments(table)),
            (table.name, EMPTIED): (TYPES[EMPTIED], []),
        }
        if any(found.get(place) != trigger for place, trigger in wanted.items()):
            yield _fault(table)


REMEDY = "Find out who changed it, then run manage.py protect_history."


def _fault(table: SealedTable) -> str:
    return f"The triggers that keep {table.name} are not there as they should be. {REMEDY}"


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
