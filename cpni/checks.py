"""System checks: ``manage.py check --database default``, and before every ``migrate``."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register

from cpni import protection


@register(Tags.database)
def history_is_kept(*, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Whether the triggers that keep history are in place. A warning: ``migrate`` must still run,
    as it is what makes the tables and puts the triggers there."""
    if not databases:
        return []
    return [Warning(fault, id="cpni.W001") for fault in protection.faults()]


@register(Tags.security, deploy=True)
def seals_leave_the_database(**kwargs: Any) -> list[CheckMessage]:
    """Whether seals are published anywhere: one that is only in the database proves little."""
    if settings.SEAL_EMAIL or settings.SEAL_FILE:
        return []
    return [
        Warning(
            "The seals of the history are published nowhere, so whoever administers the database"
            " could make them anew.",
            hint="Set SEAL_EMAIL, SEAL_FILE, or both.",
            id="cpni.W002",
        )
    ]
