"""The app that knows whether customers' information may be used."""

from django.apps import AppConfig


class CpniConfig(AppConfig):
    """Third floor: imports from notices and accounts."""

    name = "cpni"
    verbose_name = "CPNI approvals"

    def ready(self) -> None:
        """Register the system checks, what listens to webhooks, and what campaigns ask."""
        from cpni import checks  # noqa: F401
        from cpni.asked_by_campaigns import RecordedApprovals
        from cpni.inbound import webhooks
        from notices import known_approvals

        webhooks.connect()
        known_approvals.register(RecordedApprovals())
