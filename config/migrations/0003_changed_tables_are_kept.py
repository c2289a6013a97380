"""Tables of history that were changed get their triggers anew (see 0002)."""

from django.db import migrations

from cpni import protection


def keep(apps, schema_editor):
    protection.protect()


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0002_history_is_kept"),
        ("accounts", "0003_change_is_told_in_several_places"),
        ("notices", "0005_messages_about_changes"),
    ]
    operations = [migrations.RunPython(keep, migrations.RunPython.noop)]
