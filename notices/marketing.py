"""Marketing e-mail: whom it may reach, asked when recipients are chosen and again as each leaves.

Two questions that are never one (domain.md 14.1): whether the customer wants marketing by e-mail
(``accounts.contact_optouts``), and, where the audience was chosen with CPNI, whether the customer's
CPNI may be put to that use. The second is for the floor above to answer
(``notices.known_approvals``).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef

from accounts import contact_optouts
from accounts.errors import Refused
from accounts.models import ContactOptOut, ContactPoint
from accounts.models.customers import CustomerQuerySet
from notices.known_approvals import Sent, known
from notices.models import Campaign

STOPPED = "The customer wants no marketing by e-mail."
NOT_ALLOWED = "This use of the customer’s CPNI is not allowed."


def reachable(rows: CustomerQuerySet, campaign: Campaign, *, on: date) -> CustomerQuerySet:
    """Of ``rows`` those whom the marketing ``campaign`` may reach on the civil day ``on``.

    With an e-mail address that works, who have not stopped marketing by e-mail and, where it was
    chosen with CPNI, approve that use or have a service that it stays within. Consent to *notices*
    by e-mail is another question.
    """
    stopped = contact_optouts.current(on).filter(
        customer=OuterRef("pk"), channel=ContactOptOut.Channel.EMAIL
    )
    address = ContactPoint.objects.current().filter(
        customer=OuterRef("pk"), kind=ContactPoint.Kind.EMAIL, undeliverable_since=None
    )
    rows = rows.filter(Exists(address), ~Exists(stopped))
    if campaign.cpni_use is None:
        return rows
    among = known().among(campaign.cpni_use, on=on)
    return rows.filter(pk__in=among.order_by().values("pk"))


@dataclass(frozen=True)
class Answers:
    """Whom a campaign may reach now, with why where CPNI is used for it, and why not the others."""

    allowed: Mapping[int, Any]
    refused: Mapping[int, str]


def ask(campaign: Campaign, customers: Collection[int], *, on: date) -> Answers:
    """Of these customers' ids, to whom ``campaign`` may be sent on the civil day ``on``."""
    wanted = contact_optouts.may_contact(customers, channel="email", on=on)
    refused = {pk: STOPPED for pk in customers if pk not in wanted}
    allowed: Mapping[int, Any] = dict.fromkeys(wanted)
    if campaign.cpni_use and wanted:
        allowed = known().allowed(wanted, campaign, on=on)
        refused |= dict.fromkeys(wanted - set(allowed), NOT_ALLOWED)
    return Answers(allowed, refused)


def why_not(campaign: Campaign, *, on: date) -> Refused | None:
    """Why the marketing ``campaign`` may not be sent on the civil day ``on``; None when it may.

    It is in the register and not reviewed as it is (64.2009(d)), or over; or it uses CPNI and is
    not there. What is no marketing may always.
    """
    if not campaign.notice.is_marketing:
        return None
    if campaign.lacks_use:
        return Refused(Campaign.LACKS_USE, "Cancel it, copy it, and name there the use.")
    return known().why_not(campaign, on=on)


def check_start(campaign: Campaign, *, on: date) -> None:
    """Raise Refused where ``campaign`` is marketing that may not be sent on ``on``."""
    if refused := why_not(campaign, on=on):
        raise refused


def record(campaign: Campaign, sent: Sequence[Sent], *, at: datetime) -> None:
    """Record the use of CPNI by messages that left; call it where they are marked as sent."""
    if campaign.cpni_use and sent:
        known().used(campaign, sent, at=at)
