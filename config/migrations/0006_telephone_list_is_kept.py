"""The telephone list and its tries get the triggers of 0002; bindings' history gained a column."""

from django.db import migrations

from cpni import protection


def keep(apps, schema_editor):
    protection.protect()


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0005_scripts_and_complaints_are_kept"),
        ("notices", "0005_telephone_tasks"),
    ]
    operations = [migrations.RunPython(keep, migrations.RunPython.noop)]
