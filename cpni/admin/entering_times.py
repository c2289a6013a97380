"""The page that says how long it took to enter what had been received."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from unfold.contrib.filters.admin import DropdownFilter

from accounts.admin.pages import page
from accounts.admin.period_form import PeriodForm
from accounts.civil import add_months
from accounts.models import Carrier
from cpni import optouts
from cpni.entering_times import entering_times
from cpni.models import OptOutRequest


class BetweenFilter(DropdownFilter):
    """Objections that counted already when the customer’s information was still used."""

    title = "CPNI"
    parameter_name = "between"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The one question."""
        return [("used", "Used between receipt and entry")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[OptOutRequest]) -> Any:
        """Those."""
        return optouts.with_uses_in_between(queryset) if self.value() == "used" else queryset


class ReceivedForm(PeriodForm):
    """From the first day to the last."""

    first = forms.DateField(label="Received from", widget=forms.DateInput)
    last = forms.DateField(label="to", widget=forms.DateInput)


def entering_times_page(model_admin: Any, request: HttpRequest) -> HttpResponseBase:
    """The report for the period that was asked for; without one, the last twelve months."""
    today = Carrier.today()
    asked = {"first": add_months(today, -12).isoformat(), "last": today.isoformat()}
    form = ReceivedForm(asked | {k: v for k in asked if (v := request.GET.get(k))})
    times = []
    if form.is_valid():
        period = form.cleaned_data
        times = entering_times(period["first"], period["last"], Carrier.zone_or_default())
    return page(
        model_admin,
        request,
        "cpni/admin/entering_times.html",
        None,
        title="From receipt to entry",
        form=form,
        times=times,
        first=form.cleaned_data.get("first"),
        last=form.cleaned_data.get("last"),
    )
