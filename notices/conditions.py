"""Plain conditions that narrow a campaign's audience: who has what, lives where, since when.

Each is asked of all active customers by itself, and they are combined with AND, in one fixed order:
the one in which the form has them and in which :func:`notices.audience.explain` counts whom they
leave out.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q

from accounts.civil import in_words
from accounts.models import ContactPoint, Customer, CustomerListEntry, Service
from accounts.models.customers import CustomerQuerySet
from notices import policies
from notices.known_approvals import known
from notices.models import Campaign


@dataclass(frozen=True)
class Condition:
    """What is asked of a customer, in words, and what is said of those whom it leaves out.

    ``holds`` is SQL over customers that is true or false, and never null.
    """

    words: str
    left_out: str
    holds: Q


def conditions(
    campaign: Campaign, *, on: date, pasted: Collection[str] | None = None
) -> list[Condition]:
    """The conditions of ``campaign`` for the civil day ``on``, in their order.

    ``pasted`` are account numbers of a draft that has not been saved, in place of its list.
    """
    found = []
    if campaign.categories:
        labels = [Service.Category(code).label.lower() for code in campaign.categories]
        services = " or ".join(labels)
        found.append(
            Condition(f"Service: {services}", f"No {services} service", _served(campaign, on))
        )
    if campaign.in_state:
        addresses = ContactPoint.objects.current().filter(
            customer=OuterRef("pk"), kind=ContactPoint.Kind.POST, state=campaign.in_state
        )
        found.append(
            Condition(
                f"Postal address in {campaign.in_state}",
                f"No postal address in {campaign.in_state}",
                Q(Exists(addresses)),
            )
        )
    if campaign.language:
        language = campaign.get_language_display()
        found.append(
            Condition(
                f"Language: {language}",
                f"Another language than {language}",
                Q(language=campaign.language),
            )
        )
    if since := campaign.since_from:
        found.append(
            Condition(
                f"Customer since {in_words(since)} or later",
                f"Customer since before {in_words(since)}",
                Q(active_since__gte=since),
            )
        )
    if until := campaign.since_until:
        found.append(
            Condition(
                f"Customer since {in_words(until)} or earlier",
                f"Customer since after {in_words(until)}",
                Q(active_since__lte=until),
            )
        )
    if campaign.bound_to:
        under: Any = Customer.objects.active().alias(under=policies.governing_effective_on(on))
        governed = under.filter(under=campaign.bound_to.effective_on)
        found.append(
            Condition(
                f"Under {campaign.bound_to}",
                f"Not under {campaign.bound_to}",
                Q(pk__in=governed.values("pk")),
            )
        )
    if campaign.approval:
        approval = campaign.get_approval_display()
        found.append(
            Condition(
                f"Approval: {approval}",
                f"Approval is not: {approval}",
                known().stands(Campaign.Approval(campaign.approval), on),
            )
        )
    if pasted is not None:
        found.append(
            Condition(
                "Among the account numbers",
                "Not among the account numbers",
                Q(account_number__in=pasted),
            )
        )
    elif campaign.only_list:
        listed = CustomerListEntry.objects.filter(customer_list=campaign.only_list)
        found.append(
            Condition(
                f"On the list “{campaign.only_list}”",
                f"Not on the list “{campaign.only_list}”",
                Q(pk__in=listed.values("customer")),
            )
        )
    return found


def narrow(rows: CustomerQuerySet, campaign: Campaign, *, on: date) -> CustomerQuerySet:
    """Of ``rows`` the customers for whom every condition of ``campaign`` holds on ``on``."""
    for condition in conditions(campaign, on=on):
        rows = rows.filter(condition.holds)
    return rows


def _served(campaign: Campaign, on: date) -> Q:
    services = Service.objects.filter(
        Q(ended_on=None) | Q(ended_on__gte=on),
        customer=OuterRef("pk"),
        category__in=campaign.categories,
        started_on__lte=on,
    )
    return Q(Exists(services))
