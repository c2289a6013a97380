"""The charts of the home page, from figures that a job takes; each with a table of its numbers.

One query, whatever the number of customers.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.admin.labels import BAD, CALM, GAP, GOOD, WAIT
from accounts.civil import add_days, add_months
from config.home_rows import Asker, listed
from cpni import figures
from cpni.admin.campaigns import COLOURS
from cpni.models import Approval, Figure, OptOutRequest

TASK = "cpni.tasks.take_figures"
BACK = 90  # days that approvals are shown over
STATES = {
    Approval.State.ASSUMED: GOOD,
    Approval.State.EXPRESS: WAIT,
    Approval.State.DENIED: BAD,
    Approval.State.SUSPENDED: GAP,
    Approval.State.ENDED: CALM,
}
STEPS = (
    ("recipients", "Recipients", CALM),
    ("sent", "Sent", WAIT),
    ("arrived", "Arrived", GOOD),
    ("approved", "Approval assumed", GAP),
)
# The theme's own lay bars of one day over each other, and show no line of one day.
OPTIONS = json.dumps(
    {
        "animation": False,
        "maintainAspectRatio": False,
        "plugins": {"legend": {"display": False}},
        "scales": {
            "x": {"ticks": {"maxTicksLimit": 7}},
            "y": {"beginAtZero": True, "ticks": {"precision": 0}},
        },
    }
)


@dataclass(frozen=True)
class Chart:
    """A chart and its table: ``rows`` are a heading and cells, a number with its list's address."""

    name: str
    kind: str  # "bar" or "line"
    says: str
    data: str
    legend: Sequence[tuple[str, str]]
    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[tuple[Any, str]]]]
    as_of: datetime


def charts_for(asker: Asker) -> list[Chart]:
    """The charts that concern the person; none before the figures were taken once."""
    may = asker.person.has_perm
    answers = may("accounts.view_importbatch") and may("notices.view_delivery")
    makers: list[tuple[str, Callable[[Asker, list[Figure]], Chart | None]]] = []
    if answers and may("cpni.view_approval"):
        makers += [(figures.APPROVALS, approvals), (figures.WINDOWS, windows)]
    if answers and may("cpni.view_optoutrequest"):
        makers.append((figures.ROUTES, routes))
    if answers or may("notices.add_campaign"):
        makers.append((figures.CAMPAIGNS, funnels))
    if not makers:
        return []
    since = add_days(asker.today, -BACK)
    taken: dict[str, list[Figure]] = {}
    wanted = Q(name=figures.APPROVALS) | Q(day__gt=add_days(asker.today, -7))
    names = [name for name, _ in makers]
    for figure in Figure.objects.filter(wanted, name__in=names, day__gte=since).order_by("day"):
        taken.setdefault(figure.name, []).append(figure)
    made = (make(asker, taken[name]) for name, make in makers if name in taken)
    return [chart for chart in made if chart]


def approvals(asker: Asker, found: list[Figure]) -> Chart | None:
    """Approvals by state, day by day."""
    last = found[-1]
    states = [s for s in STATES if any(f.details.get(s.value) for f in found)]
    if not states:
        return None
    series = [(s.label, [f.details.get(s.value, 0) for f in found], STATES[s]) for s in states]
    cells = [
        (
            short(figure.day),
            [
                (
                    figure.details.get(s.value, 0),
                    listed("cpni_approval", f"?state__exact={s.value}") if figure is last else "",
                )
                for s in states
            ],
        )
        for figure in reversed(found)
    ]
    return _chart(
        "Approvals by state",
        "line",
        [short(f.day) for f in found],
        series,
        ["Day", *(str(s.label) for s in states)],
        cells,
        last,
    )


def windows(asker: Asker, found: list[Figure]) -> Chart | None:
    """How many waiting periods end on each of the next days."""
    last = found[-1]
    by_day = {
        day: number
        for text, number in last.details.items()
        if (day := date.fromisoformat(text)) >= asker.today
    }
    if not by_day:
        return None
    days = [add_days(asker.today, n) for n in range(figures.AHEAD + 1)]
    query = "?fate=sent&last_objection_day_from={0}&last_objection_day_to={0}"
    return _chart(
        f"Waiting periods that end within {figures.AHEAD} days",
        "bar",
        [short(day) for day in days],
        [("Last days to object", [by_day.get(day, 0) for day in days], WAIT)],
        ["Customer’s last day", "Notices"],
        [
            (short(day), [(number, listed("notices_delivery", query.format(day)))])
            for day, number in sorted(by_day.items())
        ],
        last,
    )


def routes(asker: Asker, found: list[Figure]) -> Chart | None:
    """Opt-outs of the last months, by route."""
    last = found[-1]
    known = [route for route in OptOutRequest.Route if last.details.get(route.value)]
    if not known:
        return None
    first = add_months(last.day, -figures.MONTHS)
    query = (
        "?wish__exact=opt_out&status__exact=applied&route__exact={}"
        f"&received_on_from={first}&received_on_to={last.day}"
    )
    numbers = [last.details[route.value] for route in known]
    return _chart(
        f"Opt-outs by route, {figures.MONTHS} months",
        "bar",
        [str(route.label) for route in known],
        [("Opt-outs", numbers, BAD)],
        ["Route", "Opt-outs"],
        [
            (str(r.label), [(n, listed("cpni_optoutrequest", query.format(r.value)))])
            for r, n in zip(known, numbers, strict=True)
        ],
        last,
    )


def funnels(asker: Asker, found: list[Figure]) -> Chart | None:
    """The latest campaigns: how many recipients, sent, arrived, approvals."""
    last = found[-1]
    campaigns = last.details.get("funnels", [])
    if not campaigns:
        return None
    rows = []
    for one in campaigns:
        address = reverse("admin:notices_campaign_results", args=[one["id"]])
        rows.append((one["name"], [(one[key], address) for key, _, _ in STEPS]))
    return _chart(
        "Latest campaigns",
        "bar",
        [one["name"][:24] for one in campaigns],
        [(label, [one[key] for one in campaigns], tone) for key, label, tone in STEPS],
        ["Campaign", *(label for _, label, _ in STEPS)],
        rows,
        last,
    )


def _chart(
    name: str,
    kind: str,
    labels: list[str],
    series: Sequence[tuple[Any, list[int], str]],
    columns: list[str],
    rows: list[tuple[str, list[tuple[Any, str]]]],
    figure: Figure,
) -> Chart:
    sets = [
        {
            "label": str(label),
            "data": numbers,
            "backgroundColor": COLOURS[tone],
            "borderColor": COLOURS[tone],
        }
        for label, numbers, tone in series
    ]
    legend = [(str(label), tone) for label, _, tone in series]
    return Chart(
        name,
        kind,
        f"{name}; the numbers are in the table below it",
        json.dumps({"labels": labels, "datasets": sets}),
        legend if len(legend) > 1 else [],
        columns,
        rows,
        timezone.localtime(figure.taken_at),
    )


def short(day: date) -> str:
    """A day as an axis shows it."""
    return f"{day:%b} {day.day}"
