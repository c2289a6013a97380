"""The database refuses to add a text, or a use that is asked for, to an approved notice.

Migration 0003 fixes what an approved notice says; without this one a text in another language or a
use that the text does not speak of could still be added to it, or a draft's be moved to it. What is
said there of rebuilt tables on SQLite holds here too (notices_notice_uses is the third table).
"""

from django.db import migrations

MESSAGE = "an approved notice cannot change"
# Trigger, when it fires, table.
TRIGGERS = (
    ("notices_text_is_not_added", "INSERT", "notices_noticetext"),
    ("notices_text_is_not_moved", "UPDATE OF notice_id", "notices_noticetext"),
    ("notices_use_is_not_added", "INSERT", "notices_notice_uses"),
    ("notices_use_is_not_changed", "UPDATE", "notices_notice_uses"),
)
APPROVED = "(SELECT status FROM notices_notice WHERE id = NEW.notice_id) <> 'draft'"
FUNCTION = f"""
CREATE FUNCTION notices_approved_gains_nothing() RETURNS trigger AS $$
BEGIN
  PERFORM 1 FROM notices_notice WHERE id = NEW.notice_id FOR NO KEY UPDATE;
  IF {APPROVED} THEN RAISE EXCEPTION '{MESSAGE}'; END IF;
  RETURN NEW;
END $$ LANGUAGE plpgsql
"""


def fix(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    if postgresql:
        schema_editor.execute(FUNCTION)
    for name, event, table in TRIGGERS:
        schema_editor.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW "
            + (
                "EXECUTE FUNCTION notices_approved_gains_nothing()"
                if postgresql
                else f"WHEN {APPROVED} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            )
        )


def unfix(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    for name, _, table in TRIGGERS:
        schema_editor.execute(f"DROP TRIGGER {name}" + (f" ON {table}" if postgresql else ""))
    if postgresql:
        schema_editor.execute("DROP FUNCTION notices_approved_gains_nothing")


class Migration(migrations.Migration):
    dependencies = [("notices", "0003_approved_text_is_fixed")]
    operations = [migrations.RunPython(fix, unfix)]
