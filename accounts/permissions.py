"""What each verb asks of whoever calls it, so that no page, command or import can go around a role.

A verb that approves, releases, sends, exports or changes what a customer has chosen begins with
:func:`require`, and one that approves another's work with :func:`refuse_author`. Roles and their
permissions are data of the roof (config/roles.py).
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model

from accounts.errors import Refused
from accounts.models import User


class NotAllowed(Refused):
    """The role of whoever asked does not hold the permission that the act needs."""


def require(by: User | None, permission: str) -> None:
    """Raise NotAllowed unless ``by`` holds ``permission`` (``app.action_model``).

    None is the desk itself: the schedule, and commands, which only the operator can run. Who has
    left (is no longer active) holds nothing.
    """
    if by is None or by.has_perm(permission):
        return
    action, _, model = permission.partition(".")[2].rpartition("_")
    raise NotAllowed(
        f"Your role may not do this (it needs: {action.replace('_', ' ')} {model}).",
        "Ask someone whose role may, or the compliance officer for that role.",
    )


def refuse_author(record: Any, by: User, *, parts: Iterable[Model] = (), what: str) -> None:
    """Raise Refused when ``by`` wrote or changed ``record``, or one of its ``parts``, at any time.

    The history says who did, so that two people cannot pass a draft to and fro and each approve
    what the other only touched last. ``what`` names the record in the sentence.
    """
    written = [record, *parts]
    if any(
        getattr(row, "author_id", None) == by.pk or row.history.filter(history_user=by).exists()
        for row in written
    ):
        raise Refused(f"You wrote or changed this {what}.", "Someone else must approve it.")
