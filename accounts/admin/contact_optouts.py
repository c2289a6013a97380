"""Marketing that customers do not want, by channel: to read. The call desk records it."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter
from unfold.decorators import display

from accounts.admin.base import ReadOnlyRecordAdmin
from accounts.models import ContactOptOut


@admin.register(ContactOptOut)
class ContactOptOutAdmin(ReadOnlyRecordAdmin):
    """Who wants no marketing by which channel. It stops no notice that the rules require."""

    shows_customers = True

    list_display = ("customer_link", "channel", "since", "until")
    list_display_links = ("channel",)
    list_filter = (("channel", ChoicesDropdownFilter), ("since", RangeDateFilter))
    list_filter_submit = True
    list_select_related = ("customer",)
    search_fields = ("customer__account_number__exact",)
    search_help_text = "Whole account number"
    ordering = ("-since", "-id")
    fields = ("customer_link", "channel", "since", "until")
    readonly_fields = ("customer_link",)

    @display(description="Customer", ordering="customer")
    def customer_link(self, stopped: ContactOptOut) -> str:
        """The customer, as a link."""
        address = reverse("admin:accounts_customer_change", args=[stopped.customer_id])
        return format_html('<a class="text-link" href="{}">{}</a>', address, stopped.customer)
