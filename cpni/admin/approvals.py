"""Approvals: the present state for each customer and use. Written by jobs and verbs only."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    DropdownFilter,
    RangeDateFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display

from accounts.admin.base import ReadOnlyRecordAdmin
from accounts.admin.labels import BAD, CALM, GAP, GOOD, choice_label
from accounts.admin.list_exports import ListExport
from accounts.models import Carrier
from cpni import figures, gaps
from cpni.admin.campaign_filters import AssumedFilter
from cpni.admin.evidence import sample_page
from cpni.admin.verifications import UnverifiedFilter
from cpni.models import Approval

STATE_TONES = {
    Approval.State.ASSUMED: GOOD,
    Approval.State.EXPRESS: GOOD,
    Approval.State.DENIED: BAD,
    Approval.State.SUSPENDED: GAP,
    Approval.State.ENDED: CALM,
}


class EvidenceFilter(DropdownFilter):
    """Approvals whose evidence grows old."""

    title = "evidence"
    parameter_name = "evidence"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Both questions."""
        return [
            ("ending", f"Its retention ends within {figures.AHEAD} days"),
            ("old", "It is older than two years"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Approval]) -> Any:
        """Those whose notice is soon as old as it is kept, or whose evidence is old."""
        questions = {"ending": figures.evidence_ending, "old": gaps.on_old_evidence}
        if self.value() not in questions:
            return queryset
        return questions[self.value()](queryset, on=Carrier.today())


@admin.register(Approval)
class ApprovalAdmin(ListExport, ReadOnlyRecordAdmin):
    """Who approves what, on what evidence. The history of each is its ledger."""

    shows_customers = True

    list_display = ("customer_link", "use", "state_label", "effective_on", "because", "evidence")
    list_display_links = ("use",)
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("use", RelatedDropdownFilter),
        ("effective_on", RangeDateFilter),
        AssumedFilter,
        UnverifiedFilter,
        EvidenceFilter,
    )
    list_filter_submit = True
    list_select_related = ("customer", "use", "request", "delivery__text__notice")
    search_fields = ("customer__account_number__exact",)
    search_help_text = "The whole account number"
    ordering = ("-id",)
    fields = ("customer_link", "use", "state_label", "effective_on", "because", "evidence", "run")
    readonly_fields = ("customer_link", "state_label", "evidence")

    def get_queryset(self, request: HttpRequest) -> Any:
        """With what the record's own page names."""
        found = super().get_queryset(request)
        return found.select_related("customer", "use", "request", "delivery__text__notice", "run")

    def get_urls(self) -> list[URLPattern]:
        """One more: the random sample."""
        view = self.admin_site.admin_view(self.sample_view)
        return [path("sample/", view, name="cpni_approval_sample"), *super().get_urls()]

    def sample_view(self, request: HttpRequest) -> HttpResponseBase:
        """A random sample of those that are assumed, with what each rests on."""
        return sample_page(self, request)

    @display(description="Customer", ordering="customer")
    def customer_link(self, approval: Approval) -> str:
        """The customer, as a link."""
        address = reverse("admin:accounts_customer_change", args=[approval.customer_id])
        return format_html('<a class="text-link" href="{}">{}</a>', address, approval.customer)

    @display(description="State", ordering="state")
    def state_label(self, approval: Approval) -> str:
        """The state in colour and words."""
        return choice_label(approval, "state", STATE_TONES)

    @display(description="Evidence")
    def evidence(self, approval: Approval) -> str:
        """The record on which it rests, as a link."""
        if approval.request:
            address = reverse("admin:cpni_optoutrequest_change", args=[approval.request_id])
            return format_html('<a class="text-link" href="{}">{}</a>', address, approval.request)
        if approval.delivery:
            address = reverse("admin:notices_delivery_change", args=[approval.delivery_id])
            words = f"Notice {approval.delivery.reference}"
            return format_html('<a class="text-link" href="{}">{}</a>', address, words)
        return "–"
