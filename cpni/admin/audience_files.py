"""Lists of account numbers that come back marked with what may be done with each, and why not."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from unfold.decorators import display
from unfold.widgets import UnfoldAdminFileFieldWidget

from accounts import looks
from accounts.admin.acts import Outlook, confirmed_act, person, reason_field
from accounts.admin.base import ReadOnlyAdmin, ReasonForm
from accounts.admin.exports import warning
from accounts.admin.labels import BAD, CALM, GOOD, WAIT, label
from accounts.admin.refusals import ShowsRefusals
from accounts.admin.written_once import FilledInWhenNew
from accounts.civil import in_words
from accounts.counted_words import several
from accounts.models import Carrier
from accounts.upload_checks import LARGEST_LIST, MB
from cpni import audience_files
from cpni.models import AudienceFile
from cpni.reasons import BY_CODE
from cpni.tasks import mark_audience
from notices.tasks import nudge


class AudienceForm(ReasonForm):
    """The list, and what it is for."""

    because = reason_field(label="What the list is for")
    upload = forms.FileField(
        label="Account numbers",
        widget=UnfoldAdminFileFieldWidget,
        help_text="CSV in UTF-8 with a column account_number, or one number on each line; at most"
        f" {LARGEST_LIST // MB} MB. What is larger: manage.py scrub_accounts.",
    )

    def clean_upload(self) -> Any:
        """Of a size that a page takes."""
        upload = self.cleaned_data["upload"]
        if upload.size > LARGEST_LIST:
            raise ValidationError(
                f"The file has {upload.size / MB:.1f} MB; at most {LARGEST_LIST // MB} MB are taken"
                " here. Split it, or have it marked with manage.py scrub_accounts."
            )
        return upload


def download_outlook(self: Any, request: HttpRequest, file: AudienceFile) -> Outlook:
    """What the list is good for, and until when."""
    return Outlook(
        "Each line with the answer, its reason and the rule’s section. The list is of its day: it"
        " says so, and it must not be used on another. What was opted out of since is not in it.",
        [("Expires with", in_words(file.on)),
         ("Please note", warning(file.done))],
    )  # fmt: skip


@admin.register(AudienceFile)
class AudienceFileAdmin(FilledInWhenNew, ShowsRefusals, ReadOnlyAdmin):
    """Lists that were marked, for which use and by whom."""

    form = AudienceForm
    list_display = ("__str__", "use", "recipient", "on", "status_label", "asked_by")
    list_select_related = ("use", "recipient", "asked_by")
    ordering = ("-id",)
    add_fieldsets = (
        (
            None,
            {
                "fields": ("use", "offered", "recipient", "upload", "because"),
                "description": "Each number is answered as for a single customer, for today. It is"
                " done in the background; the list’s page shows how far it is.",
            },
        ),
    )
    fields = (
        "use",
        "offered",
        "recipient",
        "on",
        "because",
        "asked_at",
        "asked_by",
        "status_label",
        "result",
    )
    readonly_fields = fields
    actions_detail = ("download_list",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may have lists marked."""
        return request.user.has_perm(audience_files.ASK)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Keep it through the verb, and have it marked soon."""
        audience_files.ask(
            obj,
            form.cleaned_data["upload"],
            on=Carrier.today(),
            at=timezone.now(),
            by=person(request),
        )
        nudge(mark_audience, obj.pk)

    @display(description="Status")
    def status_label(self, file: AudienceFile) -> str:
        """How far it is."""
        if file.discarded_at or file.on < Carrier.today():
            return label("Expired", CALM)
        if file.marked_at:
            return label("Marked", GOOD)
        if file.claims >= audience_files.CLAIMS and file.claimed_at is None:
            return label("Failed: the log says why", BAD)
        return label(f"{file.done:,} of {several(file.lines, 'line')}", WAIT)

    @display(description="Lines by reason")
    def result(self, file: AudienceFile) -> str:
        """How many lines have which reason."""
        rows = [
            (
                BY_CODE[code].label if code in BY_CODE else audience_files.UNKNOWN_WORDS,
                BY_CODE[code].section if code in BY_CODE else "",
                number,
            )
            for code, number in sorted(file.counts.items(), key=lambda item: -item[1])
        ]
        return render_to_string("cpni/admin/audience_counts.html", {"rows": rows, "file": file})

    @confirmed_act(
        "Download the list",
        permission=audience_files.ASK,
        outlook=download_outlook,
        shown=lambda file: file.marked_at is not None and file.discarded_at is None,
        icon="download",
    )
    def download_list(self, request: HttpRequest, file: AudienceFile, data: dict[str, Any]) -> Any:
        """The marked list; that it left is recorded."""
        content = audience_files.download(file, on=Carrier.today(), by=person(request))
        looks.note(
            request,
            audience_files.customers_in(file),
            what=looks.What.EXPORTED,
            record=file.pk,
            detail=f"audience for {file.use.code}; reason: {data['because']}",
            rows=file.done,
        )
        return FileResponse(
            content,
            as_attachment=True,
            filename=f"audience-{file.pk}-only-{file.on}.csv",
            content_type="text/csv; charset=utf-8",
        )
