"""Saved lists of customers, made by pasting account numbers."""

import re
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count
from django.http import HttpRequest
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.admin.acts import person
from accounts.admin.base import ReasonForm, RecordAdmin
from accounts.lists import save_list
from accounts.models import CustomerList

NAMED = 20  # unknown account numbers that the message names


class ListForm(ReasonForm):
    """The name, and the account numbers as one pastes them from anywhere."""

    account_numbers = forms.CharField(
        widget=UnfoldAdminTextareaWidget,
        help_text="One on each line, or with commas or spaces between. Saving replaces the list.",
    )

    class Meta:
        model = CustomerList
        fields = ("name",)


@admin.register(CustomerList)
class CustomerListAdmin(RecordAdmin):
    """Named lists that a campaign can go to."""

    form = ListForm
    list_display = ("name", "size")
    search_fields = ("name__icontains",)
    search_help_text = "Words of the name"
    ordering = ("name",)
    fieldsets = ((None, {"fields": ("name", "size", "account_numbers")}),)
    add_fieldsets = ((None, {"fields": ("name", "account_numbers")}),)
    readonly_fields = ("size",)

    def get_queryset(self, request: HttpRequest) -> Any:
        """With their sizes."""
        return super().get_queryset(request).annotate(number=Count("entries"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A list keeps its name: campaigns and history know it by that."""
        return ("size", "name") if obj else ("size",)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Whoever may not change it sees its name and size."""
        if obj is not None and not self.has_change_permission(request, obj):
            return ((None, {"fields": ("name", "size")}),)
        return super().get_fieldsets(request, obj)

    @display(description="Customers")
    def size(self, saved: Any) -> int:
        """How many are on it."""
        return getattr(saved, "number", 0)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save the list through its verb, and say which numbers nobody has."""
        saved = save_list(
            obj.name,
            re.split(r"[\s,;]+", form.cleaned_data["account_numbers"]),
            by=person(request),
            because=form.cleaned_data.get("because") or "Added",
        )
        obj.pk = saved.customer_list.pk
        if saved.unknown:
            named = ", ".join(saved.unknown[:NAMED])
            more = "" if len(saved.unknown) <= NAMED else f" and {len(saved.unknown) - NAMED} more"
            messages.warning(request, f"No customer has these account numbers: {named}{more}.")
