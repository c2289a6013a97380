"""The carrier: one record, so its list leads straight to the form."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from accounts.admin.base import RecordAdmin
from accounts.models import Carrier


@admin.register(Carrier)
class CarrierAdmin(RecordAdmin):
    """Names, addresses and defaults that notices and clocks use."""

    fieldsets = (
        ("The carrier", {"fields": ("legal_name", "support_number", "frn", "filer_id")}),
        ("Compliance officer", {"fields": ("officer_name", "officer_title")}),
        (
            "Ways to opt out",
            {
                "fields": (
                    "optout_number",
                    "optout_email",
                    "optout_line1",
                    "optout_line2",
                    "optout_city",
                    "optout_state",
                    "optout_postcode",
                ),
                "description": "Every notice names them, so that customers can object.",
            },
        ),
        ("Counting", {"fields": ("time_zone", "default_waiting_days")}),
        ("Staff and entries", {"fields": ("training_grace_days", "entry_days")}),
        ("Samples of campaigns", {"fields": ("seed_addresses",)}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """There is one carrier."""
        return Carrier.get() is None and super().has_add_permission(request)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The form itself."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        site = self.admin_site.name
        if carrier := Carrier.get():
            address = reverse(f"{site}:accounts_carrier_change", args=[carrier.pk])
        elif self.has_add_permission(request):
            address = reverse(f"{site}:accounts_carrier_add")
        else:
            messages.info(request, "The carrier has not been filled in yet.")
            address = reverse(f"{site}:index")
        return HttpResponseRedirect(address)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """The one record has the one id that the database allows."""
        obj.pk = 1
        super().save_model(request, obj, form, change)
