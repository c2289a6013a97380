"""``manage.py apply_roles``: put the roles of config/roles.py in force, after an upgrade."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.core.management.base import BaseCommand

from config import roles


class Command(BaseCommand):
    """Make every role hold exactly what config/roles.py says."""

    help = "Put the roles of config/roles.py in force."

    def handle(self, *args: Any, **options: Any) -> None:
        roles.apply(Group, Permission)
        self.stdout.write(f"{len(roles.ROLES)} roles are in force.")
