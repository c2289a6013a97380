"""Incidents: times when a way to opt out did not work, and what they hold back."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html_join
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import display
from unfold.enums import ActionVariant

from accounts.admin.acts import Outlook, confirmed_act, person
from accounts.admin.base import RecordAdmin
from accounts.admin.labels import BAD, GOOD, WAIT, label
from accounts.business_days import in_words_left
from accounts.civil import in_words
from accounts.models import Carrier
from cpni import incident_letters, incidents, steps
from cpni.admin import affected
from cpni.admin.deadlines import address_page, agenda_page
from cpni.admin.steps import IncidentStepForm, taken
from cpni.admin.terms import days_counted
from cpni.models import Incident, IncidentLetter


class OpenFilter(DropdownFilter):
    """Whether something is still to be done."""

    title = "Status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Open or settled."""
        return [("open", "Open"), ("settled", "Settled")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Incident]) -> Any:
        """Those of that status."""
        if self.value() not in ("open", "settled"):
            return queryset
        unsettled = Q(pk__in=incidents.open_ones().order_by().values("pk"))
        return queryset.filter(unsettled if self.value() == "open" else ~unsettled)


def letter_outlook(self: Any, request: HttpRequest, incident: Incident) -> Outlook:
    """What is drafted, and until when it is to be filed."""
    last = incident.term.last
    return Outlook(
        "Drafts the letter to the FCC with what is on record of each element of 64.2009(f). What is"
        " not on record is named, and filled in by you.",
        [("Last day to file", f"{in_words(last)}. {in_words_left(Carrier.today(), last)}")],
    )


@admin.register(Incident)
class IncidentAdmin(RecordAdmin):
    """Failures of opt-out mechanisms (64.2009(f))."""

    list_display = ("started_on", "route", "ended_on", "status_label", "letter_label", "next_step")
    list_filter = (OpenFilter, ("route", ChoicesDropdownFilter))
    ordering = ("-started_on", "-id")
    entered = ("route", "started_on", "ended_on", "discovered_on", "description")
    shown = ("tasks", "affected_customers", "letters", "steps_taken", "clock")
    readonly_fields = ("released_on", *shown)
    actions_detail = ("draft_letter", "record_step", "release")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """What is entered; of one that is there, what follows from it as well."""
        if obj is None:
            return [(None, {"fields": self.entered}), (None, {"fields": ["because"]})]
        found: list[Any] = [
            ("What is to be done", {"fields": self.shown[:-1]}),
            ("The incident", {"fields": (*self.entered, "released_on")}),
            ("Five business days, counted as 47 CFR 1.4 says", {"fields": ("clock",)}),
        ]
        if self.has_change_permission(request, obj):
            found.insert(2, (None, {"fields": ("because",)}))
        return found

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Those of the form."""
        return (*self.entered, "because")

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the letters."""
        return super().get_queryset(request).prefetch_related("letters")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Most are entered on the day they are found."""
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        return {"discovered_on": Carrier.today(), **initial}

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What a released incident said is what its release rested on."""
        open_still = obj is None or obj.released_on is None
        return open_still and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Unless a day cannot be."""
        incidents.check(obj, today=Carrier.today())
        super().save_model(request, obj, form, change)

    def get_urls(self) -> list[URLPattern]:
        """Two more: the agenda of deadlines, and one's own address of it as a calendar."""
        views = (
            ("deadlines/", self.deadlines_view, "cpni_incident_deadlines"),
            ("deadlines/address/", self.calendar_address_view, "cpni_incident_calendar_address"),
        )
        own = [path(at, self.admin_site.admin_view(view), name=name) for at, view, name in views]
        return [*own, *super().get_urls()]

    def deadlines_view(self, request: HttpRequest) -> HttpResponse:
        """Everything that has a day."""
        return agenda_page(self, request)

    def calendar_address_view(self, request: HttpRequest) -> HttpResponse:
        """One's own secret address of the calendar."""
        return address_page(self, request)

    @display(description="Status")
    def status_label(self, incident: Incident) -> str:
        """Failing, holding approvals, or released."""
        if incident.released_on:
            return label("Released", GOOD)
        if incident.ended_on:
            return label("Works again; approvals held", WAIT)
        return label("Not working", BAD)

    @display(description="Letter to the FCC")
    def letter_label(self, incident: Incident) -> str:
        """Filed, or by when."""
        for letter in incident.letters.all():
            if letter.status == IncidentLetter.Status.FILED:
                return label("Filed" if letter.in_time else "Filed late", GOOD)
        last = incident.term.last
        return label(f"By {in_words(last)}", BAD if last <= Carrier.today() else WAIT)

    @display(description="Next step")
    def next_step(self, incident: Incident) -> str:
        """What is to be done."""
        filed = any(x.status == IncidentLetter.Status.FILED for x in incident.letters.all())
        if not filed:
            return "File the letter to the FCC"
        if incident.released_on:
            return "–"
        return "Release the approvals" if incident.ended_on else "Enter when it works again"

    @display(description="Steps")
    def tasks(self, incident: Incident) -> str:
        """Each, whether it is done, and by when."""
        return render_to_string(
            "cpni/admin/incident_tasks.html",
            {"tasks": incidents.tasks(incident), "today": Carrier.today()},
        )

    @display(description="Customers whose time to object it overlaps")
    def affected_customers(self, incident: Incident) -> str:
        """How many, and where they are."""
        return affected.link(incident, incidents.affected(incident).count())

    @display(description="Letters to the FCC")
    def letters(self, incident: Incident) -> str:
        """As links."""
        found = [
            (
                reverse("admin:cpni_incidentletter_change", args=[letter.pk]),
                letter.get_status_display(),
                f" on {in_words(letter.filed_on)}" if letter.filed_on else "",
            )
            for letter in incident.letters.all()
        ]
        return (
            format_html_join("\n", '<a class="text-link" href="{}">{}{}</a>', found) or "None yet"
        )

    @display(description="Recorded")
    def steps_taken(self, incident: Incident) -> str:
        """With their proof."""
        return taken(incident.steps.all())

    @display(description="Days")
    def clock(self, incident: Incident) -> str:
        """Day by day."""
        return days_counted(incident.term)

    @confirmed_act(
        "Draft the letter to the FCC",
        permission=incident_letters.ADD,
        outlook=letter_outlook,
        icon="edit_document",
    )
    def draft_letter(self, request: HttpRequest, incident: Incident, data: dict[str, Any]) -> Any:
        """Go on with it."""
        letter = incident_letters.draft(incident, by=person(request), because=data["because"])
        return HttpResponseRedirect(reverse("admin:cpni_incidentletter_change", args=[letter.pk]))

    @confirmed_act(
        "Record a step",
        permission="cpni.change_incident",
        outlook="What was done about it, kept with who, when and its proof. A step is written once;"
        " a correction is another one.",
        form=IncidentStepForm,
        icon="playlist_add_check",
    )
    def record_step(self, request: HttpRequest, incident: Incident, data: dict[str, Any]) -> str:
        """Keep it."""
        step = steps.take(
            incident,
            data["code"],
            on=data["on"],
            words=data["words"],
            proof=data["proof"],
            scan=data["scan"],
            today=Carrier.today(),
            at=timezone.now(),
            by=person(request),
        )
        return f"Recorded: {steps.label(step)}."

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
