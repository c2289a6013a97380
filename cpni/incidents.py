"""Incidents: release the approvals that a failed opt-out route held back."""

from datetime import date

from accounts import history
from accounts.errors import Refused
from accounts.models import User
from accounts.permissions import require
from cpni.models import Incident


def release(incident: Incident, *, on: date, by: User | None, because: str) -> None:
    """Let the daily job assume, from ``on``, what ``incident`` held. Releasing twice does nothing.

    Raises Refused while the route has not been said to work again, or without a reason.
    """
    require(by, "cpni.change_incident")
    if incident.released_on:
        return
    if incident.ended_on is None:
        raise Refused("The route has not been said to work again.", "Enter when it did first.")
    if not because.strip():
        raise Refused("Releasing held approvals needs a reason.", "Say what was checked.")
    incident.released_on = on
    history.save(incident, by=by, because=because)
