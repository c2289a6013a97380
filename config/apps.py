"""The wiring's app, and the admin site that Django's admin uses."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class DeskConfig(AppConfig):
    """Roof of the house: may import from every app; none imports it."""

    name = "config"
    verbose_name = "CPNI Desk"

    def ready(self) -> None:
        """Note each round of a scheduled job."""
        from config import jobs

        jobs.connect()


class DeskAdminConfig(AdminConfig):
    """Django's admin with our site."""

    default_site = "config.admin_site.DeskAdminSite"
