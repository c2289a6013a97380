"""Scripts that are read aloud on calls, and each reading with its answer."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter
from unfold.decorators import display
from unfold.enums import ActionVariant

from accounts.admin.acts import ActForm, Outlook, confirmed_act, person
from accounts.admin.base import ReadOnlyAdmin, RecordAdmin
from accounts.admin.labels import BAD, CALM, GOOD, WAIT, choice_label
from cpni import scripts
from cpni.models import Script, ScriptReading
from cpni.script_check import PLACEHOLDERS, missing

Status, Answer = Script.Status, ScriptReading.Answer
ANSWER_TONES = {Answer.YES: GOOD, Answer.NO: BAD, Answer.UNCLEAR: WAIT, Answer.NOT_ASKED: CALM}


def is_draft(script: Script) -> bool:
    """Whether its words can still change."""
    return script.status == Status.DRAFT


def not_found(script: Script) -> str:
    """What the check of its words did not find, in words; "" when it found everything."""
    gaps = missing(script.kind, english=script.english, spanish=script.spanish)
    return "; ".join(map(str, gaps))


class ApproveForm(ActForm):
    """That what was not found is there."""

    said_otherwise = forms.BooleanField(
        label="What was not found is said in other words", required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not not_found(self.obj):
            del self.fields["said_otherwise"]


def approve_outlook(self: Any, request: HttpRequest, script: Script) -> Outlook:
    """What approving does, and the whole text to read before it."""
    now = Script.objects.current(script.kind)
    return Outlook(
        "Read it as it will be read aloud. Once it is approved, its words can never change, and"
        " representatives read it from then on. Whoever wrote it cannot approve it.",
        [
            ("Takes the place of", now or "None"),
            (
                "Not found in the text",
                not_found(script) or "Everything that is asked for was found",
            ),
            ("English", script.english),
            ("Spanish", script.spanish),
        ],
    )


@admin.register(Script)
class ScriptAdmin(RecordAdmin):
    """What representatives read aloud, by kind and version."""

    list_display = ("kind_and_version", "status_label", "check_label", "approved_at", "next_step")
    list_filter = (("kind", ChoicesDropdownFilter), ("status", ChoicesDropdownFilter))
    ordering = ("kind", "-version")
    fieldsets = (
        (None, {"fields": ("kind", "english", "spanish")}),
        ("Placeholders for the texts", {"fields": ("placeholders",)}),
        (
            "Approval",
            {
                "fields": (
                    "version",
                    "status_label",
                    "check_label",
                    "standard",
                    "author",
                    "approved_by",
                    "approved_at",
                    "digest",
                )
            },
        ),
    )
    readonly_fields = (
        "placeholders",
        "version",
        "status_label",
        "check_label",
        "standard",
        "author",
        "approved_by",
        "approved_at",
        "digest",
    )
    actions_detail = ("approve", "new_version")

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the people at hand."""
        return super().get_queryset(request).select_related("author", "approved_by")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Approved scripts cannot change."""
        return (obj is None or is_draft(obj)) and super().has_change_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The kind of a script, whose version is counted by it, is chosen once."""
        found = super().get_readonly_fields(request, obj)
        return (*found, "kind") if obj else found

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A new script has nobody's approval to show, and a fixed one takes no placeholders."""
        hidden = "Approval" if obj is None else ""
        if obj is not None and not self.has_change_permission(request, obj):
            hidden = "Placeholders for the texts"
        return [part for part in super().get_fieldsets(request, obj) if part[0] != hidden]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """A new one becomes the next version; whoever last wrote it is its author."""
        by = person(request)
        if not change:
            because = form.cleaned_data.get("because") or "Added"
            scripts.draft(obj, by=by, because=because)
            return
        if set(form.changed_data) - {"because"}:
            obj.author = by
        super().save_model(request, obj, form, change)

    @display(description="Script", ordering="kind")
    def kind_and_version(self, script: Script) -> str:
        """What it is for, and which version."""
        return str(script)

    @display(description="Status", ordering="status")
    def status_label(self, script: Script) -> str:
        """Draft or approved."""
        return choice_label(script, "status", {Status.DRAFT: CALM, Status.APPROVED: GOOD})

    @display(description="Says what the rules ask for")
    def check_label(self, script: Script) -> str:
        """What the check of its words did not find."""
        found = not_found(script)
        return f"Not found: {found}" if found else "Found"

    @display(description="Next step")
    def next_step(self, script: Script) -> str:
        """What is to be done."""
        return "Someone else approves it" if is_draft(script) else "–"

    @display(description="Write, and get")
    def placeholders(self, script: Script) -> SafeString:
        """What may stand in the texts, and what it becomes."""
        return format_html_join("", "<div><code>{{{{ {} }}}}</code> {}</div>", PLACEHOLDERS.items())

    @confirmed_act(
        "Approve",
        permission="cpni.approve_script",
        outlook=approve_outlook,
        form=ApproveForm,
        shown=is_draft,
        icon="task_alt",
        variant=ActionVariant.PRIMARY,
        version=lambda script: script.fingerprint,
    )
    def approve(self, request: HttpRequest, script: Script, data: dict[str, Any]) -> str:
        """Approve the draft."""
        scripts.approve(
            script,
            by=person(request),
            because=data["because"],
            at=timezone.now(),
            seen=data["seen"],
            said_otherwise=data.get("said_otherwise", False),
        )
        return f"“{script}” is approved and read from now on."

    @confirmed_act(
        "New version",
        permission="cpni.add_script",
        outlook="This makes a draft with the same words, which can then be changed.",
        shown=lambda script: not is_draft(script),
        icon="content_copy",
    )
    def new_version(self, request: HttpRequest, script: Script, data: dict[str, Any]) -> str:
        """Copy it into a draft."""
        copy = scripts.new_version(script, by=person(request), because=data["because"])
        return f"“{copy}” was made as a draft."


@admin.register(ScriptReading)
class ScriptReadingAdmin(ReadOnlyAdmin):
    """Which script was read to whom, and what they answered: consents for one call among them."""

    shows_customers = True

    list_display = ("at", "customer_link", "script", "answer_label", "recording", "by")
    list_display_links = ("at",)
    list_filter = (
        ("kind", ChoicesDropdownFilter),
        ("answer", ChoicesDropdownFilter),
        ("read_on", RangeDateFilter),
    )
    list_filter_submit = True
    list_select_related = ("customer", "script", "by")
    search_fields = ("customer__account_number__exact", "recording__exact")
    search_help_text = "Whole account number, or whole reference of the recording"
    ordering = ("-id",)
    fields = (
        "customer_link",
        "script",
        "language",
        "answer_label",
        "asked_uses",
        "recipients",
        "recording",
        "call",
        "read_on",
        "at",
        "by",
        "request",
    )
    readonly_fields = ("customer_link", "answer_label", "asked_uses")

    @display(description="Customer", ordering="customer")
    def customer_link(self, reading: ScriptReading) -> str:
        """The customer, as a link."""
        address = reverse("admin:accounts_customer_change", args=[reading.customer_id])
        return format_html('<a class="text-link" href="{}">{}</a>', address, reading.customer)

    @display(description="Answer", ordering="answer")
    def answer_label(self, reading: ScriptReading) -> str:
        """What they answered, in colour."""
        return choice_label(reading, "answer", ANSWER_TONES)

    @display(description="Asked for")
    def asked_uses(self, reading: ScriptReading) -> str:
        """The uses that were read out."""
        return ", ".join(map(str, reading.uses.all())) or "–"
