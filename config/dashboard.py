"""The home page: what needs someone today, each with its list and its remedy; and charts.

What a role may not view, it does not see. Which exceptions there are: ``config.home_exceptions``.
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts import calls, looks
from accounts.admin.acts import person
from accounts.models import Carrier
from accounts.within_call import TAKE_CALLS
from config import first_steps, home_charts, jobs
from config.home_exceptions import EXCEPTIONS
from config.home_rows import Asker, rows_for


def carrier_name(request: HttpRequest) -> str | None:
    """The carrier's name under the product's."""
    carrier = Carrier.get() if request.user.is_authenticated else None
    return carrier.legal_name if carrier else None


def environment(request: HttpRequest) -> list[str] | None:
    """A label that says that this installation is a trial."""
    return None if settings.PRODUCTION else ["Trial", "warning"]


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Fill in the home page."""
    asker = Asker(person(request), Carrier.today(), timezone.now())
    rows = rows_for(asker, EXCEPTIONS)
    charts = home_charts.charts_for(asker)
    context.update(
        title="Today",
        desk_today=asker.today,
        desk_needed=[row for row in rows if row.needed],
        desk_quiet=[row for row in rows if not row.needed],
        desk_as_of=min((row.as_of for row in rows if row.as_of), default=None),
        desk_charts=charts,
        desk_chart_options=home_charts.OPTIONS,
        desk_figures_task=home_charts.TASK if request.user.has_perm(jobs.START) else "",
        desk_steps=first_steps.steps_for(person(request)),
        desk_call=call_step(request),
    )
    return context


def call_step(request: HttpRequest) -> tuple[str, str] | None:
    """Where whoever takes calls goes next: words and an address."""
    if not request.user.has_perm(TAKE_CALLS):
        return None
    if there := calls.open_call(person(request)):
        looks.note(request, [there.customer_id], what=looks.What.LISTED, detail="open call")
        address = reverse("desk:call", args=[there.pk])
        return f"Go back to call {there.pk} with {there.customer.name}", address
    return "Take a call", reverse("desk:find")
