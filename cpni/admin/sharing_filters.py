"""Filters of lists by what others receive, and by which approval."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter

from accounts.models import Carrier
from cpni import sharing
from cpni.models import Disclosure, MarketingCampaign, Recipient


class NeedsFilter(DropdownFilter):
    """Recipients for whom opt-out does not do."""

    title = "approval"
    parameter_name = "needs"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The one question."""
        return [("opt_in", "Each customer’s opt-in is needed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Recipient]) -> Any:
        """Those."""
        return sharing.needing_opt_in(queryset) if self.value() == "opt_in" else queryset


class OptInFilter(DropdownFilter):
    """What such recipients were given, and whether by opt-in."""

    title = "opt-in"
    parameter_name = "optin"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Both questions."""
        return [
            ("given", "Given to whom opt-in is needed for"),
            ("missing", "Given to them without opt-in"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Disclosure]) -> Any:
        """Those."""
        questions = {"given": sharing.given_to_these, "missing": sharing.given_without_opt_in}
        return questions[self.value()](queryset) if self.value() in questions else queryset


class NamedFilter(DropdownFilter):
    """Campaigns that go to somebody whom customers were not told of."""

    title = "recipients"
    parameter_name = "named"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The one question."""
        return [("no", "One is not named in the policy in force")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[MarketingCampaign]) -> Any:
        """Those."""
        if self.value() != "no":
            return queryset
        return sharing.sent_to_unnamed(queryset, on=Carrier.today())
