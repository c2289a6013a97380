"""Policy versions, and which version governs whose information."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from accounts.admin.acts import Outlook, confirmed_act, person
from accounts.admin.base import ReadOnlyRecordAdmin, RecordAdmin
from accounts.admin.labels import CALM, GOOD, choice_label
from accounts.models import Carrier
from notices import policies
from notices.models import PolicyBinding, PolicyVersion

STATUS_TONES = {PolicyVersion.Status.DRAFT: CALM, PolicyVersion.Status.PUBLISHED: GOOD}


class UsesAsBoxes:
    """Uses are few and their names long: boxes to tick, not a list to scroll in."""

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Boxes for ``uses``."""
        if db_field.name == "uses":
            kwargs["widget"] = UnfoldAdminCheckboxSelectMultipleWidget
        field = super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]
        if db_field.name == "uses":
            field.help_text = db_field.help_text  # without “hold down Control to select more”
        return field


def is_draft(version: PolicyVersion) -> bool:
    """Whether it can still change."""
    return version.status == PolicyVersion.Status.DRAFT


def publish_outlook(self: Any, request: HttpRequest, version: PolicyVersion) -> Outlook:
    """What publishing does."""
    day = version.effective_on
    return Outlook(
        f"{version} will govern what is collected from {day:%B} {day.day}, {day.year} on. Its text,"
        " its date and its uses can then never change. Customers from before keep their version"
        " until they are told of this one and asked.",
        [
            ("Title", version.title),
            ("Uses that it declares", ", ".join(str(use) for use in version.uses.all()) or "None"),
        ],
    )


@admin.register(PolicyVersion)
class PolicyVersionAdmin(UsesAsBoxes, RecordAdmin):
    """What the carrier says it may do with information, version by version."""

    list_display = ("number", "title", "status_label", "effective_on", "declares", "next_step")
    list_filter = (("status", ChoicesDropdownFilter),)
    search_fields = ("number__exact", "title__icontains")
    search_help_text = "Number, or words of the title"
    ordering = ("-effective_on", "-id")
    fieldsets = (
        (None, {"fields": ("number", "title", "effective_on", "text")}),
        ("What it declares", {"fields": ("uses",)}),
    )
    actions_detail = ("publish",)

    def get_queryset(self, request: HttpRequest) -> Any:
        """With their uses at hand."""
        return super().get_queryset(request).prefetch_related("uses")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Published versions cannot change."""
        return (obj is None or is_draft(obj)) and super().has_change_permission(request, obj)

    def fill_in(self, request: HttpRequest, rows: list[Any]) -> None:
        """Which of them have taken effect."""
        today = Carrier.today()
        for version in rows:
            version.in_force = version.effective_on <= today

    @display(description="Status", ordering="status")
    def status_label(self, version: PolicyVersion) -> str:
        """Draft or published."""
        return choice_label(version, "status", STATUS_TONES)

    @display(description="Declares")
    def declares(self, version: PolicyVersion) -> str:
        """How many uses."""
        count = len(version.uses.all())
        return f"{count} use" if count == 1 else f"{count} uses"

    @display(description="Next step")
    def next_step(self, version: PolicyVersion) -> str:
        """What is to be done."""
        if is_draft(version):
            return "Publish it"
        return "–" if version.in_force else "Takes effect by itself"  # type: ignore[attr-defined]

    @confirmed_act(
        "Publish",
        permission="notices.publish_policyversion",
        outlook=publish_outlook,
        shown=is_draft,
        icon="publish",
        variant=ActionVariant.PRIMARY,
    )
    def publish(self, request: HttpRequest, version: PolicyVersion, data: dict[str, Any]) -> str:
        """Publish the draft."""
        policies.publish(version, by=person(request), because=data["because"])
        return f"{version} is published."


@admin.register(PolicyBinding)
class PolicyBindingAdmin(ReadOnlyRecordAdmin):
    """Customers who were told of a later version and asked."""

    shows_customers = True

    list_display = ("customer", "policy_version", "since", "delivery")
    list_filter = (("policy_version", RelatedDropdownFilter),)
    list_select_related = ("customer", "policy_version", "delivery__text__notice")
    search_fields = ("customer__account_number__exact",)
    search_help_text = "The whole account number"
    ordering = ("-since", "-id")
