"""The database itself refuses to change the text of an approved notice.

On SQLite a migration that rebuilds notices_noticetext or notices_notice drops the triggers with the
old table: repeat this operation after it (tests/notices/test_approved_text_is_fixed.py tells).
"""

from django.db import migrations

POSTGRESQL = """
CREATE FUNCTION notices_text_is_fixed() RETURNS trigger AS $$
BEGIN
  -- Locked, so that whoever approves the notice at this moment waits and reads these words.
  PERFORM 1 FROM notices_notice WHERE id = OLD.notice_id FOR NO KEY UPDATE;
  IF (SELECT status FROM notices_notice WHERE id = OLD.notice_id) <> 'draft' THEN
    RAISE EXCEPTION 'the text of an approved notice cannot change';
  END IF;
  RETURN NEW;
END $$ LANGUAGE plpgsql;
CREATE TRIGGER notices_text_is_fixed BEFORE UPDATE ON notices_noticetext
  FOR EACH ROW EXECUTE FUNCTION notices_text_is_fixed();
CREATE FUNCTION notices_notice_is_fixed() RETURNS trigger AS $$
BEGIN
  RAISE EXCEPTION 'an approved notice cannot change';
END $$ LANGUAGE plpgsql;
CREATE TRIGGER notices_notice_is_fixed BEFORE UPDATE ON notices_notice
  FOR EACH ROW WHEN (OLD.status <> 'draft') EXECUTE FUNCTION notices_notice_is_fixed();
"""
SQLITE = (
    """
CREATE TRIGGER notices_text_is_fixed BEFORE UPDATE ON notices_noticetext
WHEN (SELECT status FROM notices_notice WHERE id = OLD.notice_id) <> 'draft'
BEGIN SELECT RAISE(ABORT, 'the text of an approved notice cannot change'); END
""",
    """
CREATE TRIGGER notices_notice_is_fixed BEFORE UPDATE ON notices_notice
WHEN OLD.status <> 'draft'
BEGIN SELECT RAISE(ABORT, 'an approved notice cannot change'); END
""",
)


def fix(apps, schema_editor):
    statements = (POSTGRESQL,) if schema_editor.connection.vendor == "postgresql" else SQLITE
    for statement in statements:
        schema_editor.execute(statement)


def unfix(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    for table, name in (
        ("notices_noticetext", "notices_text_is_fixed"),
        ("notices_notice", "notices_notice_is_fixed"),
    ):
        schema_editor.execute(f"DROP TRIGGER {name}" + (f" ON {table}" if postgresql else ""))
        if postgresql:
            schema_editor.execute(f"DROP FUNCTION {name}")


class Migration(migrations.Migration):
    dependencies = [("notices", "0002_standard_uses")]
    operations = [migrations.RunPython(fix, unfix)]
