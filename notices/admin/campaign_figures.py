"""A campaign in figures: whom it would reach, and what became of everybody."""

from collections.abc import Collection
from itertools import accumulate
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.admin.acts import Outlook
from accounts.admin.labels import BAD, CALM, GOOD, WAIT
from accounts.models import Carrier
from notices import audience, campaigns, conditions, quotas
from notices.audience import meant_for
from notices.models import Campaign, Delivery

Status = Campaign.Status
BEFORE_START = (Status.DRAFT, Status.APPROVED, Status.SCHEDULED)
# What can become of a recipient, in the order in which it happens, with the colour of its bar.
FATES: tuple[tuple[Delivery.State | Delivery.Outcome, str], ...] = (
    (Delivery.State.QUEUED, WAIT),
    (Delivery.State.SENDING, WAIT),
    (Delivery.State.BATCHED, WAIT),
    (Delivery.State.SENT, GOOD),
    (Delivery.Outcome.BOUNCED, BAD),
    (Delivery.Outcome.RETURNED, BAD),
    (Delivery.State.FAILED, BAD),
    (Delivery.State.UNREACHABLE, BAD),
    (Delivery.State.CANCELLED, CALM),
)


def audience_outlook(sentence: str) -> Any:
    """An outlook that says whom the campaign would reach today, by which way."""

    def outlook(self: Any, request: HttpRequest, campaign: Campaign) -> Outlook:
        today = Carrier.today()
        found = audience.explain(campaign, on=today)
        narrowed = [condition.words for condition in conditions.conditions(campaign, on=today)]
        return Outlook(
            sentence,
            [
                ("Notice", campaign.notice),
                ("Audience", meant_for(campaign)),
                *(("Only", words) for words in narrowed),
                ("By e-mail", found.by_channel["email"]),
                ("By post", found.by_channel["post"]),
                ("No way to reach them (exceptions list)", found.by_channel["none"]),
                ("Together", found.reached),
                ("Active customers left out", found.active - found.reached),
            ],
        )

    return outlook


def count(rows: list[Any]) -> None:
    """Give each of the campaigns ``rows`` its figures, in one query."""
    deliveries = Delivery.objects.filter(campaign__in=[campaign.pk for campaign in rows])
    found = (
        deliveries.order_by()
        .values("campaign")
        .annotate(
            total=Count("pk"),
            sent=Count("pk", filter=Q(state="sent", outcome="")),
            letters=Count("pk", filter=Q(channel="post", state="queued")),
            batched=Count("pk", filter=Q(state="batched")),
        )
    )
    counts = {row["campaign"]: row for row in found}
    for campaign in rows:
        campaign.counts = counts.get(campaign.pk, {})


def goes_on(campaign: Campaign) -> bool:
    """Whether its figures change by themselves, while one looks at them."""
    if campaign.stands or campaign.status not in (Status.FREEZING, Status.RUNNING):
        return False
    # Letters wait for people.
    waiting = Delivery.objects.filter(
        campaign=campaign, channel__in=Delivery.SENT_BY_LOOP, state__in=Delivery.PENDING
    )
    return campaign.status == Status.FREEZING or waiting.exists()


def reached(
    campaign: Campaign, may_list_customers: bool, *, pasted: Collection[str] | None = None
) -> dict[str, Any]:
    """Whom ``campaign`` would reach today, by channel, and whom it leaves out, by reason.

    What ``reach.html`` shows. The campaign need not be saved; ``pasted`` are account numbers of
    which no list was made yet.
    """
    found = audience.explain(campaign, on=Carrier.today(), pasted=pasted)
    lists = reverse("admin:accounts_customer_changelist") if may_list_customers else ""
    return {
        "ways": [(way.label, found.by_channel[way]) for way in Delivery.OF_CAMPAIGNS],
        "found": found,
        "left_out": found.active - found.reached,
        "active_address": lists and f"{lists}?status__exact=active",
    }


def figures(campaign: Any) -> str:
    """Before the start whom ``campaign`` would reach; then what became of everybody.

    ``campaign.may_list`` says whether the numbers lead to their lists, and
    ``campaign.may_list_customers`` whether that of all customers does.
    """
    if campaign.status in BEFORE_START:
        context = reached(campaign, campaign.may_list_customers)
        return render_to_string("notices/admin/reach.html", context)
    progress = campaigns.progress(campaign)
    lists = reverse("admin:notices_delivery_changelist") if campaign.may_list else ""
    of_it = f"{lists}?campaign__id__exact={campaign.pk}" if lists else ""
    counted = [
        (fate, tone, number) for fate, tone in FATES if (number := progress.by_fate.get(fate, 0))
    ]
    before = accumulate((number for _, _, number in counted), initial=0)
    now, zone = timezone.now(), Carrier.zone_or_default()
    running = campaign.status == Status.RUNNING
    context = {
        "campaign": campaign,
        "goes_on": goes_on(campaign),
        "estimate": quotas.estimate(campaign, at=now, zone=zone) if running else None,
        "total": progress.total,
        "ways": [
            (
                way.label,
                progress.by_channel.get(way, 0),
                of_it and f"{of_it}&channel__exact={way}",
            )
            for way in Delivery.Channel
            if way in Delivery.OF_CAMPAIGNS or way == campaign.channel
        ],
        "fates": [
            {
                "name": fate.label,
                "number": number,
                "begins": 100 * earlier / progress.total,
                "share": 100 * number / progress.total,
                "tone": tone,
                "address": of_it and f"{of_it}&fate={fate}",
            }
            for (fate, tone, number), earlier in zip(counted, before, strict=False)
        ],
    }
    return render_to_string("notices/admin/figures.html", context)
