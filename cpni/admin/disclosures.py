"""Uses made of CPNI: written once, and only when the decision allows it."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.contrib.filters.admin import RangeDateFilter, RelatedDropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.admin.account_field import AccountField
from accounts.admin.acts import person
from accounts.admin.base import ReasonForm, RecordAdmin
from accounts.models import Carrier
from cpni import disclosures, reasons
from cpni.models import Disclosure

SENTENCES = {reason.code: reason for reason in reasons.ALL}


class DisclosureForm(ReasonForm):
    """A use, with the customer by account number."""

    account = AccountField(widget=UnfoldAdminTextInputWidget)


@admin.register(Disclosure)
class DisclosureAdmin(RecordAdmin):
    """Who used or received whose information, for what, and why that was allowed."""

    shows_customers = True

    form = DisclosureForm
    list_display = ("used_on", "customer_link", "use", "recipient", "what", "allowed_by")
    list_display_links = ("used_on",)
    list_filter = (("use", RelatedDropdownFilter), ("used_on", RangeDateFilter))
    list_filter_submit = True
    list_select_related = ("customer", "use")
    search_fields = ("customer__account_number__exact", "recipient__istartswith")
    search_help_text = "Whole account number, or start of the recipient"
    ordering = ("-used_on", "-id")
    add_fieldsets = (
        (
            None,
            {
                "fields": ("account", "use", "used_on", "recipient", "what"),
                "description": "The decision for that day is asked and kept with it."
                " A use that is not allowed is refused and not recorded.",
            },
        ),
    )
    fields = (
        "customer_link",
        "use",
        "used_on",
        "recipient",
        "what",
        "allowed_by",
        "proofs",
        "recorded_at",
        "by",
    )
    readonly_fields = ("customer_link", "allowed_by", "proofs")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Written once."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """None in a new one."""
        return super().get_readonly_fields(request, obj) if obj else ()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Most are recorded on the day."""
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        return {"used_on": Carrier.today(), **initial}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Record it through the verb, which asks whether it is allowed."""
        recorded = disclosures.record(
            form.cleaned_data["account"],
            obj.use,
            on=obj.used_on,
            recipient=obj.recipient,
            what=obj.what,
            at=timezone.now(),
            by=person(request),
            because=form.cleaned_data.get("because") or "Recorded",
        )
        obj.pk, obj.customer = recorded.pk, recorded.customer

    @display(description="Customer", ordering="customer")
    def customer_link(self, used: Disclosure) -> str:
        """The customer, as a link."""
        address = reverse("admin:accounts_customer_change", args=[used.customer_id])
        return format_html('<a class="text-link" href="{}">{}</a>', address, used.customer)

    @display(description="Allowed because")
    def allowed_by(self, used: Disclosure) -> str:
        """The decision's reason and section."""
        reason = SENTENCES.get(used.reason)
        return f"{reason.code.replace('_', ' ').capitalize()} ({reason.section})" if reason else "–"

    @display(description="Evidence")
    def proofs(self, used: Disclosure) -> str:
        """The records that proved it then."""
        return ", ".join(f"{kind} {number}" for kind, number in used.evidence) or "–"
