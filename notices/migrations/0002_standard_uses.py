"""Install the standard catalogue of uses."""

from django.db import migrations

from notices.catalogue import install


def install_uses(apps, schema_editor):
    install(apps.get_model("notices", "Use"))


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_initial")]
    operations = [migrations.RunPython(install_uses, migrations.RunPython.noop)]
