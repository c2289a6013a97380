"""Create the roles. Their permissions do not exist yet while migrating, so create those first."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

from config import roles


def create_roles(apps, schema_editor):
    for name in ("accounts", "notices", "cpni"):
        create_permissions(installed.get_app_config(name), verbosity=0)
    roles.apply(apps.get_model("auth", "Group"), apps.get_model("auth", "Permission"))


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("accounts", "0001_initial"),
        ("notices", "0001_initial"),
        ("cpni", "0001_initial"),
    ]
    operations = [migrations.RunPython(create_roles, migrations.RunPython.noop)]
