"""A campaign in figures: whom it would reach, and what became of everybody."""

from itertools import accumulate
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.admin.acts import Outlook
from accounts.admin.labels import BAD, CALM, GOOD, WAIT
from accounts.models import Carrier
from notices import audience, campaigns
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
        counts = audience.counts(campaign, on=Carrier.today())
        return Outlook(
            sentence,
            [
                ("Notice", campaign.notice),
                ("Audience", campaign.get_audience_display()),
                ("By e-mail", counts["email"]),
                ("By post", counts["post"]),
                ("No way to reach them (exceptions list)", counts["none"]),
                ("Together", sum(counts.values())),
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


def figures(campaign: Any) -> str:
    """Before the start whom ``campaign`` would reach; then what became of everybody.

    ``campaign.may_list`` says whether the numbers lead to their lists.
    """
    if campaign.status in BEFORE_START:
        counts = audience.counts(campaign, on=Carrier.today())
        ways = [(way.label, counts[way.value], "") for way in Delivery.OF_CAMPAIGNS]
        context = {"ways": ways, "total": sum(counts.values()), "fates": [], "future": True}
        return render_to_string("notices/admin/figures.html", context)
    progress = campaigns.progress(campaign)
    lists = reverse("admin:notices_delivery_changelist") if campaign.may_list else ""
    of_it = f"{lists}?campaign__id__exact={campaign.pk}" if lists else ""
    counted = [
        (fate, tone, number) for fate, tone in FATES if (number := progress.by_fate.get(fate, 0))
    ]
    before = accumulate((number for _, _, number in counted), initial=0)
    context = {
        "total": progress.total,
        "future": False,
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
