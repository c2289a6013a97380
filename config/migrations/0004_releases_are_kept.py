"""Releases of locks are kept like history, and tries again, as SQLite rebuilt their table."""

from django.db import migrations

from cpni import protection


def keep(apps, schema_editor):
    protection.protect()


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0003_changed_tables_are_kept"),
        ("accounts", "0004_tries_are_counted"),
    ]
    operations = [migrations.RunPython(keep, migrations.RunPython.noop)]
