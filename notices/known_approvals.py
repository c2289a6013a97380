"""What campaigns ask of customers' approvals, which the floor above knows and registers here.

Where a campaign is narrowed by how customers stand (``notices.conditions``), and where marketing is
chosen with CPNI (``notices.marketing``).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from django.db.models import Q, QuerySet

from accounts.errors import Refused
from accounts.models import Customer
from notices.models import Campaign, Use


class Approvals(Protocol):
    """What the floor above knows of customers' approvals."""

    def stands(self, approval: Campaign.Approval, on: date) -> Q:
        """SQL over customers: whether one stands as ``approval`` says on the civil day ``on``."""

    def among(self, use: Use, *, on: date) -> QuerySet[Customer]:
        """Customers with an approval of ``use`` on record on ``on``, or a service it is within."""

    def allowed(
        self, customers: Collection[int], campaign: Campaign, *, on: date
    ) -> Mapping[int, Any]:
        """Of these ids, those whose CPNI ``campaign`` may use on ``on``, and why: the last word."""

    def why_not(self, campaign: Campaign, *, on: date) -> Refused | None:
        """Why the marketing ``campaign`` may not be sent on ``on``, by the register."""

    def used(self, campaign: Campaign, sent: Sequence["Sent"], *, at: datetime) -> None:
        """Record that these were sent, each with why it was allowed (64.2009(c))."""


@dataclass(frozen=True)
class Sent:
    """A message that left: to whom, on which civil day, and why it was allowed to."""

    delivery: int
    customer: int
    on: date
    basis: Any


_registered: list[Approvals] = []


def register(approvals: Approvals) -> None:
    """Have ``approvals`` asked from now on; the last one registered is."""
    _registered[:] = [approvals]


def known() -> Approvals:
    """Whom to ask. That nobody was registered is a bug, and so an error: nothing is sent then."""
    (approvals,) = _registered
    return approvals
