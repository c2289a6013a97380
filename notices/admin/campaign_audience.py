"""Whom a draft goes to: the fields of its audience, and counts that follow them."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from unfold.decorators import display
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminTextareaWidget,
)

from accounts import lists
from accounts.admin.acts import person
from accounts.admin.base import ReasonForm
from accounts.models import Carrier, Service
from notices.admin.campaign_figures import meant_for, reached
from notices.conditions import conditions
from notices.models import Campaign

PASTE = "accounts.change_customerlist"
LIST_CUSTOMERS = "accounts.view_customer"
AUDIENCE = ("audience", "customer_list", "due_within_days", "cpni_use")
NARROWED_BY = (
    "categories",
    "in_state",
    "language",
    ("since_from", "since_until"),
    "bound_to",
    "approval",
    "only_list",
    "account_numbers",
)


class CampaignForm(ReasonForm):
    """A draft, with the services as boxes, and account numbers as one pastes them."""

    categories = forms.MultipleChoiceField(
        label="Services",
        choices=Service.Category.choices,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=Campaign._meta.get_field("categories").help_text,
    )
    account_numbers = forms.CharField(
        label="Only these account numbers",
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text="One on each line, or with commas or spaces between. Saving makes a list of them"
        " and puts it in the field above.",
    )

    def clean_account_numbers(self) -> list[str] | None:
        """The numbers, all of which are customers'; None where none was given."""
        return lists.pasted(self.cleaned_data["account_numbers"]) or None

    def clean(self) -> dict[str, Any] | None:
        """What is not shown for the audience does not count."""
        if self.cleaned_data.get("audience") != Campaign.Audience.NOTICE_DUE:
            self.cleaned_data["due_within_days"] = None
        return super().clean()


class AudienceMixin:
    """The part of the campaigns' admin that says whom a draft would reach."""

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Not the audience of the campaigns that make themselves."""
        if db_field.name == "audience":
            choices = Campaign.Audience.choices
            kwargs["choices"] = [c for c in choices if c[0] != Campaign.Audience.AS_IT_HAPPENS]
        return super().formfield_for_choice_field(db_field, request, **kwargs)  # type: ignore[misc]

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Account numbers are for whoever may make lists of customers: an answer tells of them."""
        form = super().get_form(request, obj, **kwargs)  # type: ignore[misc]
        if not request.user.has_perm(PASTE):
            form.base_fields.pop("account_numbers", None)
        return form

    def audience_fields(self, request: HttpRequest, *, edited: bool) -> list[Any]:
        """The fields of the audience and its conditions, or both in words where they are shown."""
        if not edited:
            return ["meant_for", "narrowed_by"]
        may_paste = request.user.has_perm(PASTE)
        narrowed_by = [f for f in NARROWED_BY if may_paste or f != "account_numbers"]
        return [*AUDIENCE, *narrowed_by, "live_reach"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """What was pasted becomes a list."""
        if numbers := form.cleaned_data.get("account_numbers"):
            saved = lists.save_list(
                lists.free_name(f"{obj.name}: account numbers"),
                numbers,
                by=person(request),
                because=f"For the campaign “{obj.name}”",
            )
            obj.only_list = saved.customer_list
        super().save_model(request, obj, form, change)  # type: ignore[misc]

    @display(description="Audience")
    def meant_for(self, campaign: Campaign) -> str:
        """The audience in words, where it cannot be changed."""
        return meant_for(campaign)

    @display(description="Only")
    def narrowed_by(self, campaign: Campaign) -> str:
        """The conditions in words, where they cannot be changed."""
        found = conditions(campaign, on=Carrier.today())
        return "; ".join(condition.words for condition in found) or "–"

    @display(description="Audience today")
    def live_reach(self, campaign: Any) -> str:
        """Whom the draft would reach, counted again as the form changes."""
        counted = reached(campaign, campaign.may_list_customers) if campaign.pk else {}
        return render_to_string("notices/admin/live_reach.html", counted)

    def get_urls(self) -> list[URLPattern]:
        """One more: the counts."""
        view = self.admin_site.admin_view(self.reach_view)  # type: ignore[attr-defined]
        own = path("reach/", view, name="notices_campaign_reach")
        return [own, *super().get_urls()]  # type: ignore[misc]

    def reach_view(self, request: HttpRequest) -> HttpResponse:
        """Whom the draft of this form would reach, saved or not; numbers only.

        Sent with POST, because account numbers have no place in an address.
        """
        if not self.has_add_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        flat = [
            name
            for row in ("notice", *AUDIENCE, *NARROWED_BY)
            for name in ([row] if isinstance(row, str) else row)
        ]
        fields = [name for name in flat if name != "account_numbers"]
        form = self.get_form(request, None, fields=fields)(request.POST)
        context: dict[str, Any] = {}
        if form.is_valid():
            context = reached(
                form.instance,
                request.user.has_perm(LIST_CUSTOMERS),
                pasted=form.cleaned_data.get("account_numbers"),
            )
        else:
            context["faults"] = [
                f"{form.fields[name].label}: {fault}" if name in form.fields else fault
                for name, faults in form.errors.items()
                for fault in faults
            ]
        return render(request, "notices/admin/reach_answer.html", context)
