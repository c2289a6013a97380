"""The app that knows whether customers' information may be used."""

from django.apps import AppConfig


class CpniConfig(AppConfig):
    """Third floor: imports from notices and accounts."""

    name = "cpni"
    verbose_name = "CPNI approvals"

    def ready(self) -> None:
        """Register the system checks."""
        from cpni import checks  # noqa: F401
