"""Lists that were handed to diallers: until when they may be used, and whether they are gone."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from unfold.contrib.filters.admin import DropdownFilter, RelatedDropdownFilter
from unfold.decorators import display
from unfold.enums import ActionVariant

from accounts.admin.acts import ActForm, confirmed_act, person
from accounts.admin.base import ReadOnlyRecordAdmin
from accounts.admin.labels import BAD, GOOD, WAIT, label
from accounts.models import Carrier
from cpni import calling_lists
from cpni.models import CallingList


class DestroyedForm(ActForm):
    """When, and how that is known."""

    on = forms.DateField(label="Destroyed on", widget=forms.DateInput)
    proof = forms.CharField(
        label="How that is known",
        max_length=200,
        widget=forms.TextInput,
        help_text="Such as: confirmed by e-mail by the partner’s manager, with their name.",
    )


class StandingFilter(DropdownFilter):
    """Where lists stand."""

    title = "Status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """May be used, expired, destroyed."""
        return [("current", "May be used"), ("expired", "Expired"), ("destroyed", "Destroyed")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Those of that status."""
        today = Carrier.today()
        match self.value():
            case "current":
                return queryset.filter(destroyed_on=None, last_day__gte=today)
            case "expired":
                return queryset.filter(pk__in=calling_lists.expired(on=today))
            case "destroyed":
                return queryset.exclude(destroyed_on=None)
        return queryset


@admin.register(CallingList)
class CallingListAdmin(ReadOnlyRecordAdmin):
    """What left the desk as a file of numbers."""

    list_display = (
        "__str__",
        "given_to",
        "made_at",
        "size",
        "last_day",
        "status_label",
        "next_step",
    )
    list_filter = (StandingFilter, ("campaign", RelatedDropdownFilter))
    list_filter_submit = True
    list_select_related = ("campaign", "recipient")
    ordering = ("-id",)
    fields = (
        "status_label",
        "next_step",
        "campaign",
        "given_to",
        "made_at",
        "made_by",
        "size",
        "last_day",
        "digest",
        "uses",
        "destroyed_on",
        "destroyed_proof",
    )
    readonly_fields = ("status_label", "next_step", "given_to", "uses")
    actions_detail = ("destroyed",)

    @display(description="Given to")
    def given_to(self, handed: CallingList) -> str:
        """Who has it."""
        return str(handed.recipient) if handed.recipient else "Our own dialler"

    @display(description="Status")
    def status_label(self, handed: CallingList) -> str:
        """Whether it may be used."""
        if handed.destroyed_on:
            return label("Destroyed", GOOD)
        if handed.expired(Carrier.today()):
            return label("Expired", BAD)
        return label("May be used", WAIT)

    @display(description="Next step")
    def next_step(self, handed: CallingList) -> str:
        """What is to be done."""
        if handed.destroyed_on:
            return "–"
        if handed.expired(Carrier.today()):
            return "Have it destroyed, and confirm that"
        return "Expires by itself"

    @display(description="Who is on it")
    def uses(self, handed: CallingList) -> str:
        """Its uses of CPNI, as a link."""
        address = reverse("admin:cpni_disclosure_changelist")
        return format_html(
            '<a class="text-link" href="{}?list={}">Uses of CPNI that it made</a>',
            address,
            handed.pk,
        )

    @confirmed_act(
        "Confirm destroyed",
        permission=calling_lists.DESTROYED,
        outlook="Every copy of the file is gone, at whoever had it.",
        form=DestroyedForm,
        shown=lambda handed: handed.destroyed_on is None,
        icon="delete_forever",
        variant=ActionVariant.PRIMARY,
    )
    def destroyed(self, request: HttpRequest, handed: CallingList, data: dict[str, Any]) -> str:
        """Keep that it is gone."""
        calling_lists.confirm_destroyed(
            handed,
            on=data["on"],
            today=Carrier.today(),
            proof=data["proof"],
            by=person(request),
            because=data["because"],
        )
        return "The list is destroyed."
