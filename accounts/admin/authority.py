"""Who may speak for an account: authorised users, and businesses' contracts."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts import exemptions
from accounts.admin.account_field import AccountField
from accounts.admin.acts import confirmed_act, person
from accounts.admin.base import ReadOnlyRecordAdmin, ReasonForm, RecordAdmin
from accounts.admin.calls import customer_link
from accounts.admin.given_filters import CustomerFilter
from accounts.admin.labels import CALM, GOOD, WAIT, label
from accounts.admin.written_once import FilledInWhenNew
from accounts.models import AuthorisedUser, BusinessExemption, Carrier


class WithStatus:
    """A list with whether each holds today; the day is asked once."""

    def fill_in(self, request: HttpRequest, rows: list[Any]) -> None:
        """The carrier's civil day."""
        today = Carrier.today()
        for row in rows:
            row.today = today

    @display(description="Customer")
    def whom(self, record: Any) -> str:
        """The customer, as a link."""
        return customer_link(record)

    @display(description="Status")
    def status_label(self, record: Any) -> str:
        """In force or not, in colour and words."""
        if record.current(getattr(record, "today", None) or Carrier.today()):
            return label("In force", GOOD)
        return label("Not yet", WAIT) if record.until is None else label("Ended", CALM)


@admin.register(AuthorisedUser)
class AuthorisedUserAdmin(WithStatus, ReadOnlyRecordAdmin):
    """Everyone whom an account holder let speak for an account; ended ones too."""

    shows_customers = True
    list_display = ("name", "whom", "authority", "status_label", "since", "until")
    list_display_links = ("name",)
    list_filter = (("authority", ChoicesDropdownFilter), CustomerFilter)
    list_filter_submit = True
    list_select_related = ("customer",)
    search_fields = ("customer__account_number__exact", "name__istartswith")
    search_help_text = "Whole account number, or start of the name"
    ordering = ("name", "id")
    fields = ("whom", "name", "authority", "status_label", "since", "until")
    readonly_fields = ("whom", "status_label")


class ExemptionForm(ReasonForm):
    """A contract, with the customer by account number."""

    account = AccountField(widget=UnfoldAdminTextInputWidget, help_text="Of a business.")

    def clean(self) -> dict[str, Any] | None:
        """Name the customer before the record asks whether it is a business."""
        cleaned = super().clean()
        self.instance.customer = self.cleaned_data.get("account")
        return cleaned


@admin.register(BusinessExemption)
class BusinessExemptionAdmin(FilledInWhenNew, WithStatus, RecordAdmin):
    """Contracts that say how a business is authenticated instead of by the rule."""

    form = ExemptionForm
    shows_customers = True
    list_display = ("contract", "whom", "account_representative", "status_label", "contract_on")
    list_display_links = ("contract",)
    list_filter = (CustomerFilter,)
    list_filter_submit = True
    list_select_related = ("customer",)
    search_fields = ("customer__account_number__exact", "contract__istartswith")
    search_help_text = "Whole account number, or start of the contract"
    ordering = ("-contract_on", "-id")
    actions_detail = ("end_exemption",)
    add_fieldsets = (
        (
            None,
            {
                "fields": (
                    "account",
                    "account_representative",
                    "contract",
                    "contract_on",
                    "terms",
                ),
                "description": "It needs both: an account representative of the customer’s own, and"
                " a contract that specifically addresses the protection of CPNI (64.2010(g)).",
            },
        ),
    )
    fields = (
        "whom",
        "account_representative",
        "contract",
        "contract_on",
        "terms",
        "status_label",
        "until",
    )
    readonly_fields = ("whom", "status_label")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A contract is entered and ends; another one is another record."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Enter it through its verb."""
        saved = exemptions.add(
            obj.customer,
            account_representative=obj.account_representative,
            contract=obj.contract,
            contract_on=obj.contract_on,
            terms=obj.terms,
            on=Carrier.today(),
            by=person(request),
            because=form.cleaned_data.get("because") or "Added",
        )
        obj.pk = saved.pk

    @confirmed_act(
        "End",
        permission=exemptions.END,
        outlook="From today this business is authenticated as everybody else (64.2010(b)).",
        shown=lambda exemption: exemption.until is None,
        icon="event_busy",
        variant=ActionVariant.DANGER,
    )
    def end_exemption(
        self, request: HttpRequest, exemption: BusinessExemption, data: dict[str, Any]
    ) -> str:
        """End it today."""
        exemptions.end(exemption, on=Carrier.today(), by=person(request), because=data["because"])
        return "Ended."
