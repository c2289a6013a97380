"""What a campaign came to: fates, objections, approvals; by day, as charts, with the lists behind.

``CampaignAdmin`` comes from ``notices.admin.campaigns`` and is registered here, where objections
and approvals are known (house.md 5.5).
"""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounts import looks
from accounts.admin.acts import confirmed_act, more, person, reading_page
from accounts.admin.labels import BAD, CALM, GAP, GOOD, WAIT
from accounts.admin.pages import page
from accounts.civil import add_days
from accounts.spreadsheets import line
from cpni.admin.evidence import packed
from cpni.evidence import of_campaign
from cpni.evidence.binders import PRINT
from cpni.models import OptOutRequest
from cpni.results import AFTER, WITHIN, Results, results
from notices.admin.campaign_figures import BEFORE_START
from notices.admin.campaigns import CampaignAdmin
from notices.fates import Fate
from notices.models import Campaign, Delivery, Use

FATE_TONES = {
    Fate.WAITING: WAIT,
    Fate.SENT: GOOD,
    Fate.SUBSTITUTE_WAITING: WAIT,
    Fate.SUBSTITUTE_SENT: GOOD,
    Fate.BOUNCED: BAD,
    Fate.RETURNED: BAD,
    Fate.FAILED: BAD,
    Fate.UNREACHABLE: GAP,
    Fate.CANCELLED: CALM,
}
COLOURS = {
    WAIT: "#c79213",
    GOOD: "#2f8f5b",
    BAD: "#c23b32",
    CALM: "var(--color-base-400)",
    GAP: "#d2691e",
}


@dataclass(frozen=True)
class Number:
    """A number, and the address of the list of what it counts: "" for whom may not see that."""

    number: int
    address: str = ""


class Lists:
    """Addresses of the lists behind the numbers of one campaign, as far as this person may go."""

    def __init__(self, request: HttpRequest, campaign: Campaign) -> None:
        self.may = request.user.has_perm
        self.campaign = campaign

    def deliveries(self, number: int, **filters: Any) -> Number:
        """``number`` deliveries."""
        given = {"campaign__id__exact": self.campaign.pk, **filters}
        return self._listed(number, "notices", "delivery", given)

    def requests(self, number: int, **filters: Any) -> Number:
        """``number`` opt-out requests."""
        given = {"campaign": self.campaign.pk, **filters}
        return self._listed(number, "cpni", "optoutrequest", given)

    def approvals(self, number: int, **filters: Any) -> Number:
        """``number`` approvals."""
        given = {"campaign": self.campaign.pk, **filters}
        return self._listed(number, "cpni", "approval", given)

    def _listed(self, number: int, app: str, model: str, filters: dict[str, Any]) -> Number:
        if not number or not self.may(f"{app}.view_{model}"):
            return Number(number)
        given = {name: value for name, value in filters.items() if value is not None}
        return Number(number, f"{reverse(f'admin:{app}_{model}_changelist')}?{urlencode(given)}")


def recipients_table(found: Results, lists: Lists) -> dict[str, Any]:
    """Fates by channel: each recipient stands in one cell."""
    by_fate: Counter[Fate] = Counter()
    by_channel: Counter[str] = Counter()
    for (fate, channel), number in found.recipients.items():
        by_fate[fate] += number
        by_channel[channel] += number
    channels = [way for way in Delivery.Channel if by_channel[way]]
    total = by_fate.total()
    fates = [fate for fate in Fate if by_fate[fate]]
    before = accumulate((by_fate[fate] for fate in fates), initial=0)
    return {
        "channels": [way.label for way in channels],
        "fates": [
            {
                "name": fate.label,
                "tone": FATE_TONES[fate],
                "begins": 100 * earlier / total,
                "share": 100 * by_fate[fate] / total,
                "cells": [
                    lists.deliveries(
                        found.recipients[fate, way], recipient=fate.value, channel__exact=way.value
                    )
                    for way in channels
                ],
                "together": lists.deliveries(by_fate[fate], recipient=fate.value),
            }
            for fate, earlier in zip(fates, before, strict=False)
        ],
        "sums": [
            lists.deliveries(by_channel[way], recipient="all", channel__exact=way.value)
            for way in channels
        ],
        "together": lists.deliveries(total, recipient="all"),
    }


def objections_table(found: Results, lists: Lists) -> dict[str, Any]:
    """Objections by route, within the waiting period and after it."""

    def row(*routes: str, **filters: str) -> list[Number]:
        within, after = (
            sum(found.objections[route, when] for route in routes) for when in (WITHIN, AFTER)
        )
        return [
            lists.requests(within, arrived=WITHIN, **filters),
            lists.requests(after, arrived=AFTER, **filters),
            lists.requests(within + after, **filters),
        ]

    known = {route for route, _ in found.objections}
    routes = [route for route in OptOutRequest.Route if route in known]
    return {
        "rows": [(route.label, row(route, route__exact=route.value)) for route in routes],
        "together": row(*routes),
    }


def approvals_table(found: Results, lists: Lists) -> list[tuple[str, Number]]:
    """Approvals that are assumed now, by use."""
    return [
        (str(use), lists.approvals(found.approvals[use.pk], use__id__exact=use.pk))
        for use in Use.objects.filter(pk__in=list(found.approvals)).order_by("code")
    ]


