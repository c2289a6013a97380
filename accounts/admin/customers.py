"""Customers: the record, how to reach them, their services.

``CustomerAdmin`` is defined here but registered in ``cpni.admin.customers``, where a subclass adds
what the higher floors know: approvals, notices, objections. So imports run one way.
"""

from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import QuerySet, prefetch_related_objects
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from import_export.admin import ImportExportModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import display

from accounts import finding, import_guide, looks
from accounts.admin.acts import person
from accounts.admin.base import ReadOnlyInline, ReasonForm, RecordAdmin
from accounts.admin.customer_acts import CustomerActs
from accounts.admin.exports import CountedExport
from accounts.admin.import_forms import CheckedImport
from accounts.admin.labels import CALM, GOOD, WAIT, choice_label, label
from accounts.caller_standing import refuse_unproved
from accounts.civil import in_words
from accounts.counted_words import several
from accounts.fields import one_line, telephone_shown
from accounts.models import Carrier, ContactPoint, Customer, Service
from accounts.resources import CustomerResource

LISTED = 500  # customers whom a search of the list shows at most
STATUS_TONES = {
    Customer.Status.ACTIVE: GOOD,
    Customer.Status.DISCONTINUED: CALM,
    Customer.Status.MERGED: CALM,
}


class CustomerForm(ReasonForm):
    """Names and account numbers travel into mail headers and letters: one line each."""

    def clean_name(self) -> str:
        """The name without line breaks and other control characters."""
        return one_line(self.cleaned_data["name"])

    def clean_account_number(self) -> str:
        """The account number, likewise."""
        return one_line(self.cleaned_data["account_number"])


class ContactPointInline(ReadOnlyInline):
    """Every contact point, ended ones too."""

    model = ContactPoint
    verbose_name_plural = "contact points"
    fields = ("kind", "shown", "since", "until", "record", "undeliverable_since")
    readonly_fields = ("shown", "record")
    ordering = ("kind", "-since", "-id")

    @cached_property
    def today(self) -> date:
        """The carrier's civil day, asked once a page."""
        return Carrier.today()

    @display(description="Address or number")
    def shown(self, point: ContactPoint) -> str:
        """The value as one would write it."""
        return str(point)

    @display(description="Of record (64.2003(b))")
    def record(self, point: ContactPoint) -> str:
        """Whether it is "of record" today, or from when."""
        return of_record(point, self.today)


class ServiceInline(ReadOnlyInline):
    """Every service, ended ones too."""

    model = Service
    verbose_name_plural = "services"
    fields = ("category", "number", "started_on", "ended_on")
    readonly_fields = ("number",)
    ordering = ("-started_on", "-id")

    @display(description="Telephone number of record")
    def number(self, service: Service) -> str:
        """The service's own number."""
        return telephone_words(service.telephone_number)


