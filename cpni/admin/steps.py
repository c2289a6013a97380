"""Steps taken in incidents and breaches: their form, their table, and the record of each."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from unfold.decorators import display

from accounts.admin.acts import ActForm
from accounts.admin.base import ReadOnlyRecordAdmin
from accounts.admin.scans import HasScan
from accounts.models import Carrier
from accounts.upload_checks import SCAN_HELP, validate_scan
from cpni import steps
from cpni.models import StepTaken


class StepForm(ActForm):
    """What was done, when, and its proof. The words take the place of a reason."""

    choices: dict[str, str] = {}
    code = forms.ChoiceField(label="Step")
    on = forms.DateField(label="Done on", widget=forms.DateInput)
    words = forms.CharField(
        label="What was done",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Who was told, by what means. Without names of customers.",
    )
    proof = forms.CharField(
        label="Proof", max_length=200, required=False, help_text="Such as a case number."
    )
    scan = forms.FileField(
        label="Copy of the proof", required=False, validators=[validate_scan], help_text=SCAN_HELP
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["because"]
        self.fields["code"].choices = list(self.choices.items())  # type: ignore[attr-defined]
        self.fields["on"].initial = Carrier.today()


class IncidentStepForm(StepForm):
    """A step of an incident."""

    choices = steps.OF_INCIDENTS


class BreachStepForm(StepForm):
    """A step of a breach."""

    choices = steps.OF_BREACHES
    too_early = forms.BooleanField(
        label="Customers were told too early all the same",
        required=False,
        help_text="Records what has happened, against 64.2011(b)(1).",
    )


def taken(rows: QuerySet[StepTaken]) -> str:
    """The steps as a table, each with its proof."""
    found = [
        (step, steps.label(step), reverse("admin:cpni_steptaken_change", args=[step.pk]))
        for step in rows.select_related("by")
    ]
    return (
        render_to_string("cpni/admin/steps_taken.html", {"steps": found}) if found else "None yet"
    )


@admin.register(StepTaken)
class StepTakenAdmin(HasScan, ReadOnlyRecordAdmin):
    """What was done about incidents and breaches, and its proof."""

    scan_named = "step"
    list_display = ("done_on", "what", "of", "proof", "by")
    list_select_related = ("incident", "breach", "by")
    ordering = ("-done_on", "-id")
    fields = ("of", "what", "done_on", "words", "proof", "scan_link", "recorded_at", "by")
    readonly_fields = ("of", "what", "scan_link")

    def get_fieldsets(self, request: Any, obj: Any = None) -> Any:
        """One group, without the form's own fields."""
        return [(None, {"fields": self.fields})]

    @display(description="Step")
    def what(self, step: StepTaken) -> str:
        """In words."""
        return steps.label(step)

    @display(description="Of")
    def of(self, step: StepTaken) -> str:
        """The incident or breach, as a link."""
        owner = step.incident or step.breach
        assert owner is not None  # noqa: S101  (a constraint says so)
        page = f"admin:cpni_{owner._meta.model_name}_change"
        return format_html(
            '<a class="text-link" href="{}">{}</a>', reverse(page, args=[owner.pk]), owner
        )

    @display(description="Copy of the proof")
    def scan_link(self, step: StepTaken) -> str:
        """The file."""
        if not step.scan:
            return "–"
        return format_html(
            '<a class="text-link" href="{}">Download it</a>', self.scan_address(step.pk)
        )
