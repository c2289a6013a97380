"""Letters to the FCC about incidents: completed, made final, filed (64.2009(f))."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display
from unfold.enums import ActionVariant

from accounts.admin.acts import ActForm, Outlook, confirmed_act, person, reading_page
from accounts.admin.base import RecordAdmin
from accounts.admin.labels import CALM, GOOD, WAIT, label
from accounts.admin.scans import HasScan
from accounts.business_days import in_words_left
from accounts.civil import in_words
from accounts.models import Carrier
from accounts.upload_checks import SCAN_HELP, validate_scan
from cpni import incident_letters
from cpni.models import IncidentLetter

Status = IncidentLetter.Status
TONES = {Status.DRAFT: WAIT, Status.FINAL: WAIT, Status.FILED: GOOD}


class FiledForm(ActForm):
    """When it was filed, and what proves it."""

    on = forms.DateField(label="Filed on", widget=forms.DateInput)
    proof = forms.CharField(
        label="Proof of filing",
        max_length=200,
        help_text="Such as the number of the confirmation, or of the certified letter.",
    )
    scan = forms.FileField(
        label="Copy of the proof", required=False, validators=[validate_scan], help_text=SCAN_HELP
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = Carrier.today()


def finish_outlook(self: Any, request: HttpRequest, letter: IncidentLetter) -> Outlook:
    """What it lacks."""
    lacking = incident_letters.missing(letter)
    return Outlook(
        "A final letter is not changed any more, unless it is made a draft again. Every element of"
        " 64.2009(f) must be in it.",
        [("Missing", "\n".join(lacking) or "Nothing")],
    )


@admin.register(IncidentLetter)
class IncidentLetterAdmin(HasScan, RecordAdmin):
    """Letters to the FCC about ways to opt out that failed."""

    scan_named = "proof-of-filing"
    list_display = ("incident", "status_label", "due", "filed_on", "proof")
    list_filter = (("status", ChoicesDropdownFilter),)
    list_select_related = ("incident",)
    ordering = ("-id",)
    readonly_fields = ("incident_link", "status_label", "due", "lacking", "filing")
    actions_detail = ("open_pdf", "finish", "file_letter", "reopen")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """How it stands, and its elements."""
        found = [
            (None, {"fields": ("incident_link", "status_label", "due", "lacking", "filing")}),
            ("Elements (64.2009(f))", {"fields": tuple(incident_letters.ELEMENTS)}),
        ]
        if self.has_change_permission(request, obj):
            found.append((None, {"fields": ("because",)}))
        return found

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Those of the form."""
        return (*incident_letters.ELEMENTS, "because")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """It is drafted from an incident."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only a draft is written."""
        is_draft = obj is None or obj.status == Status.DRAFT
        return is_draft and super().has_change_permission(request, obj)

    @display(description="Incident")
    def incident_link(self, letter: IncidentLetter) -> str:
        """As a link."""
        address = reverse("admin:cpni_incident_change", args=[letter.incident_id])
        return format_html('<a class="text-link" href="{}">{}</a>', address, letter.incident)

    @display(description="Status")
    def status_label(self, letter: IncidentLetter) -> str:
        """Draft, final or filed."""
        tone = TONES.get(Status(letter.status), CALM)
        return label(letter.get_status_display(), tone)

    @display(description="Last day to file")
    def due(self, letter: IncidentLetter) -> str:
        """And how many days are left."""
        last = letter.incident.term.last
        if letter.filed_on:
            return f"{in_words(last)} ({'in time' if letter.in_time else 'filed late'})"
        return f"{in_words(last)}. {in_words_left(Carrier.today(), last)}"

    @display(description="Missing")
    def lacking(self, letter: IncidentLetter) -> str:
        """The elements that it lacks."""
        return "\n".join(incident_letters.missing(letter)) or "Nothing"

    @display(description="Filing")
    def filing(self, letter: IncidentLetter) -> str:
        """When, by whom, and the proof."""
        if not letter.filed_on:
            return "Not filed yet"
        said = f"{in_words(letter.filed_on)}, {letter.filed_by or '–'}: {letter.proof}"
        if not letter.scan:
            return said
        address = self.scan_address(letter.pk)
        return format_html(
            '{}. <a class="text-link" href="{}">Download the copy of the proof</a>', said, address
        )

    @reading_page("Open as PDF", permission="cpni.view_incidentletter", icon="picture_as_pdf")
    def open_pdf(self, request: HttpRequest, letter: IncidentLetter) -> HttpResponse:
        """To read, print and sign."""
        return HttpResponse(
            incident_letters.pdf(letter, on=Carrier.today()),
            content_type="application/pdf",
            headers={
                "Content-Disposition": f'attachment; filename="letter-to-fcc-{letter.pk}.pdf"',
            },
        )

    @confirmed_act(
        "Make final",
        permission=incident_letters.CHANGE,
        outlook=finish_outlook,
        shown=lambda letter: letter.status == Status.DRAFT,
        icon="task_alt",
        variant=ActionVariant.PRIMARY,
    )
    def finish(self, request: HttpRequest, letter: IncidentLetter, data: dict[str, Any]) -> str:
        """Once nothing is missing."""
        incident_letters.finish(letter, by=person(request), because=data["because"])
        return "The letter is final. Have it signed, file it, and record the filing."

    @confirmed_act(
        "Record the filing",
        permission=incident_letters.CHANGE,
        outlook="The letter was filed with the FCC. It never changes after this.",
        form=FiledForm,
        shown=lambda letter: letter.status == Status.FINAL,
        icon="outgoing_mail",
        variant=ActionVariant.PRIMARY,
    )
    def file_letter(
        self, request: HttpRequest, letter: IncidentLetter, data: dict[str, Any]
    ) -> str:
        """With its proof."""
        incident_letters.file(
            letter,
            on=data["on"],
            proof=data["proof"],
            scan=data["scan"],
            today=Carrier.today(),
            by=person(request),
            because=data["because"],
        )
        return "The filing is recorded."

    @confirmed_act(
        "Back to draft",
        permission=incident_letters.CHANGE,
        outlook="The letter can be changed again, and is made final again after that.",
        shown=lambda letter: letter.status == Status.FINAL,
        icon="undo",
    )
    def reopen(self, request: HttpRequest, letter: IncidentLetter, data: dict[str, Any]) -> str:
        """To correct it."""
        incident_letters.reopen(letter, by=person(request), because=data["because"])
        return "The letter is a draft again."
