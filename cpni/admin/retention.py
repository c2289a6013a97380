"""Retention: how long records are kept, and legal holds."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.admin.account_field import AccountField
from accounts.admin.acts import confirmed_act, person
from accounts.admin.base import ReasonForm, RecordAdmin
from accounts.admin.labels import CALM, WAIT, label
from accounts.admin.written_once import FilledInWhenNew
from accounts.models import Carrier
from cpni import holds
from cpni.models import LegalHold, RetentionPeriod


@admin.register(RetentionPeriod)
class RetentionPeriodAdmin(RecordAdmin):
    """How many months each kind of record is kept."""

    list_display = ("kind", "months", "at_least", "rule_name", "counted_from")
    list_display_links = ("kind",)
    ordering = ("id",)
    fields = ("kind", "months", "at_least", "rule_name", "counted_from")
    readonly_fields = ("at_least", "rule_name", "counted_from")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The kind is chosen once."""
        return ("kind", *self.readonly_fields) if obj else self.readonly_fields

    @display(description="At least (months)")
    def at_least(self, period: RetentionPeriod) -> str:
        """The rule's floor."""
        return str(period.rule.floor) if period.kind else "–"

    @display(description="Rule")
    def rule_name(self, period: RetentionPeriod) -> str:
        """Where the floor stands."""
        return period.rule.section if period.kind else "–"

    @display(description="Counted from when it was")
    def counted_from(self, period: RetentionPeriod) -> str:
        """The day from which the age is counted."""
        return period.rule.since if period.kind else "–"


class HoldForm(ReasonForm):
    """A hold, with the customer by account number."""

    account = AccountField(
        widget=UnfoldAdminTextInputWidget,
        required=False,
        help_text="When a customer is held. Accounts merged with it are held, too.",
    )

    def clean(self) -> dict[str, Any] | None:
        """Name the customer before the database asks whether one is named."""
        cleaned = super().clean()
        self.instance.customer = self.cleaned_data.get("account")
        return cleaned


@admin.register(LegalHold)
class LegalHoldAdmin(FilledInWhenNew, RecordAdmin):
    """What must not be purged, for which dispute, and since when."""

    form = HoldForm
    list_display = ("matter", "held", "status_label", "placed_on", "placed_by", "released_on")
    list_display_links = ("matter",)
    list_filter = (("scope", ChoicesDropdownFilter), ("released_on", admin.EmptyFieldListFilter))
    list_select_related = ("customer", "campaign", "import_batch", "placed_by")
    ordering = ("-id",)
    autocomplete_fields = ("campaign", "import_batch")
    actions_detail = ("release",)
    add_fieldsets = (
        (
            None,
            {
                "fields": ("scope", "account", "campaign", "import_batch", "matter"),
                "description": "Nothing that is held is purged, however old, until the hold is"
                " released.",
            },
        ),
    )
    fields = (
        "held",
        "matter",
        "status_label",
        "placed_on",
        "placed_by",
        "released_on",
        "released_by",
        "released_because",
    )
    readonly_fields = ("held", "status_label", "placed_on", "placed_by", "released_on")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A hold is placed and released, never reworded."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Place it."""
        holds.place(
            obj,
            on=Carrier.today(),
            by=person(request),
            because=form.cleaned_data.get("because") or "",
        )

    @display(description="Held")
    def held(self, hold: LegalHold) -> str:
        """What is held, by name."""
        return hold.held

    @display(description="Status")
    def status_label(self, hold: LegalHold) -> str:
        """In force or released."""
        return label("Released", CALM) if hold.released_on else label("In force", WAIT)

    @confirmed_act(
        "Release",
        permission="cpni.change_legalhold",
        outlook="What this hold covers may be purged again once its time has passed, unless another"
        " hold covers it. Release it when counsel says that the matter is over.",
        shown=lambda hold: hold.released_on is None,
        icon="lock_open",
        variant=ActionVariant.DANGER,
    )
    def release(self, request: HttpRequest, hold: LegalHold, data: dict[str, Any]) -> str:
        """End the hold."""
        holds.release(hold, on=Carrier.today(), by=person(request), because=data["because"])
        return "Released."
