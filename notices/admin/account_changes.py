"""Changes of accounts, and whether and how the customer was told of each. Written by verbs only."""

from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter, RangeDateFilter
from unfold.decorators import display

from accounts.admin.base import ReadOnlyAdmin
from accounts.admin.labels import BAD, CALM, GOOD, WAIT, label
from accounts.models import AccountChange
from notices.gaps import told_by_nothing
from notices.models import Delivery
from notices.told import Told, told_of


class UntoldFilter(DropdownFilter):
    """The exceptions: changes of which the customer could not be told."""

    title = "told"
    parameter_name = "told"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The one question."""
        return [("no", "The customer could not be told")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AccountChange]) -> Any:
        """Those that nothing tells."""
        return told_by_nothing(queryset) if self.value() == "no" else queryset


TONES = {Told.YES: GOOD, Told.SOON: WAIT, Told.NO: BAD, Told.EXEMPT: CALM}


@admin.register(AccountChange)
class AccountChangeAdmin(ReadOnlyAdmin):
    """What kind of thing was changed, by whom, and when and how the customer was told."""

    shows_customers = True
    list_display = ("recipient", "kind", "at", "route", "by", "told")
    list_filter = (
        UntoldFilter,
        ("kind", ChoicesDropdownFilter),
        ("route", ChoicesDropdownFilter),
        ("on", RangeDateFilter),
    )
    list_filter_submit = True
    list_select_related = ("customer", "by")
    search_fields = ("customer__account_number__exact",)
    search_help_text = "Whole account number"
    ordering = ("-id",)
    fields = ("recipient", "kind", "at", "on", "route", "by", "call", "because", "told")
    readonly_fields = ("recipient", "told")

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the deliveries that tell of each."""
        sent = Delivery.objects.select_related("contact_point", "service").order_by("pk")
        found = super().get_queryset(request).select_related("customer", "by", "call")
        return found.prefetch_related(Prefetch("deliveries", sent))

    @display(description="Customer", ordering="customer")
    def recipient(self, change: AccountChange) -> str:
        """The customer, as a link."""
        address = reverse("admin:accounts_customer_change", args=[change.customer_id])
        return format_html('<a class="text-link" href="{}">{}</a>', address, change.customer)

    @display(description="Told?")
    def told(self, change: Any) -> str:
        """Whether, when, by which way and where; or why not."""
        told, words = told_of(change, change.deliveries.all())
        return format_html("{} {}", label(told.value, TONES[told]), words)
