"""Incidents: times when a way to opt out did not work, and what they hold back."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display
from unfold.enums import ActionVariant

from accounts.admin.acts import confirmed_act, person
from accounts.admin.base import RecordAdmin
from accounts.admin.labels import BAD, GOOD, WAIT, label
from accounts.models import Carrier
from cpni import incidents
from cpni.models import Incident


@admin.register(Incident)
class IncidentAdmin(RecordAdmin):
    """Failures of opt-out mechanisms (64.2009(f))."""

    list_display = ("started_on", "route", "ended_on", "status_label", "next_step")
    list_filter = (("route", ChoicesDropdownFilter),)
    ordering = ("-started_on", "-id")
    fields = ("route", "started_on", "ended_on", "description", "released_on")
    readonly_fields = ("released_on",)
    actions_detail = ("release",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What a released incident said is what its release rested on."""
        open_still = obj is None or obj.released_on is None
        return open_still and super().has_change_permission(request, obj)

    @display(description="Status")
    def status_label(self, incident: Incident) -> str:
        """Failing, holding approvals, or released."""
        if incident.released_on:
            return label("Released", GOOD)
        if incident.ended_on:
            return label("Works again; approvals held", WAIT)
        return label("Not working", BAD)

    @display(description="Next step")
    def next_step(self, incident: Incident) -> str:
        """What is to be done."""
        if incident.released_on:
            return "–"
        return "Release the approvals" if incident.ended_on else "Enter when it works again"

    @confirmed_act(
        "Release",
        permission="cpni.change_incident",
        outlook="Approvals that this incident held back may be assumed by the daily job from today"
        " on. Do this once customers whose window overlapped the failure had their chance.",
        shown=lambda incident: incident.released_on is None and incident.ended_on is not None,
        icon="lock_open",
        variant=ActionVariant.PRIMARY,
    )
    def release(self, request: HttpRequest, incident: Incident, data: dict[str, Any]) -> str:
        """Let the daily job assume what was held."""
        incidents.release(incident, on=Carrier.today(), by=person(request), because=data["because"])
        return "Released: the daily job assumes what this incident held."
