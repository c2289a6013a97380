"""The database itself refuses to change an annual certificate that was filed.

On SQLite a migration that rebuilds cpni_annualcertificate drops the trigger with the old table:
repeat this operation after it.
"""

from django.db import migrations

POSTGRESQL = """
CREATE FUNCTION cpni_certificate_is_filed() RETURNS trigger AS $$
BEGIN
  RAISE EXCEPTION 'a filed certificate cannot change';
END $$ LANGUAGE plpgsql;
CREATE TRIGGER cpni_certificate_is_filed BEFORE UPDATE ON cpni_annualcertificate
  FOR EACH ROW WHEN (OLD.state = 'filed') EXECUTE FUNCTION cpni_certificate_is_filed();
"""
SQLITE = """
CREATE TRIGGER cpni_certificate_is_filed BEFORE UPDATE ON cpni_annualcertificate
WHEN OLD.state = 'filed'
BEGIN SELECT RAISE(ABORT, 'a filed certificate cannot change'); END
"""


def fix(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    schema_editor.execute(POSTGRESQL if postgresql else SQLITE)


def unfix(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    schema_editor.execute(
        "DROP TRIGGER cpni_certificate_is_filed"
        + (" ON cpni_annualcertificate" if postgresql else "")
    )
    if postgresql:
        schema_editor.execute("DROP FUNCTION cpni_certificate_is_filed")


class Migration(migrations.Migration):
    dependencies = [("cpni", "0004_standard_scripts")]
    operations = [migrations.RunPython(fix, unfix)]
