"""Notices and their texts: written, previewed as a customer gets them, approved, copied."""

from typing import Any

from django.contrib import admin, messages
from django.forms import model_to_dict
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from unfold.admin import StackedInline
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display
from unfold.enums import ActionVariant

from accounts import history
from accounts.admin.acts import Outlook, confirmed_act, person
from accounts.admin.base import RecordAdmin
from accounts.admin.labels import CALM, GOOD, choice_label
from accounts.errors import Refused
from accounts.models import Carrier
from notices import publishing, signing_off, standard_texts
from notices.admin.content_checks import ContentCheckPages, is_draft, sentence
from notices.admin.notice_differences import DifferencePages
from notices.admin.notice_previews import PreviewPages
from notices.admin.policies import UsesAsBoxes
from notices.models import Notice, NoticeText
from notices.placeholders import PLACEHOLDERS, fill
from notices.policies import in_force
from notices.specimens import Reader, values_of

BEGUN_FIELDS = ("title", "kind", "policy_version", "channels", "waiting_days")
STATUS_TONES = {Notice.Status.DRAFT: CALM, Notice.Status.APPROVED: GOOD}


def filled(notice: Notice) -> list[tuple[str, str]]:
    """The parts of the texts of ``notice`` as a made-up customer would read them."""
    carrier = Carrier.get()
    return [
        (
            f"{text.get_language_display()}, {part}",
            fill(body, values_of(text, carrier, Reader())),
        )
        for text in notice.texts.all()
        for part, body in (
            ("subject", text.subject),
            ("e-mail", text.email_body),
            ("letter", text.letter_body),
            ("text message", text.short_body),
        )
        if body
    ]


def approve_outlook(self: Any, request: HttpRequest, notice: Notice) -> Outlook:
    """What approving does, and the whole text to read before it."""
    return Outlook(
        "Read it as the customer will. Once it is approved, its words can never change; a new"
        " version can be made from it. Whoever wrote it cannot approve it.",
        [
            ("Asks approval for", ", ".join(str(u) for u in notice.uses.all()) or "Nothing"),
            ("Waiting period it states", f"{notice.waiting_days} days from the mailing date"),
            ("Content check", sentence(signing_off.checked(notice))),
            *filled(notice),
        ],
    )


def standard(request: HttpRequest) -> standard_texts.Begun | None:
    """The standard notice with which the form of a new one was asked to begin, if it can."""
    try:
        match request.GET.get("standard"):
            case "marketing":
                return standard_texts.offer()
            case "cpni":
                if policy := in_force(Carrier.today()):
                    return standard_texts.cpni_notice(policy)
                raise Refused(
                    "No privacy policy is in force, and a notice speaks of one.",
                    "Publish a policy version first.",
                )
    except Refused as refused:
        if request.method == "GET" and not getattr(request, "told", False):
            messages.warning(request, str(refused))
            request.told = True  # type: ignore[attr-defined]
    return None


