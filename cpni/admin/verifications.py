"""Verifications of approvals that were taken from silence, and the approvals that lack one."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import display

from accounts.admin.acts import ActForm
from accounts.admin.base import ReadOnlyRecordAdmin
from accounts.admin.calls import customer_link
from accounts.models import Carrier
from cpni import verifying_approvals
from cpni.models import Approval, Verification


class VerifyForm(ActForm):
    """What the customer confirmed (A.A.C. R14-2-2108)."""

    verified_on = forms.DateField(label="Confirmed on")
    way = forms.ChoiceField(label="How", choices=Verification.Way.choices)
    proof = forms.CharField(
        label="Proof",
        max_length=200,
        help_text="Where the letter is kept, or the number of the recording.",
    )
    identity = forms.BooleanField(label="They said who they are")
    authority = forms.BooleanField(label="They may decide for the account")
    wish = forms.BooleanField(label="They want to approve, and were offered nothing for it")
    numbers = forms.CharField(
        label="For which telephone numbers", max_length=200, initial="All on the account"
    )
    services = forms.CharField(
        label="For which types of service", max_length=200, initial="All on the account"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["verified_on"].initial = Carrier.today()


class UnverifiedFilter(DropdownFilter):
    """Assumed approvals that a state wants verified, and how much of their year is left."""

    title = "verification"
    parameter_name = "verification"

    LEFT = {
        "all": ("Not verified yet", None),
        "60": ("Not verified, 60 days left or fewer", 60),
        "past": ("Not verified in time", -1),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The questions in words."""
        return [(code, words) for code, (words, _) in self.LEFT.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Approval]) -> Any:
        """The approvals of which it is true."""
        if self.value() not in self.LEFT:
            return queryset
        _, days = self.LEFT[self.value()]
        found = verifying_approvals.unverified(on=Carrier.today(), days_left=days)
        return queryset.filter(pk__in=found.values("pk"))


@admin.register(Verification)
class VerificationAdmin(ReadOnlyRecordAdmin):
    """Customers who confirmed approvals that their state wants confirmed within a year."""

    shows_customers = True
    list_display = ("verified_on", "whom", "way", "by")
    list_display_links = ("verified_on",)
    list_filter = (("way", ChoicesDropdownFilter),)
    list_filter_submit = True
    list_select_related = ("customer", "by")
    search_fields = ("customer__account_number__exact",)
    search_help_text = "The whole account number"
    ordering = ("-verified_on", "-id")
    fields = (
        "whom",
        "verified_on",
        "way",
        "proof",
        "identity",
        "authority",
        "wish",
        "numbers",
        "services",
        "recorded_at",
        "by",
    )
    readonly_fields = ("whom", "recorded_at", "by")

    @display(description="Customer")
    def whom(self, verification: Verification) -> str:
        """The customer, as a link."""
        return customer_link(verification)
