"""The database itself refuses to change an approved script: it is what a customer agreed to.

On SQLite a migration that rebuilds cpni_script drops the trigger with the old table: repeat this
operation after it (tests/cpni/test_scripts.py tells).
"""

from django.db import migrations

POSTGRESQL = """
CREATE FUNCTION cpni_script_is_fixed() RETURNS trigger AS $$
BEGIN
  RAISE EXCEPTION 'an approved script cannot change';
END $$ LANGUAGE plpgsql;
CREATE TRIGGER cpni_script_is_fixed BEFORE UPDATE ON cpni_script
  FOR EACH ROW WHEN (OLD.status <> 'draft') EXECUTE FUNCTION cpni_script_is_fixed();
"""
SQLITE = """
CREATE TRIGGER cpni_script_is_fixed BEFORE UPDATE ON cpni_script
WHEN OLD.status <> 'draft'
BEGIN SELECT RAISE(ABORT, 'an approved script cannot change'); END
"""


def fix(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    schema_editor.execute(POSTGRESQL if postgresql else SQLITE)


def unfix(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    schema_editor.execute(
        "DROP TRIGGER cpni_script_is_fixed" + (" ON cpni_script" if postgresql else "")
    )
    if postgresql:
        schema_editor.execute("DROP FUNCTION cpni_script_is_fixed")


class Migration(migrations.Migration):
    dependencies = [("cpni", "0002_retention_periods")]
    operations = [migrations.RunPython(fix, unfix)]
