"""Filters of lists by campaign, which the results of a campaign lead to."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter

from accounts.admin.given_filters import GivenFilter
from accounts.fields import record_id
from cpni import results
from notices.models import Campaign

ARRIVED = "arrived"
ARRIVALS = {results.WITHIN: "By the customer’s last day", results.AFTER: "After it"}


class CampaignFilter(GivenFilter):
    """Records that came of one campaign."""

    title = "campaign"
    parameter_name = "campaign"

    def words(self, value: str) -> str:
        """Its name."""
        return str(Campaign.objects.filter(pk=int(value)).first() or "?")


class AssumedFilter(CampaignFilter):
    """Approvals that are assumed from a notice of one campaign."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those."""
        number = self.number()
        if number is None:
            return queryset
        return queryset.filter(pk__in=results.assumed([number]).values("pk"))


class ObjectedFilter(CampaignFilter):
    """Objections to one campaign."""

    title = "objection to"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those."""
        number = self.number()
        # Asked together with when they came, one question is asked, or it takes ten times as long.
        if number is None or request.GET.get(ARRIVED) in ARRIVALS:
            return queryset
        return queryset.filter(pk__in=results.objections([number]).values("pk"))


class ObjectedWhenFilter(DropdownFilter):
    """Of the objections to one campaign, those within its waiting period or after it."""

    title = "received"
    parameter_name = ARRIVED

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Both, once a campaign is given."""
        return list(ARRIVALS.items()) if self._campaign(request) is not None else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those."""
        number, when = self._campaign(request), self.value()
        if number is None or when not in ARRIVALS:
            return queryset
        found = results.objections([number]).filter(when=when)
        return queryset.filter(pk__in=found.values("pk"))

    @staticmethod
    def _campaign(request: HttpRequest) -> int | None:
        return record_id(request.GET.get(CampaignFilter.parameter_name, ""))
