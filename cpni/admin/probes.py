"""Tests of the ways to opt out: what a job and people found, and what to do about it."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminTextInputWidget

from accounts.admin.acts import confirmed_act, person
from accounts.admin.base import ReasonForm, RecordAdmin
from accounts.admin.day_filter import DayFilter
from accounts.admin.labels import BAD, GOOD, WAIT, choice_label
from accounts.history import actor_name
from cpni import probing
from cpni.models import Probe

TONES = {Probe.State.WAITING: WAIT, Probe.State.WORKED: GOOD, Probe.State.FAILED: BAD}


class ProbeForm(ReasonForm):
    """A test that a person made."""

    worked = forms.ChoiceField(
        label="Did it arrive?",
        choices=[("yes", "Yes"), ("no", "No")],
        widget=UnfoldAdminRadioSelectWidget,
    )
    words = forms.CharField(
        label="What was done and seen",
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text="Such as: called the line at night, pressed 2, and the recording was there.",
    )


@admin.register(Probe)
class ProbeAdmin(RecordAdmin):
    """When each way to opt out was tested, and whether it worked."""

    form = ProbeForm
    list_display = ("route", "state_label", "sent_at", "answered_at", "words", "tester")
    list_display_links = ("route",)
    list_filter = (
        ("route", ChoicesDropdownFilter),
        ("state", ChoicesDropdownFilter),
        ("sent_at", DayFilter),
    )
    list_filter_submit = True
    list_select_related = ("by",)
    ordering = ("-sent_at", "-id")
    add_fieldsets = ((None, {"fields": ("route", "worked", "words")}),)
    fieldsets = (
        (
            None,
            {"fields": ("route", "state_label", "sent_at", "answered_at", "words", "tester")},
        ),
    )
    readonly_fields = ("state_label", "sent_at", "answered_at", "tester")
    actions_detail = ("open_incident",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was seen is kept as it was seen."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Enter it through the verb."""
        made = probing.record(
            obj.route,
            worked=form.cleaned_data["worked"] == "yes",
            words=form.cleaned_data["words"],
            at=timezone.now(),
            by=person(request),
        )
        obj.pk, obj.sent_at = made.pk, made.sent_at

    @display(description="Result", ordering="state")
    def state_label(self, probe: Probe) -> str:
        """On its way, arrived, or not."""
        return choice_label(probe, "state", TONES)

    @display(description="Who tested", ordering="by")
    def tester(self, probe: Probe) -> str:
        """The person, or the job."""
        return actor_name(probe.by)

    @confirmed_act(
        "Open an incident",
        permission=probing.OPEN,
        outlook="Inability to opt out that is more than an anomaly is told to the FCC within five"
        " business days (64.2009(f)). From the day on which this way was last seen to work, nobody"
        " is assumed to approve whose waiting period it overlaps, until the incident is released.",
        shown=lambda probe: probe.state == Probe.State.FAILED,
        icon="report",
    )
    def open_incident(self, request: HttpRequest, probe: Probe, data: dict[str, Any]) -> str:
        """Hold the approvals that rest on silence which nobody could have broken."""
        incident = probing.open_incident(probe, by=person(request), because=data["because"])
        address = reverse("admin:cpni_incident_change", args=[incident.pk])
        return format_html(
            'The incident is open: <a class="text-link" href="{}">{}</a>.', address, incident
        )
