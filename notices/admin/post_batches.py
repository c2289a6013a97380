"""Post batches: exported for the mail house, and confirmed as mailed with a proof."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Q
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import display
from unfold.enums import ActionVariant

from accounts import looks
from accounts.admin.acts import ActForm, Outlook, confirmed_act, person
from accounts.admin.base import ReadOnlyRecordAdmin
from accounts.admin.exports import warning
from accounts.admin.labels import GOOD, WAIT, label
from accounts.models import Carrier
from notices import letters
from notices.models import Delivery, PostBatch


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
    not_mailed = forms.CharField(
        label="References that were not mailed",
        required=False,
        widget=forms.Textarea,
        help_text="One on each line, such as N-00011. They wait for the next batch.",
    )


def waiting(batch: PostBatch) -> int:
    """Letters of ``batch`` that nobody has confirmed."""
    return batch.deliveries.filter(state=Delivery.State.BATCHED).count()


def mailed_outlook(self: Any, request: HttpRequest, batch: PostBatch) -> Outlook:
    """What confirming does."""
    return Outlook(
        "Every letter of the batch gets this mailing date, and from it the customer's days to"
        " object begin to run. Before that no clock runs.",
        [("Letters not confirmed yet", waiting(batch)), ("Campaign", batch.campaign)],
    )


def export_outlook(self: Any, request: HttpRequest, batch: PostBatch) -> Outlook:
    """What the file holds, and how many it is about."""
    number = len(letters.customers(batch))
    return Outlook(
        "A CSV file with addresses and filled-in letters, for the mail house.",
        [("Letters", f"{batch.size:,}"), ("Please note", warning(number))],
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
                )
            },
        ),
    )
    readonly_fields = ("status_label", "next_step")
    actions_detail = ("export", "mailed")

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
        return "Confirm the mailing" if batch.exported_at else "Export it for printing"

    @confirmed_act(
        "Export for printing",
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
        )
        words = f"{done.mailed} letters have their mailing date."
        return f"{words} {done.put_back} wait for the next batch." if done.put_back else words
