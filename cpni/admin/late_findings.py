"""Uses that what is known now would not have allowed: the officer's list."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import F
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import display
from unfold.enums import ActionVariant

from accounts.admin.acts import ActForm, Outlook, confirmed_act, person
from accounts.admin.base import ReadOnlyRecordAdmin
from accounts.admin.labels import BAD, GOOD, label
from cpni import late_findings
from cpni.models import LateFinding


class SettleForm(ActForm):
    """What was done about it."""

    note = forms.CharField(
        label="What was done",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Such as: the recipient was told to destroy it, and confirmed that.",
    )


class OpenFilter(DropdownFilter):
    """Whether somebody has still to settle it."""

    title = "Status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Open or settled."""
        return [("open", "Open"), ("settled", "Settled")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Those of that status."""
        if self.value() not in ("open", "settled"):
            return queryset
        return queryset.filter(settled_at__isnull=self.value() == "open")


def outlook(self: Any, request: HttpRequest, finding: LateFinding) -> Outlook:
    """What it is about."""
    used = finding.disclosure
    return Outlook(
        "It was allowed by what was known when it was made, and is not by what is known now.",
        [
            ("Used on", used.used_on),
            ("Recipient", used.recipient),
            ("What", used.what),
            ("What is known now", finding.sentence),
        ],
    )


@admin.register(LateFinding)
class LateFindingAdmin(ReadOnlyRecordAdmin):
    """What late objections, returned notices and corrections have shown to be wrong."""

    shows_customers = True

    list_display = (
        "used_on",
        "customer_link",
        "recipient",
        "use",
        "sentence",
        "found_at",
        "status_label",
    )
    list_filter = (OpenFilter,)
    list_select_related = ("disclosure__customer", "disclosure__use")
    search_fields = ("disclosure__customer__account_number__exact",)
    search_help_text = "Whole account number"
    # Open ones first, the oldest of them at the top.
    ordering = (F("settled_at").desc(nulls_first=True), "found_at", "id")
    fields = (
        "status_label",
        "used_on",
        "customer_link",
        "use",
        "recipient",
        "what",
        "record",
        "sentence",
        "found_at",
        "settled_at",
        "settled_by",
        "note",
    )
    readonly_fields = (
        "status_label",
        "used_on",
        "customer_link",
        "use",
        "recipient",
        "what",
        "record",
    )
    actions_detail = ("settle",)

    def customer_of(self, obj: Any) -> int | None:
        """Whose information was used."""
        return obj.disclosure.customer_id if obj else None

    @display(description="Status")
    def status_label(self, finding: LateFinding) -> str:
        """Open or settled."""
        return label("Open", BAD) if finding.is_open else label("Settled", GOOD)

    @display(description="Used on", ordering="disclosure__used_on")
    def used_on(self, finding: LateFinding) -> Any:
        """The day of the use."""
        day = finding.disclosure.used_on
        return f"{day:%b} {day.day}, {day.year}"

    @display(description="Customer")
    def customer_link(self, finding: LateFinding) -> str:
        """The customer, as a link."""
        used = finding.disclosure
        address = reverse("admin:accounts_customer_change", args=[used.customer_id])
        return format_html('<a class="text-link" href="{}">{}</a>', address, used.customer)

    @display(description="Use")
    def use(self, finding: LateFinding) -> str:
        """What it was used for."""
        return str(finding.disclosure.use)

    @display(description="Recipient")
    def recipient(self, finding: LateFinding) -> str:
        """Who used or received it."""
        return finding.disclosure.recipient

    @display(description="What")
    def what(self, finding: LateFinding) -> str:
        """The specific CPNI."""
        return finding.disclosure.what

    @display(description="The use as it was recorded")
    def record(self, finding: LateFinding) -> str:
        """As a link."""
        address = reverse("admin:cpni_disclosure_change", args=[finding.disclosure_id])
        return format_html(
            '<a class="text-link" href="{}">{}</a>', address, "Reason and evidence of that day"
        )

    @confirmed_act(
        "Settle",
        permission=late_findings.SETTLE,
        outlook=outlook,
        form=SettleForm,
        shown=lambda finding: finding.is_open,
        icon="task_alt",
        variant=ActionVariant.PRIMARY,
    )
    def settle(self, request: HttpRequest, finding: LateFinding, data: dict[str, Any]) -> str:
        """Close it with what was done."""
        late_findings.settle(
            finding,
            note=data["note"],
            at=timezone.now(),
            by=person(request),
            because=data["because"],
        )
        return "It is settled."
