"""Policy versions: written, compared with the one before, published, and told of."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.forms import model_to_dict
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from accounts import history
from accounts.admin.acts import ActForm, Outlook, confirmed_act, person, reading_page
from accounts.admin.base import ReadOnlyRecordAdmin, RecordAdmin
from accounts.admin.labels import CALM, GOOD, choice_label
from accounts.admin.pages import page
from accounts.civil import in_words
from accounts.counted_words import several
from accounts.errors import Refused
from accounts.models import Carrier
from notices import audience, markdown, policies, policy_campaigns, standard_texts
from notices.admin.policy_difference import difference_page, numbers, verdict
from notices.models import PolicyBinding, PolicyUse, PolicyVersion

BEGUN_FIELDS = ("number", "title", "text", "effective_on")
STATUS_TONES = {PolicyVersion.Status.DRAFT: CALM, PolicyVersion.Status.PUBLISHED: GOOD}


class UsesAsBoxes:
    """Uses are few and their names long: boxes to tick, not a list to scroll in."""

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Boxes for ``uses``."""
        if db_field.name == "uses":
            kwargs["widget"] = UnfoldAdminCheckboxSelectMultipleWidget
        field = super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]
        if db_field.name == "uses":
            field.help_text = db_field.help_text  # without “hold down Control to select more”
        return field


def is_draft(version: PolicyVersion) -> bool:
    """Whether it can still change."""
    return version.status == PolicyVersion.Status.DRAFT


def waits_for_a_campaign(version: PolicyVersion) -> bool:
    """Whether customers must be told of it, and no campaign is there that does."""
    told = is_draft(version) or policy_campaigns.campaign_of(version)
    return not told and bool(policies.material_against(version))


def is_published(version: PolicyVersion) -> bool:
    """Whether it can change no more."""
    return not is_draft(version)


def earliest(draft: PolicyVersion) -> date:
    """The day on which ``draft`` is meant to take effect, or the earliest that there is.

    That is tomorrow; for a carrier's first version today.
    """
    today = Carrier.today()
    first_day = today + timedelta(days=1) if policies.in_force(today) else today
    return max(draft.effective_on, first_day)


def standard(request: HttpRequest) -> standard_texts.BegunPolicy | None:
    """The standard policy with which the form of a new version was asked to begin, if it can."""
    if request.GET.get("standard") != "first":
        return None
    try:
        return standard_texts.first_policy(effective_on=Carrier.today())
    except Refused as refused:
        if request.method == "GET" and not getattr(request, "told", False):
            messages.warning(request, str(refused))
            request.told = True  # type: ignore[attr-defined]
    return None


