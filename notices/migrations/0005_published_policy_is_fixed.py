"""The database refuses to change a published policy version, or to add to what it declares.

What is said in migration 0003 of rebuilt tables on SQLite holds here too, for notices_policyversion
and notices_policyuse (tests/notices/test_published_policy_is_fixed.py tells).
"""

from django.db import migrations

MESSAGE = "a published policy version cannot change"
# Trigger, when it fires, table, for which rows.
PUBLISHED = (
    "(SELECT status FROM notices_policyversion WHERE id = {row}.policy_version_id) <> 'draft'"
)
TRIGGERS = (
    ("notices_policy_is_fixed", "UPDATE", "notices_policyversion", "OLD.status <> 'draft'"),
    ("notices_policy_use_is_not_added", "INSERT", "notices_policyuse", PUBLISHED.format(row="NEW")),
    (
        "notices_policy_use_is_not_changed",
        "UPDATE",
        "notices_policyuse",
        PUBLISHED.format(row="OLD"),
    ),
    ("notices_policy_use_is_not_moved", "UPDATE", "notices_policyuse", PUBLISHED.format(row="NEW")),
)


def function(name, table, fixed):
    """PL/pgSQL: the version is locked, so that whoever publishes it at this moment waits."""
    lock = ""
    if table == "notices_policyuse":
        lock = (
            "PERFORM 1 FROM notices_policyversion WHERE id = NEW.policy_version_id"
            " FOR NO KEY UPDATE;"
        )
    return (
        f"CREATE FUNCTION {name}() RETURNS trigger AS $$ BEGIN {lock}"
        f" IF {fixed} THEN RAISE EXCEPTION '{MESSAGE}'; END IF;"
        " RETURN NEW; END $$ LANGUAGE plpgsql"
    )


def fix(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    for name, event, table, fixed in TRIGGERS:
        if postgresql:
            schema_editor.execute(function(name, table, fixed))
        schema_editor.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW "
            + (
                f"EXECUTE FUNCTION {name}()"
                if postgresql
                else f"WHEN {fixed} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            )
        )


def unfix(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    for name, _, table, _ in TRIGGERS:
        schema_editor.execute(f"DROP TRIGGER {name}" + (f" ON {table}" if postgresql else ""))
        if postgresql:
            schema_editor.execute(f"DROP FUNCTION {name}")


class Migration(migrations.Migration):
    dependencies = [("notices", "0004_approved_notice_gains_nothing")]
    operations = [migrations.RunPython(fix, unfix)]
