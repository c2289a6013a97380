"""Who gets a campaign's notice, and by which way each of them can be reached."""

from datetime import date
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    Value,
    When,
)
from django.db.models.expressions import Combinable

from accounts.models import ContactPoint, Customer, CustomerListEntry
from accounts.models.customers import CustomerQuerySet
from notices.clock import renewal_due
from notices.models import Campaign, Delivery, Notice

Channel = Delivery.Channel


def customers(campaign: Campaign, *, on: date) -> CustomerQuerySet:
    """The active customers whom ``campaign`` is meant for on the civil day ``on``.

    Whether someone opted out makes no difference: every customer is told of their rights, and an
    earlier opt-out stands without their doing anything (domain.md, invariant 1).
    """
    active = Customer.objects.active().filter(active_since__lte=on)
    of_customer = Delivery.objects.filter(
        customer=OuterRef("pk"), campaign__notice__kind=Notice.Kind.CPNI
    ).exclude(campaign=campaign)
    good = of_customer.filter(
        state=Delivery.State.SENT,
        outcome=Delivery.Outcome.NONE,
        mailed_on__gte=OuterRef("active_since"),
    )
    # What another campaign is about to send counts as sent, or two would go to the same customer.
    pending = of_customer.filter(state__in=Delivery.PENDING, campaign__status__in=Campaign.OPEN)
    match campaign.audience:
        case Campaign.Audience.ACTIVE:
            return active
        case Campaign.Audience.NEVER_NOTICED:
            return active.exclude(Exists(good)).exclude(Exists(pending))
        case Campaign.Audience.NOTICE_DUE:
            recent = good.filter(mailed_on__gt=renewal_due(on))
            return active.filter(Exists(good)).exclude(Exists(recent)).exclude(Exists(pending))
        case _:
            listed = CustomerListEntry.objects.filter(customer_list=campaign.customer_list)
            return active.filter(pk__in=listed.values("customer"))


def with_ways(rows: CustomerQuerySet, notice: Notice, *, on: date) -> CustomerQuerySet:
    """``rows`` with ``way`` (a channel), ``way_point`` (contact point id) and ``way_reason``.

    E-mail needs the customer's express approval (64.2008(d)(3)(i)) and an address at which nothing
    has come back; else post; else there is no way, and ``way_reason`` says what is missing.
    """
    usable = Q(contact_points__until=None, contact_points__undeliverable_since=None)
    rows = rows.annotate(
        email_point=FilteredRelation(
            "contact_points", condition=usable & Q(contact_points__kind=ContactPoint.Kind.EMAIL)
        ),
        post_point=FilteredRelation(
            "contact_points", condition=usable & Q(contact_points__kind=ContactPoint.Kind.POST)
        ),
    )
    by_email = Q(email_notices_since__lte=on, email_point__isnull=False)
    by_post = Q(post_point__isnull=False)
    ways = []
    if notice.by_email:
        ways.append((by_email, Channel.EMAIL, F("email_point")))
    if notice.by_post:
        ways.append((by_post, Channel.POST, F("post_point")))
    return rows.annotate(
        way=Case(
            *(When(when, then=Value(channel)) for when, channel, _ in ways),
            default=Value(Channel.NONE),
            output_field=CharField(),
        ),
        way_point=Case(*(When(when, then=point) for when, _, point in ways), default=None),
        way_reason=Case(
            *(When(when, then=Value("")) for when, _, _ in ways),
            default=_missing(notice),
            output_field=CharField(),
        ),
    )


def _missing(notice: Notice) -> Combinable:
    """What to tell staff of someone who cannot be reached."""
    post = "No deliverable postal address. Ask for one on the next call."
    if not notice.by_email:
        return Value(post)
    if not notice.by_post:
        return Case(
            When(
                email_notices_since=None,
                then=Value("No consent to notices by e-mail, and this notice goes by e-mail only."),
            ),
            default=Value("No deliverable e-mail address, and this notice goes by e-mail only."),
        )
    return Value(
        "No deliverable postal address, and no consent or address for e-mail. Ask on the next call."
    )


def counts(campaign: Campaign, *, on: date) -> dict[str, int]:
    """How many customers ``campaign`` would reach on ``on``, by channel (``email, post, none``)."""
    rows = with_ways(customers(campaign, on=on), campaign.notice, on=on)
    # "way" is an annotation, which the type checker's plugin does not see through the function.
    found: Any = rows.order_by().values("way").annotate(n=Count("pk"))  # type: ignore[misc]
    found = found.values_list("way", "n")
    return {**dict.fromkeys(Delivery.OF_CAMPAIGNS, 0), **dict(found)}
