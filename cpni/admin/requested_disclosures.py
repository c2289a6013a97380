"""Disclosures that the law or a customer asks for: entered with the paper, then decided."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import F
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter
from unfold.decorators import display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.admin.account_field import AccountField
from accounts.admin.acts import ActForm, Outlook, confirmed_act, person
from accounts.admin.base import ReasonForm, RecordAdmin
from accounts.admin.given_filters import CustomerFilter
from accounts.admin.labels import BAD, CALM, GOOD, WAIT, choice_label, label
from accounts.admin.scans import HasScan
from accounts.admin.written_once import FilledInWhenNew
from accounts.fields import record_id
from accounts.models import Carrier, Customer
from cpni import requested_disclosures
from cpni.models import RequestedDisclosure

Kind, Status = RequestedDisclosure.Kind, RequestedDisclosure.Status
TONES = {Status.OPEN: WAIT, Status.DISCLOSED: GOOD, Status.DECLINED: CALM}


class PaperForm(ReasonForm):
    """A paper, with the customer by account number."""

    account = AccountField(widget=UnfoldAdminTextInputWidget)


class DisclosedForm(ActForm):
    """What was handed over."""

    on = forms.DateField(label="Disclosed on", widget=forms.DateInput)
    disclosed = forms.CharField(
        label="What was disclosed, and how",
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="No more than the paper asks for.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = Carrier.today()


def outlook(self: Any, request: HttpRequest, paper: RequestedDisclosure) -> Outlook:
    """What is decided."""
    return Outlook(
        "Read the paper first: who signed it, whether it is in force, and what it asks for."
        " It is kept as the evidence of the disclosure.",
        [
            ("Is disclosed to", paper.goes_to),
            ("Case or order", paper.reference or "–"),
            ("What is asked for", paper.scope),
            ("Due on", paper.due_on or "–"),
        ],
    )


@admin.register(RequestedDisclosure)
class RequestedDisclosureAdmin(FilledInWhenNew, HasScan, RecordAdmin):
    """Subpoenas and orders (222(c)(1)), and customers' own written requests (222(c)(2))."""

    shows_customers = True
    scan_named = "disclosure"

    form = PaperForm
    list_display = ("received_on", "kind", "customer_link", "goes_to", "due", "status_label")
    list_display_links = ("received_on",)
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("received_on", RangeDateFilter),
        CustomerFilter,
    )
    list_filter_submit = True
    list_select_related = ("customer",)
    search_fields = ("customer__account_number__exact", "goes_to__istartswith")
    search_help_text = "Whole account number, or start of whom it goes to"
    # Open ones first, what is due soonest at the top.
    ordering = (F("decided_on").desc(nulls_first=True), F("due_on").asc(nulls_last=True), "id")
    add_fieldsets = (
        (
            None,
            {
                "fields": (
                    *("kind", "account", "received_on", "goes_to", "reference", "scope"),
                    *("due_on", "scan"),
                ),
                "description": "The paper itself is kept with it. Nothing is disclosed before the"
                " compliance officer has read it.",
            },
        ),
    )
    fields = (
        "status_label",
        "kind",
        "customer_link",
        "received_on",
        "goes_to",
        "reference",
        "scope",
        "due",
        "paper",
        "disclosed",
        "decided_on",
        "decided_by",
        "decided_because",
        "entered_at",
        "entered_by",
    )
    readonly_fields = ("status_label", "customer_link", "due", "paper")
    actions_detail = ("disclose", "decline")

    def get_queryset(self, request: HttpRequest) -> Any:
        """Those that this person may be shown."""
        return requested_disclosures.shown_to(person(request), super().get_queryset(request))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Kept as it came."""
        return False

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """What the law compels is the officer's to enter."""
        if db_field.name == "kind" and not request.user.has_perm(requested_disclosures.DECIDE):
            kwargs["choices"] = [(Kind.CUSTOMER.value, Kind.CUSTOMER.label)]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Most are entered on the day; the customer's page names the customer by number."""
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        pk = record_id(str(initial.pop("customer", "")))
        if pk is not None:
            found = Customer.objects.filter(pk=pk).values_list("account_number", flat=True)
            initial["account"] = found.first()
        return {"received_on": Carrier.today(), "kind": Kind.CUSTOMER.value, **initial}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Enter it through the verb."""
        obj.customer = form.cleaned_data["account"]
        requested_disclosures.receive(
            obj,
            today=Carrier.today(),
            at=timezone.now(),
            by=person(request),
            because=form.cleaned_data.get("because") or "Received",
        )

    @display(description="Customer", ordering="customer")
    def customer_link(self, paper: RequestedDisclosure) -> str:
        """The customer, as a link."""
        address = reverse("admin:accounts_customer_change", args=[paper.customer_id])
        return format_html('<a class="text-link" href="{}">{}</a>', address, paper.customer)

    @display(description="Due on", ordering="due_on")
    def due(self, paper: RequestedDisclosure) -> Any:
        """The day, and whether it is over."""
        if paper.due_on is None:
            return "–"
        day = f"{paper.due_on:%b} {paper.due_on.day}, {paper.due_on.year}"
        return label(day, BAD) if paper.overdue(Carrier.today()) else day

    @display(description="Status")
    def status_label(self, paper: RequestedDisclosure) -> str:
        """Its status in colour and words."""
        return choice_label(paper, "status", TONES)

    @display(description="The paper")
    def paper(self, paper: RequestedDisclosure) -> str:
        """As a download."""
        return format_html(
            '<a class="text-link" href="{}">Download</a>', self.scan_address(paper.pk)
        )

    @confirmed_act(
        "Disclosed",
        permission=requested_disclosures.DECIDE,
        outlook=outlook,
        form=DisclosedForm,
        shown=lambda paper: paper.is_open,
        icon="outbox",
        variant=ActionVariant.PRIMARY,
    )
    def disclose(self, request: HttpRequest, paper: Any, data: dict[str, Any]) -> str:
        """Keep what was disclosed."""
        requested_disclosures.disclose(
            paper,
            disclosed=data["disclosed"],
            on=data["on"],
            today=Carrier.today(),
            at=timezone.now(),
            by=person(request),
            because=data["because"],
        )
        return "The disclosure is recorded."

    @confirmed_act(
        "Decline",
        permission=requested_disclosures.DECIDE,
        outlook="Nothing is disclosed. The paper stays on record with the reason.",
        shown=lambda paper: paper.is_open,
        icon="block",
        variant=ActionVariant.DANGER,
    )
    def decline(self, request: HttpRequest, paper: Any, data: dict[str, Any]) -> str:
        """Keep why not."""
        requested_disclosures.decline(
            paper, on=Carrier.today(), by=person(request), because=data["because"]
        )
        return "It is declined."
