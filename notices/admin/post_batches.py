"""Post batches: letters made or exported for the mail house; confirmed as mailed with a proof."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    StreamingHttpResponse,
)
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import display
from unfold.enums import ActionVariant

from accounts import looks
from accounts.admin.acts import ActForm, Outlook, confirmed_act, person
from accounts.admin.base import ReadOnlyRecordAdmin
from accounts.admin.exports import warning
from accounts.admin.labels import GOOD, WAIT, label
from accounts.admin.scans import HasScan
from accounts.counted_words import several
from accounts.models import Carrier
from accounts.upload_checks import SCAN_HELP, validate_scan
from notices import letter_files, letters
from notices.models import Delivery, LetterFile, MailingStatement, PostBatch
from notices.tasks import make_letters, nudge


class MailedForm(ActForm):
    """What the officer knows when the letters are gone."""

    on = forms.DateField(
        label="Mailed on",
        widget=forms.DateInput,
        help_text="The day they were handed to the post, not the day they were printed.",
    )
    proof = forms.CharField(
        label="Proof",
        max_length=200,
        widget=forms.TextInput,
        help_text="The number of the statement of mailing, or of the post's receipt.",
    )
    scan = forms.FileField(
        label="Statement of mailing",
        required=False,
        validators=[validate_scan],
        help_text=f"A scan of it, kept with the batch. {SCAN_HELP}",
    )
    only = forms.MultipleChoiceField(
        label="Only these files",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None ticked: the whole batch. Other files are confirmed on their day.",
    )
    not_mailed = forms.CharField(
        label="References that were not mailed",
        required=False,
        widget=forms.Textarea,
        help_text="One on each line, such as N-00011. They wait for the next batch.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        there = letter_files.unmailed(self.obj)
        self.there = {str(file.pk): file for file, _ in there}
        choices = [(str(f.pk), f"{f}, {several(n, 'letter')} not confirmed") for f, n in there]
        self.fields["only"].choices = choices  # type: ignore[attr-defined]
        if len(there) < 2:
            del self.fields["only"]

    def clean_only(self) -> list[LetterFile]:
        """The files themselves."""
        return [self.there[key] for key in self.cleaned_data["only"]]


def waiting(batch: PostBatch) -> int:
    """Letters of ``batch`` that nobody has confirmed."""
    return batch.deliveries.filter(state=Delivery.State.BATCHED).count()


def mailed_outlook(self: Any, request: HttpRequest, batch: PostBatch) -> Outlook:
    """What confirming does."""
    return Outlook(
        "Every letter of the batch, or of the files that are ticked, gets this mailing date, and"
        " from it the customer's days to object begin to run. Before that no clock runs.",
        [("Letters not confirmed yet", waiting(batch)), ("Campaign", batch.campaign)],
    )


def export_outlook(self: Any, request: HttpRequest, batch: PostBatch) -> Outlook:
    """What the file holds, and how many it is about."""
    number = len(letters.customers(batch))
    return Outlook(
        "A CSV file with addresses and filled-in letters, for the mail house.",
        [("Letters", f"{batch.size:,}"), ("Please note", warning(number))],
    )


def make_outlook(self: Any, request: HttpRequest, batch: PostBatch) -> Outlook:
    """What is made, and how many."""
    return Outlook(
        "The letters are set as PDF files for US Letter and #10 window envelopes, with a manifest"
        " of their pages. It goes on in the background; this batch’s page shows how far it is.",
        [
            ("Letters", f"{waiting(batch):,}"),
            ("Letters in a file", f"at most {letter_files.PER_FILE:,}"),
            ("Kept until", f"{letter_files.KEPT.days} days after the mailing was confirmed"),
        ],
    )


def download_outlook(self: Any, request: HttpRequest, batch: PostBatch) -> Outlook:
    """What the file holds, and how many it is about."""
    there = letter_files.files(batch)
    return Outlook(
        "A ZIP file with the letters as PDF, the manifest of their pages (manifest.csv) and the"
        " files' checksums (SHA256SUMS), for the mail house.",
        [
            ("Letters", f"{sum(file.letters for file in there):,}"),
            ("Pages", f"{sum(file.pages for file in there):,}"),
            ("Please note", warning(len(letters.customers(batch)))),
        ],
    )


def may_be_made(batch: PostBatch) -> bool:
    """Whether nobody has asked for the letters yet, or some have failed."""
    progress = letter_files.progress(batch, at=timezone.now())
    return not progress.files or progress.discarded or bool(progress.failed)


def letters_made(batch: PostBatch) -> str:
    """How far the PDF files of ``batch`` are, and what they are; asks again while they are made."""
    return render_to_string(
        "notices/admin/letter_files.html",
        {
            "batch": batch,
            "progress": letter_files.progress(batch, at=timezone.now()),
            "files": letter_files.files(batch),
        },
    )


@admin.register(PostBatch)
class PostBatchAdmin(ReadOnlyRecordAdmin):
    """Letters that are printed and mailed together."""

    list_display = ("__str__", "created_at", "size", "status_label", "exported_at", "next_step")
    list_filter = (("campaign", RelatedDropdownFilter),)
    list_select_related = ("campaign",)
    ordering = ("-id",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "campaign",
                    "size",
                    "status_label",
                    "next_step",
                    "created_at",
                    "created_by",
                    "exported_at",
                    "statements",
                )
            },
        ),
        ("Letters as PDF", {"fields": ("letters_made",)}),
    )
    readonly_fields = ("status_label", "next_step", "statements", "letters_made")
    actions_detail = ("make_letters", "download_letters", "export", "mailed")

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the number of letters that wait for confirmation."""
        open_letters = Count("deliveries", filter=Q(deliveries__state=Delivery.State.BATCHED))
        return super().get_queryset(request).annotate(waiting=open_letters)

    @display(description="Status")
    def status_label(self, batch: Any) -> str:
        """Whether all of it is confirmed."""
        if batch.waiting:
            return label(f"{batch.waiting} not confirmed as mailed", WAIT)
        return label("Mailed", GOOD)

    @display(description="Next step")
    def next_step(self, batch: Any) -> str:
        """What is to be done."""
        if not batch.waiting:
            return "–"
        return "Confirm the mailing" if batch.exported_at else "Have it printed"

    @display(description="Statements of mailing")
    def statements(self, batch: Any) -> str:
        """The scanned proofs, as links."""
        links = [
            (reverse("admin:notices_mailingstatement_change", args=[statement.pk]), statement)
            for statement in batch.statements.all()
        ]
        return format_html_join("\n", '<a class="text-link" href="{}">{}</a>', links) or "–"

    @display(description="Letters")
    def letters_made(self, batch: Any) -> str:
        """How far they are, and the files."""
        return letters_made(batch)

    def get_urls(self) -> list[URLPattern]:
        """One more: the part of the page that says how far the letters are."""
        view = self.admin_site.admin_view(self.progress_view)
        own = path("<int:batch_id>/progress/", view, name="notices_postbatch_progress")
        return [own, *super().get_urls()]

    def progress_view(self, request: HttpRequest, batch_id: int) -> HttpResponse:
        """How far the letters are, for the page to put in place of what it showed before."""
        batch = self.get_object(request, str(batch_id))
        if not self.has_view_permission(request, batch):
            raise PermissionDenied
        if batch is None:
            raise Http404
        response = HttpResponse(letters_made(batch))
        if not letter_files.progress(batch, at=timezone.now()).going_on:
            response["HX-Refresh"] = "true"  # what can be done now is in the rest of the page
        return response

    @confirmed_act(
        "Make letters as PDF",
        permission="notices.export_postbatch",
        outlook=make_outlook,
        shown=lambda batch: bool(waiting(batch)) and may_be_made(batch),
        icon="print",
    )
    def make_letters(self, request: HttpRequest, batch: PostBatch, data: dict[str, Any]) -> str:
        """Have them made by a worker."""
        number = letter_files.ask_for(
            batch, by=person(request), because=data["because"], at=timezone.now()
        )
        nudge(make_letters, batch.pk)
        return f"{several(number, 'file is', 'files are')} being made."

    @confirmed_act(
        "Download letters",
        permission="notices.export_postbatch",
        outlook=download_outlook,
        shown=lambda batch: letter_files.progress(batch, at=timezone.now()).complete,
        icon="download",
    )
    def download_letters(self, request: HttpRequest, batch: PostBatch, data: dict[str, Any]) -> Any:
        """Hand them out."""
        by, now = person(request), timezone.now()
        content = letter_files.archive(batch, by=by, at=now)
        letters.mark_exported(batch, by=by, at=now)
        looks.note(
            request,
            letters.customers(batch),
            what=looks.What.EXPORTED,
            record=batch.pk,
            detail=f"PDF files; letters of post batch {batch.pk}; reason: {data['because']}",
        )
        return StreamingHttpResponse(
            content,
            content_type="application/zip",
            headers={
                "Content-Disposition": f'attachment; filename="letters-{batch.pk}.zip"',
            },
        )

    @confirmed_act(
        "Export as CSV",
        permission="notices.export_postbatch",
        outlook=export_outlook,
        icon="download",
    )
    def export(self, request: HttpRequest, batch: PostBatch, data: dict[str, Any]) -> Any:
        """Download it."""
        by = person(request)
        lines = letters.export(batch, by=by)
        letters.mark_exported(batch, by=by, at=timezone.now())
        looks.note(
            request,
            letters.customers(batch),
            what=looks.What.EXPORTED,
            record=batch.pk,
            detail=f"CSV file; letters of post batch {batch.pk}; reason: {data['because']}",
        )
        return StreamingHttpResponse(
            lines,
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="letters-{batch.pk}.csv"'},
        )

    @confirmed_act(
        "Confirm mailed on…",
        permission="notices.confirm_postbatch",
        outlook=mailed_outlook,
        form=MailedForm,
        shown=lambda batch: bool(waiting(batch)),
        icon="mark_email_read",
        variant=ActionVariant.PRIMARY,
    )
    def mailed(self, request: HttpRequest, batch: PostBatch, data: dict[str, Any]) -> str:
        """Give the letters their mailing date."""
        done = letters.confirm_mailed(
            batch,
            on=data["on"],
            proof=data["proof"],
            by=person(request),
            because=data["because"],
            today=Carrier.today(),
            not_mailed=data["not_mailed"].split(),
            files=data.get("only", ()),
            scan=data["scan"],
        )
        words = [f"{several(done.mailed, 'letter has its', 'letters have their')} mailing date."]
        if done.put_back:
            words.append(f"{several(done.put_back, 'waits', 'wait')} for the next batch.")
        if left := waiting(batch):
            words.append(f"{several(left, 'letter')} of this one not confirmed yet.")
        return " ".join(words)


@admin.register(MailingStatement)
class MailingStatementAdmin(HasScan, ReadOnlyRecordAdmin):
    """Proofs that letters were handed to the post on their mailing date."""

    scan_named = "statement"
    list_display = ("__str__", "batch", "mailed_on", "entered_at")
    list_select_related = ("batch__campaign",)
    ordering = ("-id",)
    fields = ("batch", "mailed_on", "proof", "scan_link", "entered_at", "entered_by")
    readonly_fields = ("scan_link",)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """One group, without the form's own fields."""
        return [(None, {"fields": self.fields})]

    @display(description="Scan")
    def scan_link(self, statement: MailingStatement) -> str:
        """The scanned statement."""
        address = self.scan_address(statement.pk)
        return format_html('<a class="text-link" href="{}">Download the scan</a>', address)
