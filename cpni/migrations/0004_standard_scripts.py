"""Install the standard scripts, so that a call can be taken on the first day."""

from django.db import migrations
from django.utils import timezone

from cpni.standard_scripts import install


def install_scripts(apps, schema_editor):
    install(apps.get_model("cpni", "Script"), at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [("cpni", "0003_approved_script_is_fixed")]
    operations = [migrations.RunPython(install_scripts, migrations.RunPython.noop)]
