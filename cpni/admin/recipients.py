"""The register of recipients: who receives CPNI, as what, and under which contract."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from accounts.admin.acts import ActForm, confirmed_act, person
from accounts.admin.base import ReasonForm, RecordAdmin
from accounts.admin.labels import CALM, GOOD, WAIT, label
from accounts.admin.scans import HasScan
from accounts.admin.written_once import FilledInWhenNew
from accounts.civil import in_words
from accounts.models import Carrier, Service
from cpni import recipients
from cpni.admin.sharing_filters import NeedsFilter
from cpni.models import Recipient


class RecipientForm(ReasonForm):
    """A recipient, with the services of an affiliate to tick."""

    categories = forms.MultipleChoiceField(
        label="Services that it provides to our customers",
        choices=[(code.value, code.label) for code in Service.TELECOMMUNICATIONS],
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="Of a communications affiliate: within these, and for customers with services of"
        " more than one category, CPNI may be shared without approval (64.2005(a)(1)).",
    )


class RelationshipForm(ActForm):
    """What it is to us in law."""

    relationship = forms.ChoiceField(choices=Recipient.Relationship.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["relationship"].initial = self.obj.relationship


class LastDayForm(ActForm):
    """The last day of the contract."""

    last_day = forms.DateField(help_text="The last day on which it may receive CPNI.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["last_day"].initial = Carrier.today()


@admin.register(Recipient)
class RecipientAdmin(FilledInWhenNew, HasScan, RecordAdmin):
    """Companies that receive or see CPNI. What each is to us, only the compliance officer says."""

    scan_named = "contract"
    form = RecipientForm
    list_display = ("name", "relationship", "status_label", "began_on", "ended_on", "contract")
    list_display_links = ("name",)
    list_filter = (("relationship", ChoicesDropdownFilter), NeedsFilter)
    list_filter_submit = True
    search_fields = ("name__istartswith",)
    search_help_text = "Start of the name"
    ordering = ("name", "-began_on", "id")
    actions_detail = ("correct_relationship", "end_contract")
    add_fieldsets = (
        (
            None,
            {
                "fields": (
                    "name",
                    "relationship",
                    "contract",
                    "scan",
                    "safeguards",
                    "began_on",
                    "categories",
                ),
                "description": "What it is to us in law decides which approval its use needs"
                " (64.2007(b)): agents and communications affiliates opt-out, all others opt-in.",
            },
        ),
    )
    fields = (
        "name",
        "relationship",
        "status_label",
        "contract",
        "scan_link",
        "safeguards",
        "began_on",
        "ended_on",
        "categories",
    )
    readonly_fields = ("name", "relationship", "status_label", "scan_link", "began_on", "ended_on")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """A new one is entered by its verb."""
        if change:
            super().save_model(request, obj, form, change)
            return
        because = form.cleaned_data.get("because") or "Added"
        recipients.add(obj, by=person(request), because=because)

    @display(description="Status")
    def status_label(self, recipient: Recipient) -> str:
        """Whether it may receive anything today."""
        today = Carrier.today()
        if recipient.current(today):
            return label("Under contract", GOOD)
        return label("Not yet", WAIT) if today < recipient.began_on else label("Ended", CALM)

    @display(description="Scanned contract")
    def scan_link(self, recipient: Recipient) -> str:
        """The scan, as a link."""
        if not recipient.scan:
            return "–"
        address = self.scan_address(recipient.pk)
        return format_html('<a class="text-link" href="{}">Download the scan</a>', address)

    @confirmed_act(
        "Correct the relationship",
        permission=recipients.SET_RELATIONSHIP,
        outlook="As if it had been entered so from the first day. When the relationship itself has"
        " changed, end this contract and enter another one: then past answers stay as they were.",
        form=RelationshipForm,
        icon="gavel",
    )
    def correct_relationship(
        self, request: HttpRequest, recipient: Recipient, data: dict[str, Any]
    ) -> str:
        """Correct what it is to us."""
        changed = recipients.set_relationship(
            recipient, data["relationship"], by=person(request), because=data["because"]
        )
        said = recipient.get_relationship_display().lower()
        return f"It is now: {said}." if changed else "It was that already."

    @confirmed_act(
        "End",
        permission=recipients.CHANGE,
        outlook="After its last day nothing may be disclosed to it, whoever has approved.",
        form=LastDayForm,
        shown=lambda recipient: recipient.ended_on is None or Carrier.today() <= recipient.ended_on,
        icon="event_busy",
        variant=ActionVariant.DANGER,
    )
    def end_contract(self, request: HttpRequest, recipient: Recipient, data: dict[str, Any]) -> str:
        """End it."""
        day = data["last_day"]
        ended = recipients.end(recipient, on=day, by=person(request), because=data["because"])
        return f"Its last day is {in_words(day)}." if ended else "It ends by then already."
