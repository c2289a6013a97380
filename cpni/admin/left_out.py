"""Whom marketing campaigns left out, when, and why."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import display

from accounts.admin.base import ReadOnlyAdmin
from accounts.admin.given_filters import CustomerFilter, GivenFilter
from accounts.admin.labels import WAIT, label
from cpni import audience_scrubs
from cpni.models import AudienceScrub, LeftOut


class ScrubFilter(GivenFilter):
    """Those whom one campaign left out at one moment."""

    title = "campaign"
    parameter_name = "of"  # a field is named scrub, and addresses name no fields

    def words(self, value: str) -> str:
        """The campaign and the moment."""
        scrubs = AudienceScrub.objects.select_related("campaign")
        return str(scrubs.filter(pk=int(value)).first() or "?")

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Theirs."""
        number = self.number()
        return queryset if number is None else queryset.filter(scrub_id=number)


class ReasonFilter(DropdownFilter):
    """Why they were left out."""

    title = "Reason"
    parameter_name = "why"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Every reason there is."""
        return [(code, audience_scrubs.words(code)) for code in audience_scrubs.all_reasons()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Those with that reason."""
        return queryset.filter(reason=self.value()) if self.value() else queryset


@admin.register(LeftOut)
class LeftOutAdmin(ReadOnlyAdmin):
    """Whom campaigns left out, when, and why."""

    shows_customers = True

    list_display = ("customer_link", "campaign", "on", "why")
    list_display_links = None
    list_filter = (ScrubFilter, ReasonFilter, CustomerFilter)
    list_filter_submit = True
    list_select_related = ("customer", "scrub__campaign")
    search_fields = ("customer__account_number__exact",)
    search_help_text = "Whole account number"
    ordering = ("-id",)
    fields = readonly_fields = ("customer_link", "campaign", "on", "why")

    @display(description="Customer", ordering="customer")
    def customer_link(self, left: LeftOut) -> str:
        """The customer, as a link."""
        address = reverse("admin:accounts_customer_change", args=[left.customer_id])
        return format_html('<a class="text-link" href="{}">{}</a>', address, left.customer)

    @display(description="Campaign")
    def campaign(self, left: LeftOut) -> str:
        """The campaign, as a link."""
        campaign = left.scrub.campaign
        address = reverse("admin:cpni_marketingcampaign_change", args=[campaign.pk])
        return format_html('<a class="text-link" href="{}">{}</a>', address, campaign)

    @display(description="On")
    def on(self, left: LeftOut) -> Any:
        """The day that was asked about."""
        return left.scrub.on

    @display(description="Left out because")
    def why(self, left: LeftOut) -> str:
        """The reason in words."""
        return label(audience_scrubs.words(left.reason), WAIT)
