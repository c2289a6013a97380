"""Who gets a campaign's notice, and by which way each of them can be reached."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
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

from accounts.counted_words import several
from accounts.models import ContactPoint, Customer, CustomerListEntry
from accounts.models.customers import CustomerQuerySet
from notices import conditions, consent, marketing, policies
from notices.clock import due_within, renewal_due
from notices.models import Campaign, Delivery, Notice, PolicyVersion, TelephoneTask

Channel = Delivery.Channel


def customers(campaign: Campaign, *, on: date) -> CustomerQuerySet:
    """The active customers whom ``campaign`` is meant for on the civil day ``on``.

    Whether someone opted out makes no difference: every customer is told of their rights, and an
    earlier opt-out stands without their doing anything (domain.md, invariant 1).
    """
    return conditions.narrow(_meant(campaign, on=on), campaign, on=on)


def meant_for(campaign: Campaign) -> str:
    """The audience of ``campaign`` in words, with its list, its days, or the use of CPNI."""
    words = campaign.get_audience_display()
    if campaign.cpni_use:
        words += f", chosen with CPNI ({campaign.cpni_use})"
    if campaign.customer_list:
        return f"{words}: {campaign.customer_list}"
    if campaign.due_within_days is not None:
        return f"{words} within {several(campaign.due_within_days, 'day')}"
    return words


def _meant(campaign: Campaign, *, on: date) -> CustomerQuerySet:
    """The audience, before its conditions."""
    active = Customer.objects.active().filter(active_since__lte=on)
    if campaign.notice.is_marketing:
        active = marketing.reachable(active, campaign, on=on)
    of_customer = Delivery.objects.filter(
        customer=OuterRef("pk"), campaign__notice__kind=Notice.Kind.CPNI
    ).exclude(campaign=campaign.pk)
    good = of_customer.filter(
        consent.COUNTS,
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
            days = campaign.due_within_days
            due = renewal_due(on) if days is None else due_within(on, days)
            recent = good.filter(mailed_on__gt=due)
            return active.filter(Exists(good)).exclude(Exists(recent)).exclude(Exists(pending))
        case Campaign.Audience.EARLIER_POLICY:
            version = campaign.notice.policy_version
            return under_earlier(version, on=on, apart_from=campaign) if version else active.none()
        case _:
            listed = CustomerListEntry.objects.filter(customer_list=campaign.customer_list)
            return active.filter(pk__in=listed.values("customer"))


def under_earlier(
    version: PolicyVersion, *, on: date, apart_from: Campaign | None = None
) -> CustomerQuerySet:
    """The active customers under an earlier version than ``version``, not told of it yet.

    Told is whom a notice of the change has reached, or is about to in another campaign than
    ``apart_from``, and who refused it on a call. ``on`` is the civil day that is asked about.
    """
    active = Customer.objects.active().filter(active_since__lte=on)
    found = Delivery.objects.filter(
        customer=OuterRef("pk"),
        campaign__notice__kind=Notice.Kind.POLICY_CHANGE,
        campaign__notice__policy_version=version,
    )
    if apart_from and apart_from.pk:
        found = found.exclude(campaign=apart_from)
    told = found.filter(
        state=Delivery.State.SENT,
        outcome=Delivery.Outcome.NONE,
        mailed_on__gte=OuterRef("active_since"),
    )
    pending = found.filter(state__in=Delivery.PENDING, campaign__status__in=Campaign.OPEN)
    refused = TelephoneTask.objects.filter(
        customer=OuterRef("pk"), policy_version=version, answer=TelephoneTask.Answer.REFUSED
    )
    under: Any = active.alias(under_since=policies.governing_effective_on(on))
    return under.filter(
        ~Exists(told), ~Exists(pending), ~Exists(refused), under_since__lt=version.effective_on
    )


def to_be_told(version: PolicyVersion, *, on: date) -> dict[str, int]:
    """How many customers must be told of ``version`` and asked, by channel, if it took effect.

    Those of :func:`under_earlier` for whom it is material: it may be so compared with the version
    that some are under, and not compared with the last one.
    """
    days = [before.effective_on for before in policies.material_against(version)]
    rows: Any = under_earlier(version, on=on)
    return _by_way(rows.filter(under_since__in=days), Notice(), on=on)


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
    by_email = Q(email_point__isnull=False)
    if not notice.is_marketing:
        by_email &= Q(email_notices_since__lte=on)
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


def _by_way(rows: CustomerQuerySet, notice: Notice, *, on: date) -> dict[str, int]:
    # "way" is an annotation, which the type checker's plugin does not see through the function.
    found: Any = with_ways(rows, notice, on=on).order_by().values("way")  # type: ignore[misc]
    found = found.annotate(n=Count("pk")).values_list("way", "n")
    return {**dict.fromkeys(Delivery.OF_CAMPAIGNS, 0), **dict(found)}


@dataclass(frozen=True)
class Explained:
    """Whom a campaign would reach, and why not the others; all of it sums to ``active``.

    ``left_out`` are sentences with numbers, in the order in which they were asked: a customer whom
    several would leave out counts with the first.
    """

    active: int
    left_out: tuple[tuple[str, int], ...]
    by_channel: dict[str, int]

    @property
    def reached(self) -> int:
        """How many are left: those whom no way leads to, too."""
        return sum(self.by_channel.values())


# What is said of those whom the audience itself leaves out.
OUTSIDE = {
    Campaign.Audience.ACTIVE: "",
    Campaign.Audience.NEVER_NOTICED: "Noticed before, or a notice is on its way",
    Campaign.Audience.NOTICE_DUE: "No two-year notice due, or one is on its way",
    Campaign.Audience.EARLIER_POLICY: "Not under an earlier version, or told of this one",
    Campaign.Audience.SAVED_LIST: "Not on the saved list",
}


NOT_OFFERED = "Wants no offers by e-mail, has no address for them, or that use is not allowed"


def explain(campaign: Campaign, *, on: date, pasted: Collection[str] | None = None) -> Explained:
    """Whom ``campaign`` would reach on the civil day ``on``, in one statement.

    The draft need not be saved; ``pasted`` are account numbers that have not been made a list.
    """
    audience = Campaign.Audience(campaign.audience)
    asked = [("Service begins later", Q(active_since__lte=on))]
    if campaign.notice.is_marketing:
        may = marketing.reachable(Customer.objects.active(), campaign, on=on)
        asked.append((NOT_OFFERED, Q(pk__in=may.values("pk"))))
    if OUTSIDE.get(audience):
        asked.append((OUTSIDE[audience], Q(pk__in=_meant(campaign, on=on).values("pk"))))
    narrowed = conditions.conditions(campaign, on=on, pasted=pasted)
    asked += [(condition.left_out, condition.holds) for condition in narrowed]
    rows: Any = with_ways(Customer.objects.active(), campaign.notice, on=on)
    rows = rows.annotate(
        left_out=Case(
            *(When(~holds, then=Value(number)) for number, (_, holds) in enumerate(asked)),
            default=Value(len(asked)),
        )
    )
    found: Counter[int] = Counter()
    by_channel: dict[str, int] = dict.fromkeys(Delivery.OF_CAMPAIGNS, 0)
    counted = rows.order_by().values("left_out", "way").annotate(n=Count("pk"))
    for left_out, way, n in counted.values_list("left_out", "way", "n"):
        found[left_out] += n
        if left_out == len(asked):
            by_channel[way] += n
    return Explained(
        found.total(),
        tuple((words, found[number]) for number, (words, _) in enumerate(asked)),
        by_channel,
    )