class ConsentFilter(DropdownFilter):
    """Who has agreed to be noticed by e-mail."""

    title = "notices by e-mail"
    parameter_name = "consent"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The two answers."""
        return [("yes", "Consented"), ("no", "No consent")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Customer]) -> Any:
        """The customers with that answer."""
        if self.value() in ("yes", "no"):
            return queryset.filter(email_notices_since__isnull=self.value() == "no")
        return queryset


class CustomerAdmin(
    CustomerActs, CountedExport, CheckedImport, RecordAdmin, ImportExportModelAdmin
):
    """The record and how to reach the customer (see the module's docstring)."""

    shows_customers = True

    resource_classes = (CustomerResource,)
    skip_admin_log = True  # the history has who, when and why

    form = CustomerForm
    list_display: tuple[str, ...] = (
        "account_number",
        "name",
        "kind",
        "status_label",
        "email_notices",
    )
    list_display_links = ("account_number", "name")
    list_filter = [
        ("status", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("language", ChoicesDropdownFilter),
        ConsentFilter,
    ]
    list_filter_submit = True
    search_fields = ("account_number__startswith",)  # see get_search_results
    search_help_text = "Account, name, telephone, e-mail, ZIP code"
    ordering = ("account_number",)
    inlines = (ContactPointInline, ServiceInline)
    readonly_fields = ("status_words", "active_since", "consent_words", "looks_link")
    fieldsets = (
        (
            "Record",
            {
                "fields": (
                    "account_number",
                    "name",
                    "kind",
                    "language",
                    "status_words",
                    "active_since",
                    "consent_words",
                    "looks_link",
                )
            },
        ),
    )
    add_fieldsets = (
        (None, {"fields": ("account_number", "name", "kind", "language", "active_since")}),
    )

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """As every record, but not past a call whose caller has proved nothing."""
        if change:
            refuse_unproved(obj, by=person(request))
        super().save_model(request, obj, form, change)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The account number is the key that imports go by: it is given once."""
        fields = super().get_readonly_fields(request, obj)
        if obj is None:
            return tuple(f for f in fields if f != "active_since")
        return (*fields, "account_number")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Who looked at the customer is for whoever may see that."""
        hidden = set() if request.user.has_perm("accounts.view_look") else {"looks_link"}
        return [
            (name, {**part, "fields": [f for f in part["fields"] if f not in hidden]})
            for name, part in super().get_fieldsets(request, obj)
        ]

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        """Whoever the words may mean, by indexed columns; never just the first of several."""
        term = search_term.strip()
        if not term:
            return queryset, False
        return queryset.filter(pk__in=self.found_by(term)), False

    def get_import_context_data(self, **kwargs: Any) -> Any:
        """What the page on which a file is chosen says of its columns."""
        return super().get_import_context_data(**kwargs) | {"guide": import_guide}

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The list, which leads to the import while it is empty."""
        found = super().get_changelist_instance(request)
        found.may_import = self.has_import_permission(request)
        return found

    def import_action(self, request: HttpRequest, **kwargs: Any) -> Any:
        """The library's preview, which shows what is on record of each customer in the file."""
        answer = super().import_action(request, **kwargs)
        result = (getattr(answer, "context_data", None) or {}).get("result")
        if result is not None:
            known = [row.object_id for row in result.rows if row.import_type != row.IMPORT_TYPE_NEW]
            looks.note(request, known, detail=f"preview of {several(result.total_rows, 'row')}")
        return answer

    def customer_of(self, obj: Customer) -> int | None:
        """The customer is the record."""
        return obj.pk

    def search_kind(self, term: str) -> str:
        """What the term looks like; a name is whatever looks like nothing else."""
        return finding.kind_of(term)

    def found_by(self, term: str) -> Any:
        """Ids of the customers that ``term`` may mean, the likeliest ``LISTED`` of them."""
        found = finding.find(term, on=Carrier.today(), limit=LISTED)
        return [one.customer_id for one in found]

    @display(description="Who looked")
    def looks_link(self, customer: Customer) -> str:
        """The record of looks at the customer."""
        address = f"{reverse('admin:accounts_look_changelist')}?customer={customer.pk}"
        words = "Who opened, listed, searched or exported this customer"
        return format_html('<a class="text-link" href="{}">{}</a>', address, words)

    @display(description="Status", ordering="status")
    def status_label(self, customer: Customer) -> str:
        """Active or not, in colour and words."""
        return choice_label(customer, "status", STATUS_TONES)

    @display(description="Status")
    def status_words(self, customer: Customer) -> str:
        """Active or not, since when, or merged into which account."""
        words = customer.get_status_display()
        if customer.merged_into:
            return f"{words} account: {customer.merged_into}"
        day = customer.discontinued_on
        words = f"{words} on {in_words(day)}" if day else words
        # The theme asks for a field's words several times.
        prefetch_related_objects([customer], "merged_from")
        merged = sorted(one.account_number for one in customer.merged_from.all())
        return f"{words}; merged into it: {', '.join(merged)}" if merged else words

    @display(description="Notices by e-mail", ordering="email_notices_since")
    def email_notices(self, customer: Customer) -> str:
        """Whether notices may go by e-mail (64.2008(d)(3)(i))."""
        return label("Consented", GOOD) if customer.email_notices_since else label("No", CALM)

    @display(description="Notices by e-mail")
    def consent_words(self, customer: Customer) -> str:
        """Since when, and where the proof is."""
        day = customer.email_notices_since
        if not day:
            return "No express consent; notices go by post"
        return f"Consented on {in_words(day)}; proof: {customer.email_notices_proof}"


def of_record(point: ContactPoint, on: date) -> str:
    """Whether ``point`` is "of record" on ``on``; from which day if not yet."""
    if point.until:
        return label("Ended", CALM)
    if point.of_record(on):
        return label("Of record", GOOD)
    day = point.of_record_from
    return label(f"From {day:%b} {day.day}, {day.year}", WAIT)


def telephone_words(number: str) -> str:
    """A number of record as people write it."""
    return telephone_shown(number) if number else "–"
