"""Complaints about unauthorised release of CPNI: entered, looked into, resolved."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import F
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter, RangeDateFilter
from unfold.decorators import display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from accounts.admin.account_field import AccountField
from accounts.admin.acts import ActForm, confirmed_act, person
from accounts.admin.base import ReasonForm, RecordAdmin
from accounts.admin.given_filters import EntererFilter
from accounts.admin.labels import GOOD, WAIT, label
from accounts.admin.written_once import FilledInWhenNew
from accounts.models import Carrier
from cpni import complaints
from cpni.models import Complaint


class ComplaintForm(ReasonForm):
    """A complaint, with the customer by account number, where it is known."""

    account = AccountField(
        label="Account number, if known", required=False, widget=UnfoldAdminTextInputWidget
    )
    said = forms.CharField(
        label="What was said",
        max_length=4_000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 5}),
        help_text="In their words: who got what, how, and when.",
    )


class ResolveForm(ActForm):
    """What came of it."""

    found = forms.CharField(
        label="What was found and done",
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="The annual certificate sums these up (64.2009(e)).",
    )


class OpenFilter(DropdownFilter):
    """Whether somebody has still to look into it."""

    title = "Status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Open or resolved."""
        return [("open", "Open"), ("resolved", "Resolved")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Those of that status."""
        if self.value() not in ("open", "resolved"):
            return queryset
        return queryset.filter(resolved_on__isnull=self.value() == "open")


@admin.register(Complaint)
class ComplaintAdmin(FilledInWhenNew, RecordAdmin):
    """What people complained of, and what was found."""

    shows_customers = True

    form = ComplaintForm
    list_display = ("received_on", "category", "route", "customer_link", "status_label")
    list_display_links = ("received_on",)
    list_filter = (
        OpenFilter,
        ("category", ChoicesDropdownFilter),
        ("received_on", RangeDateFilter),
        EntererFilter,
    )
    list_filter_submit = True
    list_select_related = ("customer",)
    search_fields = ("customer__account_number__exact",)
    search_help_text = "Whole account number"
    # Open ones first, the oldest of them at the top.
    ordering = (F("resolved_on").desc(nulls_first=True), "received_on", "id")
    add_fieldsets = ((None, {"fields": ("category", "route", "received_on", "account", "said")}),)
    fields = (
        "status_label",
        "category",
        "route",
        "received_on",
        "customer_link",
        "call",
        "said",
        "found",
        "resolved_on",
        "entered_at",
        "entered_by",
    )
    readonly_fields = ("status_label", "customer_link")
    actions_detail = ("resolve",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Who may not read complaints enters them from a call, and is led nowhere from here."""
        return self.has_view_permission(request) and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Kept as it came."""
        return False

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Most are entered on the day."""
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        return {"received_on": Carrier.today(), **initial}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Enter it through the verb."""
        obj.customer = form.cleaned_data["account"]
        complaints.receive(
            obj,
            today=Carrier.today(),
            at=timezone.now(),
            by=person(request),
            because=form.cleaned_data.get("because") or "Received",
        )

    @display(description="Customer", ordering="customer")
    def customer_link(self, complaint: Complaint) -> str:
        """The customer, as a link."""
        if complaint.customer_id is None:
            return "–"
        address = reverse("admin:accounts_customer_change", args=[complaint.customer_id])
        return format_html('<a class="text-link" href="{}">{}</a>', address, complaint.customer)

    @display(description="Status")
    def status_label(self, complaint: Complaint) -> str:
        """Open or resolved."""
        return label("Open", WAIT) if complaint.is_open else label("Resolved", GOOD)

    @confirmed_act(
        "Resolve",
        permission=complaints.RESOLVE,
        outlook="Closes the complaint with what was found and done. It cannot be opened again.",
        form=ResolveForm,
        shown=lambda complaint: complaint.is_open,
        icon="task_alt",
        variant=ActionVariant.PRIMARY,
    )
    def resolve(self, request: HttpRequest, complaint: Complaint, data: dict[str, Any]) -> str:
        """Close it."""
        complaints.resolve(
            complaint,
            found=data["found"],
            on=Carrier.today(),
            by=person(request),
            because=data["because"],
        )
        return "The complaint is resolved."
