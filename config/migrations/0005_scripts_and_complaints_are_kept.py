"""The tables of scripts, readings and complaints get the triggers of 0002 (see there)."""

from django.db import migrations

from cpni import protection


def keep(apps, schema_editor):
    protection.protect()


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0004_releases_are_kept"),
        ("cpni", "0005_standard_scripts"),
    ]
    operations = [migrations.RunPython(keep, migrations.RunPython.noop)]
