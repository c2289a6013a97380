"""The database refuses to change or remove history (cpni/protection.py says what, and why).

It must come after every migration that makes or changes a history table: one that comes later
repeats this operation, as a new table has no triggers yet and SQLite loses those of a table that it
rebuilds. tests/cpni/test_history_is_kept.py and ``manage.py check`` tell.
"""

from django.db import migrations

from cpni import protection


def keep(apps, schema_editor):
    protection.protect()


def let_go(apps, schema_editor):
    protection.unprotect()


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0001_roles"),
        ("accounts", "0002_cache_table"),
        ("notices", "0004_approved_notice_gains_nothing"),
        ("cpni", "0005_filed_certificate_is_fixed"),
    ]
    operations = [migrations.RunPython(keep, let_go)]