class EffectiveForm(ActForm):
    """From which day it takes effect."""

    effective_on = forms.DateField(label="Takes effect on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["effective_on"].initial = self.obj.effective_on


class PublishForm(EffectiveForm):
    """The same, from tomorrow on."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["effective_on"].initial = earliest(self.obj)


class NextVersionForm(ActForm):
    """What is different from the start."""

    number = forms.CharField(max_length=10)
    effective_on = forms.DateField(
        label="Meant to take effect on", help_text="Publishing it sets the day."
    )


def publish_outlook(self: Any, request: HttpRequest, version: PolicyVersion) -> Outlook:
    """What publishing does, and what is material about it."""
    version.effective_on = earliest(version)
    return Outlook(
        "From its day on it stands on the public page and governs what is collected from then on."
        " Its text, its day and its uses can then never change. Customers from before keep their"
        " version until they are told of this one and asked.",
        [
            ("Title", version.title),
            *verdict(version),
            *numbers(audience.to_be_told(version, on=Carrier.today())),
        ],
    )


def tell_outlook(self: Any, request: HttpRequest, version: PolicyVersion) -> Outlook:
    """What is drafted, and to whom it would go."""
    asked = policies.newly_asked(version)
    return Outlook(
        "This drafts the change-of-policy notice and a campaign. Read the notice and complete it;"
        " somebody else approves it, then the campaign. Nothing is sent before that.",
        [
            *verdict(version),
            ("Audience", "Active customers under an earlier version who were not told yet"),
            *numbers(audience.to_be_told(version, on=Carrier.today())),
            (
                "The notice asks approval for",
                "\n".join(map(str, asked)) or "Nothing: it only tells",
            ),
        ],
    )


class PolicyUseForm(forms.ModelForm):
    """A use, with the classes of data as boxes."""

    data_classes = forms.MultipleChoiceField(
        label="Of which data",
        choices=PolicyUse.DataClass.choices,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=PolicyUse._meta.get_field("data_classes").help_text,
    )


class PolicyUseInline(TabularInline):
    """What it declares, use by use."""

    model = PolicyUse
    form = PolicyUseForm
    fields = ("use", "recipients", "data_classes")
    verbose_name_plural = "What it declares"
    hide_title = True

    def get_queryset(self, request: HttpRequest) -> Any:
        """With their uses at hand."""
        return super().get_queryset(request).select_related("use")

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        """A new version begins with a use, or those of the standard policy."""
        if obj is not None:
            return 0
        begun = standard(request)
        return len(begun.uses) if begun else 1

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The classes of data in words, where they are only shown."""
        if obj is None or self.has_change_permission(request, obj):
            # The box in which a use is chosen is too narrow for its name, so that stands above it.
            self.hide_title = False
            return self.fields
        return ("use", "recipients", "data", "mechanism")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What is only shown."""
        if obj is None or self.has_change_permission(request, obj):
            return ()
        return ("data", "mechanism")

    @display(description="Of which data")
    def data(self, row: PolicyUse) -> str:
        """The classes of data, or that it is not limited."""
        return PolicyUse.data_in_words(row)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only a draft gets uses."""
        return (obj is None or is_draft(obj)) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only a draft's uses change."""
        return (obj is None or is_draft(obj)) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A use can be taken off a draft."""
        return obj is not None and is_draft(obj) and super().has_delete_permission(request, obj)


@admin.register(PolicyVersion)
class PolicyVersionAdmin(RecordAdmin):
    """What the carrier says it may do with information, version by version."""

    list_display = ("number", "title", "status_label", "effective_on", "declares", "next_step")
    list_filter = (("status", ChoicesDropdownFilter),)
    search_fields = ("number__exact", "title__icontains")
    search_help_text = "Number, or words of the title"
    ordering = ("-effective_on", "-id")
    fieldsets = (
        (None, {"fields": ("number", "title", "effective_on")}),
        ("Its text", {"fields": ("text",)}),
    )
    readonly_fields = ("material", "as_shown")
    inlines = (PolicyUseInline,)
    change_form_before_template = "notices/admin/standard_policy.html"
    actions_detail = (
        "preview",
        "difference",
        "publish",
        "record_earlier",
        "tell_customers",
        "next_version",
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        """With their uses at hand."""
        return super().get_queryset(request).prefetch_related("uses")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Published versions cannot change."""
        return (obj is None or is_draft(obj)) and super().has_change_permission(request, obj)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """First what is material about it; whoever only reads sees the text as customers do."""
        found = super().get_fieldsets(request, obj)
        if obj is None:
            return found
        if not self.has_change_permission(request, obj):
            found = [
                (
                    name,
                    {**part, "fields": ["as_shown" if f == "text" else f for f in part["fields"]]},
                )
                for name, part in found
            ]
        return [("What it changes", {"fields": ("material",)}), *found]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The standard policy, where that was chosen."""
        begun = standard(request)
        return model_to_dict(begun.version, BEGUN_FIELDS) if begun else {}

    def get_formset_kwargs(
        self, request: HttpRequest, obj: Any, inline: Any, prefix: str
    ) -> dict[str, Any]:
        """Its uses, to be read and changed; what comes back counts as written."""
        found = super().get_formset_kwargs(request, obj, inline, prefix)
        if request.method == "GET" and not obj.pk and (begun := standard(request)):
            found["initial"] = [{"use": use.pk} for use in begun.uses]
        return found

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The history of a version holds what it declares, and who changed that."""
        super().save_related(request, form, formsets, change)
        if any(formset.has_changed() for formset in formsets):
            because = form.cleaned_data["because"] or "Added"
            history.save(form.instance, by=person(request), because=because)

    def fill_in(self, request: HttpRequest, rows: list[Any]) -> None:
        """Which of them have taken effect."""
        today = Carrier.today()
        for version in rows:
            version.in_force = version.effective_on <= today

    @display(description="Status", ordering="status")
    def status_label(self, version: PolicyVersion) -> str:
        """Draft or published."""
        return choice_label(version, "status", STATUS_TONES)

    @display(description="Declares")
    def declares(self, version: PolicyVersion) -> str:
        """How many uses."""
        return several(len(version.uses.all()), "use")

    @display(description="Next step")
    def next_step(self, version: PolicyVersion) -> str:
        """What is to be done."""
        if is_draft(version):
            return "Someone else publishes it"
        return "–" if version.in_force else "Takes effect by itself"  # type: ignore[attr-defined]

    @display(description="Compared with the version before")
    def material(self, version: PolicyVersion) -> str:
        """Whether it is material, why, and how many must be told."""
        facts = verdict(version)
        if is_draft(version):
            facts += numbers(audience.to_be_told(version, on=Carrier.today()))
        return render_to_string("notices/admin/policy_verdict.html", {"facts": facts})

    @display(description="Text")
    def as_shown(self, version: PolicyVersion) -> str:
        """The text as customers read it."""
        return render_to_string(
            "notices/admin/policy_text.html", {"text": markdown.to_html(version.text)}
        )

    @reading_page("Preview", permission="notices.view_policyversion", icon="visibility")
    def preview(self, request: HttpRequest, version: PolicyVersion) -> HttpResponse:
        """The text as the public page will show it."""
        return page(
            self,
            request,
            "notices/admin/policy_preview.html",
            version,
            title="Preview",
            text=markdown.to_html(version.text),
        )

    @reading_page("Difference", permission="notices.view_policyversion", icon="difference")
    def difference(self, request: HttpRequest, version: PolicyVersion) -> HttpResponse:
        """What is different from the version before, or from another one."""
        return difference_page(self, request, version)

    @confirmed_act(
        "Publish",
        permission="notices.publish_policyversion",
        outlook=publish_outlook,
        form=PublishForm,
        shown=is_draft,
        icon="publish",
        variant=ActionVariant.PRIMARY,
        version=lambda version: version.fingerprint,
    )
    def publish(self, request: HttpRequest, version: PolicyVersion, data: dict[str, Any]) -> Any:
        """Publish the draft, and go on to telling customers where they must be told."""
        policies.publish(
            version,
            effective_on=data["effective_on"],
            today=Carrier.today(),
            by=person(request),
            because=data["because"],
            seen=data["seen"],
        )
        done = f"{version} is published. It takes effect on {in_words(version.effective_on)}."
        if not waits_for_a_campaign(version):
            return done
        messages.success(request, done)
        name = f"{self.admin_site.name}:notices_policyversion_tell_customers"
        return HttpResponseRedirect(reverse(name, args=[version.pk]))

    @confirmed_act(
        "Record as published earlier",
        permission="notices.publish_policyversion",
        outlook=(
            "For a version that was in effect before the desk was used. It governs what was"
            " collected from its day on. Say in the reason where it was published and what shows"
            " that. Once customers were told of their rights since that day, it is refused."
        ),
        form=EffectiveForm,
        shown=is_draft,
        icon="history",
        version=lambda version: version.fingerprint,
    )
    def record_earlier(
        self, request: HttpRequest, version: PolicyVersion, data: dict[str, Any]
    ) -> str:
        """Record what was published elsewhere."""
        policies.record_earlier(
            version,
            effective_on=data["effective_on"],
            today=Carrier.today(),
            by=person(request),
            because=data["because"],
            seen=data["seen"],
        )
        return f"{version} is recorded as in effect since {in_words(version.effective_on)}."

    @confirmed_act(
        "Tell customers",
        permission="notices.add_notice",
        outlook=tell_outlook,
        shown=waits_for_a_campaign,
        icon="campaign",
        variant=ActionVariant.PRIMARY,
    )
    def tell_customers(
        self, request: HttpRequest, version: PolicyVersion, data: dict[str, Any]
    ) -> HttpResponse:
        """Draft notice and campaign, and go to the notice, which is read first."""
        campaign = policy_campaigns.draft(version, by=person(request), because=data["because"])
        messages.success(
            request,
            f"This notice and the campaign “{campaign}” are drafted. Read the notice first.",
        )
        name = f"{self.admin_site.name}:notices_notice_change"
        return HttpResponseRedirect(reverse(name, args=[campaign.notice_id]))

    @confirmed_act(
        "Next version",
        permission="notices.add_policyversion",
        outlook="This makes a draft with the same text and uses, which can then be changed.",
        form=NextVersionForm,
        shown=is_published,
        icon="content_copy",
    )
    def next_version(
        self, request: HttpRequest, version: PolicyVersion, data: dict[str, Any]
    ) -> HttpResponse:
        """Copy it into a draft, and go there."""
        made = policies.next_version(
            version,
            number=data["number"],
            effective_on=data["effective_on"],
            by=person(request),
            because=data["because"],
        )
        messages.success(request, f"{made} was made as a draft.")
        name = f"{self.admin_site.name}:notices_policyversion_change"
        return HttpResponseRedirect(reverse(name, args=[made.pk]))


@admin.register(PolicyBinding)
class PolicyBindingAdmin(ReadOnlyRecordAdmin):
    """Customers who were told of a later version and asked."""

    shows_customers = True

    list_display = ("customer", "policy_version", "since", "delivery")
    list_filter = (("policy_version", RelatedDropdownFilter),)
    list_select_related = ("customer", "policy_version", "delivery__text__notice")
    search_fields = ("customer__account_number__exact",)
    search_help_text = "The whole account number"
    ordering = ("-since", "-id")