class NoticeTextInline(StackedInline):
    """The words, one text for each language."""

    model = NoticeText
    fields = ("language", "subject", "email_body", "letter_body", "short_body")
    verbose_name = "text"
    verbose_name_plural = "texts"

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Bodies are pages long: room to read them."""
        found = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name in ("email_body", "letter_body"):
            found.widget.attrs["rows"] = 18
        return found

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        """A new notice begins with an empty text, or the standard ones."""
        if obj is not None:
            return 0
        begun = standard(request)
        return len(begun.texts) if begun else 1

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only a draft gets texts."""
        return (obj is None or is_draft(obj)) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only a draft's texts change."""
        return (obj is None or is_draft(obj)) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A language can be taken off a draft."""
        return obj is not None and is_draft(obj) and super().has_delete_permission(request, obj)


@admin.register(Notice)
class NoticeAdmin(ContentCheckPages, PreviewPages, DifferencePages, UsesAsBoxes, RecordAdmin):
    """What customers are told, in which languages, and whether it may go out."""

    list_display = (
        "title",
        "kind",
        "policy_version",
        "status_label",
        "languages",
        "waiting_days",
        "next_step",
    )
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("policy_version", RelatedDropdownFilter),
    )
    list_select_related = ("policy_version",)
    search_fields = ("title__icontains",)
    search_help_text = "Words of the title"
    ordering = ("-id",)
    inlines = (NoticeTextInline,)
    change_form_before_template = "notices/admin/standard_texts.html"
    fieldsets = (
        (None, {"fields": ("title", "kind", "policy_version", "channels", "waiting_days")}),
        ("What it asks approval for", {"fields": ("uses",)}),
        (
            "Approval",
            {"fields": ("status_label", "content_summary", "author", "approved_by", "approved_at")},
        ),
    )
    readonly_fields = (
        *("status_label", "content_summary", "author", "approved_by", "approved_at"),
        "placeholders",
    )
    actions_detail = (
        *("content_check", "preview", "compare", "send_test", "approve", "new_version"),
        *("sign_off", "override"),
    )
    # Led to from the content check, line by line, and from the preview.
    without_button = frozenset({"sign-off", "override", "send-test", "compare"})

    def get_queryset(self, request: HttpRequest) -> Any:
        """With texts and people at hand."""
        found = super().get_queryset(request).prefetch_related("texts")
        return found.select_related("policy_version", "author", "approved_by")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Approved notices cannot change."""
        return (obj is None or is_draft(obj)) and super().has_change_permission(request, obj)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """The buttons above the form."""
        found = super().get_actions_detail(request, object_id)
        return [action for action in found if action.path not in self.without_button]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A new notice has nobody's approval to show."""
        found = super().get_fieldsets(request, obj)
        if obj is None:
            found = [part for part in found if part[0] != "Approval"]
        if obj is None or self.has_change_permission(request, obj):
            found = [*found, ("Placeholders for the texts", {"fields": ("placeholders",)})]
        return found

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The carrier's default for the waiting days, or the standard notice that was chosen."""
        if begun := standard(request):
            return {**model_to_dict(begun.notice, BEGUN_FIELDS), "uses": begun.uses}
        carrier = Carrier.get()
        return {"waiting_days": carrier.default_waiting_days} if carrier else {}

    def get_formset_kwargs(
        self, request: HttpRequest, obj: Any, inline: Any, prefix: str
    ) -> dict[str, Any]:
        """The standard words, to be read and changed; what comes back counts as written."""
        found = super().get_formset_kwargs(request, obj, inline, prefix)
        if request.method == "GET" and not obj.pk and (begun := standard(request)):
            found["initial"] = begun.texts
        return found

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Whoever wrote or last changed it is its author, and so cannot approve it."""
        if not change or set(form.changed_data) - {"because"}:
            obj.author = person(request)
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Whoever changed only the words is its author, too."""
        super().save_related(request, form, formsets, change)
        notice, by = form.instance, person(request)
        if any(formset.has_changed() for formset in formsets) and notice.author_id != by.pk:
            notice.author = by
            history.save(notice, by=by, because=form.cleaned_data["because"] or "Added")

    @display(description="Status", ordering="status")
    def status_label(self, notice: Notice) -> str:
        """Draft or approved."""
        return choice_label(notice, "status", STATUS_TONES)

    @display(description="Languages")
    def languages(self, notice: Notice) -> str:
        """In which languages there is a text."""
        return ", ".join(text.get_language_display() for text in notice.texts.all()) or "None"

    @display(description="Next step")
    def next_step(self, notice: Notice) -> str:
        """What is to be done."""
        if not is_draft(notice):
            return "Send it with a campaign"
        return "Someone else approves it" if notice.texts.all() else "Add a text"

    @display(description="Write, and get")
    def placeholders(self, notice: Notice) -> SafeString:
        """What may stand in the texts, and what it becomes."""
        return format_html_join("", "<div><code>{{{{ {} }}}}</code> {}</div>", PLACEHOLDERS.items())

    @confirmed_act(
        "Approve",
        permission="notices.approve_notice",
        outlook=approve_outlook,
        shown=is_draft,
        icon="task_alt",
        variant=ActionVariant.PRIMARY,
        version=lambda notice: notice.fingerprint,
    )
    def approve(self, request: HttpRequest, notice: Notice, data: dict[str, Any]) -> str:
        """Approve the draft."""
        publishing.approve_notice(
            notice,
            by=person(request),
            because=data["because"],
            at=timezone.now(),
            seen=data["seen"],
        )
        return f"“{notice}” is approved and fixed."

    @confirmed_act(
        "New version",
        permission="notices.add_notice",
        outlook="This makes a draft with the same words, which can then be changed.",
        shown=lambda notice: not is_draft(notice),
        icon="content_copy",
    )
    def new_version(self, request: HttpRequest, notice: Notice, data: dict[str, Any]) -> str:
        """Copy it into a draft."""
        copy = publishing.new_version(notice, by=person(request), because=data["because"])
        return f"“{copy}” was made as a draft."
