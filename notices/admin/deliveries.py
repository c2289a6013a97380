"""Deliveries: the fate of each notice to each customer. Written by jobs and verbs only."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    DropdownFilter,
    RangeDateFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display

from accounts.admin.base import ReadOnlyRecordAdmin
from accounts.admin.labels import BAD, CALM, GAP, GOOD, WAIT, label
from notices.gaps import missed
from notices.models import Delivery
from notices.references import delivery_id

STATE_TONES = {
    Delivery.State.QUEUED: WAIT,
    Delivery.State.SENDING: WAIT,
    Delivery.State.BATCHED: WAIT,
    Delivery.State.SENT: GOOD,
    Delivery.State.FAILED: BAD,
    Delivery.State.UNREACHABLE: GAP,
    Delivery.State.CANCELLED: CALM,
}


def state_label(delivery: Delivery) -> str:
    """What became of it: what came back beats what was sent."""
    if delivery.outcome:
        return label(delivery.get_outcome_display(), BAD)
    return label(delivery.get_state_display(), STATE_TONES[Delivery.State(delivery.state)])


class MissedFilter(DropdownFilter):
    """The exceptions: customers whom a notice did not reach."""

    title = "exceptions"
    parameter_name = "missed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The one question."""
        return [("open", "Did not arrive, and nothing else sent since")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> Any:
        """Those that did not arrive and have no substitute."""
        return missed(queryset) if self.value() == "open" else queryset


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyRecordAdmin):
    """To whom, which way, when, until when they may object, and what came back."""

    list_display = (
        "reference",
        "recipient",
        "campaign",
        "channel",
        "state_label",
        "mailed_on",
        "last_objection_day",
        "assume_from",
    )
    list_filter = (
        MissedFilter,
        ("campaign", RelatedDropdownFilter),
        ("channel", ChoicesDropdownFilter),
        ("state", ChoicesDropdownFilter),
        ("outcome", ChoicesDropdownFilter),
        ("last_objection_day", RangeDateFilter),
    )
    list_filter_submit = True
    list_select_related = ("campaign", "customer")
    search_fields = ("customer__account_number__exact",)  # see get_search_results
    search_help_text = "Reference (N-…) or whole account number"
    ordering = ("-id",)
    fieldsets = (
        (
            "To whom",
            {"fields": ("recipient", "recipient_name", "channel", "address", "campaign", "text")},
        ),
        (
            "What became of it",
            {"fields": ("state_label", "reason", "outcome_on", "attempts", "in_doubt")},
        ),
        ("The customer's time", {"fields": ("mailed_on", "last_objection_day", "assume_from")}),
        (
            "Proof",
            {"fields": ("sent_at", "server_answer", "batch", "mailing_proof", "digest")},
        ),
    )
    readonly_fields = ("recipient", "state_label", "address", "digest")

    def get_queryset(self, request: HttpRequest) -> Any:
        """With what the record's own page names."""
        found = super().get_queryset(request)
        return found.select_related(
            "customer", "campaign", "text__notice", "contact_point", "batch__campaign"
        )

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        """The delivery of a reference, or those of an account."""
        term = search_term.strip()
        if number := delivery_id(term):
            return queryset.filter(pk=number), False
        return super().get_search_results(request, queryset, term)

    @display(description="Reference", ordering="id")
    def reference(self, delivery: Delivery) -> str:
        """The code that is printed on it."""
        return delivery.reference

    @display(description="Customer", ordering="customer")
    def recipient(self, delivery: Delivery) -> str:
        """The customer, as a link."""
        address = reverse("admin:accounts_customer_change", args=[delivery.customer_id])
        return format_html('<a class="text-link" href="{}">{}</a>', address, delivery.customer)

    @display(description="State", ordering="state")
    def state_label(self, delivery: Delivery) -> str:
        """What became of it, in colour and words."""
        return state_label(delivery)

    @display(description="Address as it was")
    def address(self, delivery: Delivery) -> str:
        """Where it went; contact points never change their value."""
        return str(delivery.contact_point) if delivery.contact_point else "–"

    @display(description="Text sent (SHA-256)")
    def digest(self, delivery: Delivery) -> str:
        """The digest of the words that were sent."""
        return delivery.text.digest
