"""The year's figures for the annual certificate, as plain data that can be kept (64.2009(e))."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.db.models import Count

from accounts.civil import civil_day
from accounts.models import Acknowledgement, Carrier, Sanction
from cpni import breaches, campaign_register, certificate_lines, complaints, incidents
from cpni.models import Breach, BrokerAction, Complaint
from cpni.supervision import Period
from notices.models import Campaign, Delivery


def gather(year: int, *, today: date, at: datetime) -> dict[str, Any]:
    """All figures of the calendar ``year`` as JSON holds them, as the records have them now.

    ``today`` is the carrier's civil day and ``at`` the present instant. Nothing about a customer or
    a member of staff is in them, but the names of those who approved and reviewed campaigns.
    """
    period = Period.of(date(year, 1, 1), min(date(year, 12, 31), today))
    days = (period.first, period.last)
    signed = Acknowledgement.objects.filter(on__range=days)
    return {
        "until": period.last.isoformat(),
        "gathered_at": at.isoformat(),
        "carrier": _carrier(),
        "complaints": [
            [Complaint.Category(code).label, number]
            for code, number in complaints.year(year).items()
        ],
        "brokers": [
            [one.taken_on.isoformat(), one.against, one.get_kind_display(), one.what, one.proof]
            for one in BrokerAction.objects.filter(taken_on__range=days).order_by("taken_on", "pk")
        ],
        "campaigns": _campaigns(period),
        "marketing": _marketing(period),
        "training": {
            "signed": signed.count(),
            "people": signed.values("person").distinct().count(),
            "sanctions": Sanction.objects.filter(decided_on__range=days).count(),
        },
        "incidents": [
            [
                one.get_route_display(),
                one.started_on.isoformat(),
                one.ended_on.isoformat() if one.ended_on else "",
            ]
            for one in incidents.of_days(*days).order_by("started_on")
        ],
        "breaches": _breaches(period),
        "lines": [asdict(line) for line in certificate_lines.lines(year, today=today, at=at)],
    }


def _carrier() -> dict[str, str]:
    carrier = Carrier.get()
    if carrier is None:
        return {}
    return {
        "name": carrier.legal_name,
        "address": carrier.optout_address,
        "frn": carrier.frn,
        "filer_id": carrier.filer_id,
    }


def _campaigns(period: Period) -> list[list[Any]]:
    """Name, day, who approved it, and how many were sent, of each that started in the year."""
    started = (
        Campaign.objects.filter(period.within("started_at"))
        .exclude(audience=Campaign.Audience.AS_IT_HAPPENS)
        .select_related("approved_by")
        .order_by("started_at")
    )
    sent = dict(
        Delivery.objects.filter(campaign__in=started.order_by(), state=Delivery.State.SENT)
        .order_by()
        .values_list("campaign")
        .annotate(number=Count("pk"))
    )
    zone = Carrier.zone_or_default()
    return [
        [
            one.name,
            one.started_at.astimezone(zone).date().isoformat() if one.started_at else "",
            str(one.approved_by or ""),
            sent.get(one.pk, 0),
        ]
        for one in started
    ]


def _marketing(period: Period) -> list[list[Any]]:
    """Name, from, until, whether it uses CPNI, who reviewed it, when, and how many uses came of it.

    Of each campaign in the register of the year (64.2009(c), (d)) that has begun.
    """
    zone = Carrier.zone_or_default()
    return [
        [
            row.campaign.name,
            row.campaign.begins_on.isoformat(),
            row.campaign.ends_on.isoformat(),
            "Yes" if row.campaign.uses_cpni else "No",
            row.reviewer,
            civil_day(at, zone).isoformat() if row.reviewer and at else "",
            row.uses,
        ]
        for row in campaign_register.carried_out(period.first.year, until=period.last)
        for at in (row.campaign.reviewed_at,)
    ]


def _breaches(period: Period) -> list[list[Any]]:
    """Day, what information, whether on purpose, how many customers, and when it was closed.

    Of each that was determined in the year (64.2011(d)); without its name.
    """
    found = Breach.objects.annotate(named=Count("affected")).order_by("discovered_at", "pk")
    days = [(breaches.determined_on(one), one) for one in found]
    return [
        [
            day.isoformat(),
            " and ".join(["CPNI"] * one.has_cpni + ["other"] * one.has_pii),
            one.get_intent_display(),
            one.named or one.estimate or 0,
            one.closed_on.isoformat() if one.closed_on else "",
        ]
        for day, one in days
        if period.first <= day <= period.last
    ]
