"""One period for each kind, so that the officer finds all of them in the list."""

from django.db import migrations

from cpni.retention_kinds import KINDS


def add_periods(apps, schema_editor):
    period = apps.get_model("cpni", "RetentionPeriod")
    for kind in KINDS:
        period.objects.get_or_create(kind=kind.code, defaults={"months": kind.months})


class Migration(migrations.Migration):
    dependencies = [("cpni", "0001_initial")]
    operations = [migrations.RunPython(add_periods, migrations.RunPython.noop)]
