"""Uses made of CPNI: written once, and only when the decision allows it."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.contrib.filters.admin import DropdownFilter, RangeDateFilter, RelatedDropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextInputWidget

from accounts.admin.account_field import AccountField
from accounts.admin.acts import person
from accounts.admin.base import ReasonForm, RecordAdmin
from accounts.admin.given_filters import CustomerFilter, GivenFilter
from accounts.admin.written_once import FilledInWhenNew
from accounts.models import Carrier
from cpni import disclosures, reasons
from cpni.admin.sharing_filters import OptInFilter
from cpni.campaign_register import data_classes_in_words
from cpni.models import CallingList, Disclosure, MarketingCampaign
from notices.models import PolicyUse, Use

SENTENCES = {reason.code: reason for reason in reasons.ALL}


class DisclosureForm(ReasonForm):
    """A use, with the customer by account number."""

    account = AccountField(widget=UnfoldAdminTextInputWidget)
    data_classes = forms.MultipleChoiceField(
        label="Classes of CPNI",
        choices=PolicyUse.DataClass.choices,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )


class MadeByFilter(GivenFilter):
    """Uses that one campaign or list made; a link from there leads here."""

    model: Any = None

    def words(self, value: str) -> str:
        """Its name."""
        return str(self.model.objects.filter(pk=int(value)).first() or "?")


class CampaignFilter(MadeByFilter):
    """Of one marketing campaign."""

    title, parameter_name, column = "campaign", "marketing", "campaign_id"
    model = MarketingCampaign


class ListFilter(MadeByFilter):
    """Of one list that was handed out."""

    title, parameter_name, column = "list", "list", "calling_list_id"
    model = CallingList


class BeforeFilter(DropdownFilter):
    """Marketing before the customer's waiting period was over: there should be none, ever."""

    title = "Window"
    parameter_name = "window"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The one question."""
        return [("open", "Made while the waiting period ran")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Those uses that rest on silence before silence counted."""
        return disclosures.before_window_closed(queryset) if self.value() == "open" else queryset


@admin.register(Disclosure)
class DisclosureAdmin(FilledInWhenNew, RecordAdmin):
    """Who used or received whose information, for what, and why that was allowed."""

    shows_customers = True

    form = DisclosureForm
    list_display = ("used_on", "customer_link", "use", "recipient", "what", "allowed_by")
    list_display_links = ("used_on",)
    list_filter = (
        ("use", RelatedDropdownFilter),
        ("received_by", RelatedDropdownFilter),
        ("used_on", RangeDateFilter),
        BeforeFilter,
        OptInFilter,
        CustomerFilter,
        CampaignFilter,
        ListFilter,
    )
    list_filter_submit = True
    list_select_related = ("customer", "use")
    search_fields = ("customer__account_number__exact", "recipient__istartswith")
    search_help_text = "Whole account number, or start of the recipient"
    ordering = ("-used_on", "-id")
    add_fieldsets = (
        (
            None,
            {
                "fields": ("account", "use", "used_on", "received_by", "what", "data_classes"),
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
        "classes",
        "allowed_by",
        "proofs",
        "made_by",
        "recorded_at",
        "by",
    )
    readonly_fields = ("customer_link", "classes", "allowed_by", "proofs", "made_by")

    def get_queryset(self, request: HttpRequest) -> Any:
        """Those that this person may be shown."""
        return disclosures.shown_to(person(request), super().get_queryset(request))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Written once."""
        return False

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
            recipient=obj.received_by,
            what=obj.what,
            data_classes=obj.data_classes,
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

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """What has papers is entered with them."""
        if db_field.name == "use":
            kwargs["queryset"] = Use.objects.exclude(code__in=disclosures.PAPERS)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @display(description="Classes of CPNI")
    def classes(self, used: Disclosure) -> str:
        """In words."""
        return data_classes_in_words(used.data_classes) or "–"

    @display(description="Made by")
    def made_by(self, used: Disclosure) -> str:
        """The list, paper or campaign by which it was made, as a link."""
        for record, name in (
            (used.calling_list, "callinglist"),
            (used.requested, "requesteddisclosure"),
            (used.campaign, "marketingcampaign"),
        ):
            if record is not None:
                address = reverse(f"admin:cpni_{name}_change", args=[record.pk])
                return format_html('<a class="text-link" href="{}">{}</a>', address, record)
        return "–"

    @display(description="Allowed because")
    def allowed_by(self, used: Disclosure) -> str:
        """The decision's reason and section."""
        reason = SENTENCES.get(used.reason)
        return f"{reason.code.replace('_', ' ').capitalize()} ({reason.section})" if reason else "–"

    @display(description="Evidence")
    def proofs(self, used: Disclosure) -> str:
        """The records that proved it then."""
        return ", ".join(f"{kind} {number}" for kind, number in used.evidence) or "–"
