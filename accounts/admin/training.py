"""Training: its texts, who acknowledged them, who has still to; and sanctions."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter
from unfold.decorators import display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts import training
from accounts.admin.acts import confirmed_act, person
from accounts.admin.base import ReasonForm, RecordAdmin
from accounts.admin.given_filters import PersonFilter
from accounts.admin.labels import CALM, GOOD, WAIT, choice_label
from accounts.admin.scans import HasScan
from accounts.admin.training_pages import looked_page, standing_page
from accounts.admin.written_once import WrittenOnceAdmin
from accounts.models import Acknowledgement, Carrier, Sanction, TrainingText, User

Status = TrainingText.Status


def is_draft(text: TrainingText) -> bool:
    """Whether it can still change."""
    return text.status == Status.DRAFT


class TextForm(ReasonForm):
    """A training text, with room to write it."""

    class Meta:
        widgets = {"text": UnfoldAdminTextareaWidget(attrs={"rows": 24})}


@admin.register(TrainingText)
class TrainingTextAdmin(RecordAdmin):
    """What staff read and sign, by course and version."""

    form = TextForm
    list_display = ("__str__", "status_label", "published_at", "published_by")
    list_filter = (("status", ChoicesDropdownFilter),)
    list_select_related = ("published_by",)
    ordering = ("course", "-version")
    fields = ("course", "text", "status_label", "as_read", "published_at", "published_by")
    readonly_fields = ("status_label", "as_read", "published_at", "published_by")
    actions_detail = ("publish", "withdraw", "new_version")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What may have been signed cannot change."""
        return (obj is None or is_draft(obj)) and super().has_change_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A version belongs to its course."""
        found = super().get_readonly_fields(request, obj)
        return (*found, "course") if obj else found

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A new one is only written."""
        return self.fields if obj else ("course", "text")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """A new one becomes the next version of its course."""
        if change:
            super().save_model(request, obj, form, change)
            return
        because = form.cleaned_data.get("because") or "Added"
        training.draft(obj, by=person(request), because=because)

    @display(description="Status", ordering="status")
    def status_label(self, text: TrainingText) -> str:
        """Draft, published or withdrawn."""
        tones = {Status.DRAFT: WAIT, Status.PUBLISHED: GOOD, Status.WITHDRAWN: CALM}
        return choice_label(text, "status", tones)

    @display(description="As it is read")
    def as_read(self, text: TrainingText) -> str:
        """The page that staff see."""
        address = reverse("training-text", args=[text.pk])
        return format_html('<a class="text-link" href="{}">Open the page</a>', address)

    @confirmed_act(
        "Publish",
        permission=training.PUBLISH,
        outlook="Everyone who may sign in must sign it, new staff within the days that the"
        " carrier’s record gives them, the others when they signed a version of it a year ago."
        " Whoever is overdue is stopped. The version before is withdrawn.",
        shown=is_draft,
        icon="task_alt",
        variant=ActionVariant.PRIMARY,
    )
    def publish(self, request: HttpRequest, text: TrainingText, data: dict[str, Any]) -> str:
        """Let it be signed."""
        training.publish(text, by=person(request), because=data["because"], at=timezone.now())
        return f"“{text}” is what staff read and sign from now on."

    @confirmed_act(
        "Withdraw",
        permission=training.PUBLISH,
        outlook="The course ends: nobody has to sign it any more. What was signed stays.",
        shown=lambda text: text.status == Status.PUBLISHED,
        icon="block",
    )
    def withdraw(self, request: HttpRequest, text: TrainingText, data: dict[str, Any]) -> str:
        """End the course."""
        training.withdraw(text, by=person(request), because=data["because"])
        return f"“{text}” is withdrawn."

    @confirmed_act(
        "New version",
        permission=training.ADD,
        outlook="This makes a draft with the same words, which can then be changed.",
        shown=lambda text: not is_draft(text),
        icon="content_copy",
    )
    def new_version(self, request: HttpRequest, text: TrainingText, data: dict[str, Any]) -> str:
        """Copy it into a draft."""
        copy = training.new_version(text, by=person(request), because=data["because"])
        return f"“{copy}” was made as a draft."


class OfPerson(PersonFilter):
    """Of one member of staff."""

    column = "person_id"


@admin.register(Acknowledgement)
class AcknowledgementAdmin(HasScan, WrittenOnceAdmin):
    """Who read and signed what, or was trained elsewhere."""

    scan_named = "training"
    list_display = ("person", "training", "on", "how", "by")
    list_filter = (("how", ChoicesDropdownFilter), ("on", RangeDateFilter), OfPerson)
    list_filter_submit = True
    list_select_related = ("person", "training", "by")
    ordering = ("-id",)
    add_fields = ("person", "training", "on", "proof", "scan")
    fields = ("person", "training", "on", "how", "proof", "scan_link", "digest", "at", "by")
    readonly_fields = ("scan_link", "digest", "at", "by")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Most are recorded on the day."""
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        return {"on": Carrier.today(), **initial}

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Staff who are there, and texts that are or were published."""
        if db_field.name == "person":
            kwargs["queryset"] = training.people().order_by("last_name", "username")
        if db_field.name == "training":
            kwargs["queryset"] = TrainingText.objects.exclude(status=Status.DRAFT).defer("text")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Record what was held elsewhere, through the verb."""
        made = training.record_elsewhere(
            obj.person,
            obj.training,
            on=obj.on,
            proof=obj.proof,
            scan=form.cleaned_data.get("scan"),
            today=Carrier.today(),
            at=timezone.now(),
            by=person(request),
        )
        obj.pk = made.pk

    def get_urls(self) -> list[URLPattern]:
        """Two more: who has still to sign, and who saw customers without."""
        own = [
            path(
                f"{name}/",
                self.admin_site.admin_view(view),
                name=f"accounts_acknowledgement_{name}",
            )
            for name, view in (("standing", self.standing_view), ("looked", self.looked_view))
        ]
        return [*own, *super().get_urls()]

    def standing_view(self, request: HttpRequest) -> HttpResponseBase:
        """Everyone, by when they must sign what."""
        return standing_page(self, request)

    def looked_view(self, request: HttpRequest) -> HttpResponseBase:
        """Who saw customers' records in some days, and whether they were trained."""
        return looked_page(self, request)

    @display(description="Proof")
    def scan_link(self, acknowledgement: Acknowledgement) -> str:
        """The scanned proof."""
        if not acknowledgement.scan:
            return "–"
        address = self.scan_address(acknowledgement.pk)
        return format_html('<a class="text-link" href="{}">Download the scan</a>', address)


@admin.register(Sanction)
class SanctionAdmin(WrittenOnceAdmin):
    """What misuse of CPNI led to, person by person."""

    list_display = ("__str__", "person", "happened_on", "decided_on", "decided_by")
    list_filter = (("decided_on", RangeDateFilter), OfPerson)
    list_filter_submit = True
    list_select_related = ("person",)
    ordering = ("-id",)
    add_fields = ("person", "happened_on", "happened", "decided_on", "decided", "decided_by")
    fields = (*add_fields, "at", "by")
    readonly_fields = ("at", "by")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Room for what happened and what was decided."""
        if db_field.name in ("happened", "decided"):
            kwargs["widget"] = UnfoldAdminTextareaWidget(attrs={"rows": 5})
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Whoever is or was on the staff."""
        if db_field.name == "person":
            kwargs["queryset"] = User.objects.filter(is_staff=True).order_by("last_name")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Write it down, through the verb."""
        training.record_sanction(obj, today=Carrier.today(), at=timezone.now(), by=person(request))