def days_table(found: Results, lists: Lists) -> dict[str, Any]:
    """What happened on each day: a chart of each column, and rows for days on which it did."""

    def sent(number: int, first: date, last: date) -> Number:
        return lists.deliveries(number, mailed_on_from=first, mailed_on_to=last)

    def came_back(number: int, first: date, last: date) -> Number:
        return lists.deliveries(number, outcome_on_from=first, outcome_on_to=last)

    def failed(number: int, first: date, last: date) -> Number:
        return lists.deliveries(number, failed_on_from=first, failed_on_to=last)

    def objected(number: int, first: date, last: date) -> Number:
        return lists.requests(number, received_on_from=first, received_on_to=last)

    def closes(number: int, first: date, last: date) -> Number:
        days = {"last_objection_day_from": first, "last_objection_day_to": last}
        return lists.deliveries(number, fate=Delivery.State.SENT.value, **days)

    def assumed(number: int, first: date, last: date) -> Number:
        return lists.approvals(number, effective_on_from=first, effective_on_to=last)

    def stopped(number: int, first: date, last: date) -> Number:
        return Number(number)  # the list of stops knows nothing of campaigns

    marketing = lists.campaign.notice.is_marketing
    asks = (
        ("Objections received", found.objected, objected, GAP),
        ("Last days to object", found.closes, closes, CALM),
        ("Approvals assumed", found.assumed, assumed, WAIT),
    )
    columns = (
        ("Offers sent" if marketing else "Notices sent", found.sent, sent, GOOD),
        ("Came back", found.came_back, came_back, BAD),
        ("Failed", found.failed, failed, BAD),
        *((("Stopped marketing", found.stopped, stopped, GAP),) if marketing else asks),
    )
    days = sorted({day for _, counted, _, _ in columns for day in counted})
    if not days:
        return {"rows": [], "charts": []}
    every = [add_days(days[0], n) for n in range((days[-1] - days[0]).days + 1)]
    return {
        "rows": [
            (day, [listed(counted[day], day, day) for _, counted, listed, _ in columns])
            for day in days
        ],
        "charts": [
            {
                "name": name,
                "total": listed(counted.total(), min(counted), max(counted))
                if counted
                else Number(0),
                "data": chart(name, counted, every, COLOURS[tone]) if counted else "",
            }
            for name, counted, listed, tone in columns
        ],
    }


def chart(name: str, counted: Counter[date], days: list[date], colour: str) -> str:
    """A bar for each of ``days``, as the theme's chart takes it."""
    bars = {
        "label": name,
        "data": [counted[day] for day in days],
        "backgroundColor": colour,
        "displayYAxis": True,
        "maxTicksXLimit": 6,
    }
    labels = [f"{day:%b} {day.day}" for day in days]
    return json.dumps({"labels": labels, "datasets": [bars]})


@admin.register(Campaign)
class CampaignRecordAdmin(CampaignAdmin):
    """Campaigns with their results."""

    actions_detail = (
        "results",
        *CampaignAdmin.acts,
        more("print_evidence", *CampaignAdmin.seldom),
    )

    def get_urls(self) -> list[URLPattern]:
        """One more: the days of the results as a file."""
        view = self.admin_site.admin_view(self.by_day_view)
        own = path(
            "<int:campaign_id>/results/by-day.csv",
            view,
            name="notices_campaign_results_by_day",
        )
        return [own, *super().get_urls()]

    def by_day_view(self, request: HttpRequest, campaign_id: int) -> HttpResponse:
        """The table by day, for a spreadsheet: numbers alone."""
        campaign = self.get_object(request, str(campaign_id))
        if not self.has_view_permission(request, campaign):
            raise PermissionDenied
        if campaign is None:
            raise Http404
        days = days_table(results(campaign), Lists(request, campaign))
        lines = [line(["Day", *(chart["name"] for chart in days["charts"])])]
        for day, cells in days["rows"]:
            lines.append(line([day.isoformat(), *(cell.number for cell in cells)]))
        looks.note(
            request,
            what=looks.What.EXPORTED,
            record=campaign.pk,
            detail="CSV file; results by day",
            rows=0,
        )
        return HttpResponse(
            lines,
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f"attachment; filename=campaign-{campaign.pk}.csv"},
        )

    @reading_page(
        "Results",
        permission="notices.view_campaign",
        icon="monitoring",
        shown=lambda campaign: not campaign.stands and campaign.status not in BEFORE_START,
    )
    def results(self, request: HttpRequest, campaign: Campaign) -> HttpResponse:
        """What it came to, in numbers; whoever may not see customers sees the numbers alone."""
        lists = Lists(request, campaign)
        found = results(campaign)
        return page(
            self,
            request,
            "cpni/admin/campaign_results.html",
            campaign,
            title=f"Results of {campaign}",
            campaign=campaign,
            recipients=recipients_table(found, lists),
            objections=objections_table(found, lists),
            approvals=approvals_table(found, lists),
            approvals_together=lists.approvals(found.approvals.total()),
            days=days_table(found, lists),
            stopped=found.stopped.total(),
        )

    @confirmed_act(
        "Print evidence",
        permission=PRINT,
        outlook="One ZIP file: what was said in each language and who approved it, the rule of the"
        " audience, the proof of mailing, results and objections as a PDF and as tables, the seal"
        " of the history, and a manifest of digests by which anybody can check it. The tables name"
        " customers by account number. That you made it is recorded.",
        shown=of_campaign.has_evidence,
        icon="folder_zip",
    )
    def print_evidence(
        self, request: HttpRequest, campaign: Campaign, data: dict[str, Any]
    ) -> HttpResponseBase:
        """The binder, as a download."""
        content = of_campaign.binder(campaign, by=person(request), at=timezone.now())
        looks.note(
            request,
            of_campaign.customers(campaign),
            what=looks.What.EXPORTED,
            record=campaign.pk,
            detail=f"Evidence binder of the campaign; reason: {data['because']}",
        )
        return packed(content, f"campaign-{campaign.pk}")
