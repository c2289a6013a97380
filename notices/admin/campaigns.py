"""Campaigns: drafted, approved by another, scheduled, watched, paused, and their letters mailed."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminSplitDateTimeWidget

from accounts.admin.acts import ActForm, confirmed_act, person
from accounts.admin.base import RecordAdmin
from accounts.admin.labels import BAD, CALM, GOOD, WAIT, choice_label
from notices import campaigns, letters
from notices.admin.campaign_figures import audience_outlook, count, figures
from notices.gaps import missed
from notices.models import Campaign, Delivery, Notice
from notices.tasks import nudge, send_campaign, start_campaign

Status = Campaign.Status
STATUS_TONES = {
    Status.DRAFT: CALM,
    Status.APPROVED: WAIT,
    Status.SCHEDULED: WAIT,
    Status.FREEZING: WAIT,
    Status.RUNNING: WAIT,
    Status.PAUSED: BAD,
    Status.FINISHED: GOOD,
    Status.CANCELLED: CALM,
}


def in_status(*statuses: str) -> Any:
    """Whether a campaign is in one of ``statuses``."""
    return lambda campaign: campaign.status in statuses


class ScheduleForm(ActForm):
    """When it is to be sent."""

    at = forms.SplitDateTimeField(
        label="Send at",
        widget=UnfoldAdminSplitDateTimeWidget,
        help_text="In the carrier's time zone. A time that has passed means as soon as possible.",
    )


@admin.register(Campaign)
class CampaignAdmin(RecordAdmin):
    """One notice to one audience: where it stands, and what is to be done next."""

    list_display = (
        "name",
        "notice",
        "audience",
        "status_label",
        "recipients",
        "sent",
        "exceptions",
        "next_step",
    )
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("notice", RelatedDropdownFilter),
        ("audience", ChoicesDropdownFilter),
    )
    list_select_related = ("notice",)
    search_fields = ("name__icontains",)
    search_help_text = "Words of the name"
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("name", "notice", "audience", "customer_list", "rate_per_minute")}),
        (
            "Where it stands",
            {
                "fields": (
                    "status_label",
                    "paused_because",
                    "next_step",
                    "figures",
                    "author",
                    "approved_by",
                    "scheduled_at",
                    "started_at",
                    "finished_at",
                )
            },
        ),
    )
    readonly_fields = (
        "status_label",
        "paused_because",
        "next_step",
        "figures",
        "author",
        "approved_by",
        "scheduled_at",
        "started_at",
        "finished_at",
    )
    # Where the form is only shown, there is no `audience` to ask.
    conditional_fields = {
        "customer_list": "$data.audience === undefined || audience == 'saved_list'"
    }
    actions_detail = (
        "approve",
        "schedule",
        "start",
        "pause",
        "resume",
        "make_post_batch",
        "cancel",
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        """With what the page names."""
        found = super().get_queryset(request)
        return found.select_related("notice", "customer_list", "author", "approved_by")

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        """The campaign, and whether this person may follow its figures to their lists."""
        campaign = super().get_object(request, object_id, from_field)
        if campaign is not None:
            campaign.may_list = request.user.has_perm("notices.view_delivery")
        return campaign

    def fill_in(self, request: HttpRequest, rows: list[Any]) -> None:
        """The figures of the campaigns on this page, in two queries."""
        count(rows)
        # The same question as the list that the number leads to, or the two would not agree.
        found = missed(Delivery.objects.filter(campaign__in=[c.pk for c in rows])).order_by()
        numbers = found.values("campaign").annotate(number=Count("pk"))
        missing = dict(numbers.values_list("campaign", "number"))
        for campaign in rows:
            campaign.missing = missing.get(campaign.pk, 0)
            campaign.may_list = request.user.has_perm("notices.view_delivery")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only a draft is edited; everything after that is an act."""
        draft = obj is None or obj.status == Status.DRAFT
        return draft and super().has_change_permission(request, obj)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A new campaign stands nowhere yet; of another that is what one wants to see first."""
        drafted, (name, stands), *reason = super().get_fieldsets(request, obj)
        if obj is None:
            return [drafted, *reason]
        fields = [f for f in stands["fields"] if f != "paused_because" or obj.paused_because]
        standing = (name, {**stands, "fields": fields})
        if self.has_change_permission(request, obj):
            return [drafted, standing, *reason]
        return [standing, drafted, *reason]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Only approved notices can be sent."""
        if db_field.name == "notice":
            kwargs["queryset"] = Notice.objects.filter(status=Notice.Status.APPROVED)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Whoever wrote or last changed it is its author, and so cannot approve it."""
        if not change or set(form.changed_data) - {"because"}:
            obj.author = person(request)
        super().save_model(request, obj, form, change)

    @display(description="Status", ordering="status")
    def status_label(self, campaign: Campaign) -> str:
        """Its status in colour and words."""
        return choice_label(campaign, "status", STATUS_TONES)

    @display(description="Recipients")
    def recipients(self, campaign: Any) -> int:
        """How many were frozen."""
        return campaign.counts.get("total", 0)

    @display(description="Sent")
    def sent(self, campaign: Any) -> int:
        """How many left and did not come back."""
        return campaign.counts.get("sent", 0)

    @display(description="Exceptions")
    def exceptions(self, campaign: Any) -> Any:
        """How many it did not reach, with nothing sent since; as a link to their list."""
        number = campaign.missing
        if not (number and campaign.may_list):
            return number
        address = reverse("admin:notices_delivery_changelist")
        return format_html(
            '<a class="text-link" href="{}?campaign__id__exact={}&missed=open">{}</a>',
            address,
            campaign.pk,
            number,
        )

    @display(description="Next step")
    def next_step(self, campaign: Any) -> str:
        """What is to be done."""
        if not hasattr(campaign, "counts"):
            count([campaign])
        waiting = campaign.counts
        match campaign.status:
            case Status.DRAFT:
                return "Someone else approves it"
            case Status.APPROVED:
                return "Schedule or start it"
            case Status.SCHEDULED:
                return "Starts by itself"
            case Status.PAUSED:
                return "Resume or cancel it"
            case Status.RUNNING if waiting.get("letters"):
                return f"Put {waiting['letters']} letters in a batch"
            case Status.RUNNING if waiting.get("batched"):
                return f"Confirm that {waiting['batched']} letters were mailed"
            case Status.RUNNING | Status.FREEZING:
                return "Runs by itself"
        return "–"

    @display(description="Recipients")
    def figures(self, campaign: Any) -> str:
        """Before the start whom it would reach; then what became of everybody."""
        return figures(campaign)

    @confirmed_act(
        "Approve",
        permission="notices.approve_campaign",
        outlook=audience_outlook("Whoever made it cannot approve it. Today it would go to:"),
        shown=in_status(Status.DRAFT),
        icon="task_alt",
        variant=ActionVariant.PRIMARY,
        version=lambda campaign: campaign.fingerprint,
    )
    def approve(self, request: HttpRequest, campaign: Campaign, data: dict[str, Any]) -> str:
        """Approve the draft."""
        campaigns.approve(campaign, by=person(request), because=data["because"], seen=data["seen"])
        return f"“{campaign}” is approved."

    @confirmed_act(
        "Schedule",
        permission="notices.run_campaign",
        outlook=audience_outlook("It starts by itself at that time. Today it would go to:"),
        form=ScheduleForm,
        shown=in_status(Status.APPROVED, Status.SCHEDULED),
        icon="schedule",
    )
    def schedule(self, request: HttpRequest, campaign: Campaign, data: dict[str, Any]) -> str:
        """Give it its time."""
        campaigns.schedule(campaign, at=data["at"], by=person(request), because=data["because"])
        shown = timezone.localtime(data["at"])
        return f"“{campaign}” starts on {shown:%B} {shown.day}, {shown.year}, {shown:%H:%M}."

    @confirmed_act(
        "Start now",
        permission="notices.run_campaign",
        outlook=audience_outlook(
            "Recipients are frozen now, one notice each, and e-mail begins to leave. It goes to:"
        ),
        shown=in_status(Status.APPROVED, Status.SCHEDULED),
        icon="send",
        variant=ActionVariant.PRIMARY,
    )
    def start(self, request: HttpRequest, campaign: Campaign, data: dict[str, Any]) -> str:
        """Let a worker freeze the recipients and send."""
        campaigns.schedule(campaign, at=timezone.now(), by=person(request), because=data["because"])
        nudge(start_campaign, campaign.pk)
        return f"“{campaign}” is starting. Its figures appear here as it goes."

    @confirmed_act(
        "Pause",
        permission="notices.run_campaign",
        outlook="It stops after the messages that are on their way. Nobody is lost.",
        shown=in_status(Status.RUNNING),
        icon="pause",
    )
    def pause(self, request: HttpRequest, campaign: Campaign, data: dict[str, Any]) -> str:
        """Stop it for now."""
        campaigns.pause(campaign, by=person(request), because=data["because"])
        return f"“{campaign}” is paused."

    @confirmed_act(
        "Resume",
        permission="notices.run_campaign",
        outlook="It goes on with those who are still waiting.",
        shown=in_status(Status.PAUSED),
        icon="play_arrow",
        variant=ActionVariant.PRIMARY,
    )
    def resume(self, request: HttpRequest, campaign: Campaign, data: dict[str, Any]) -> str:
        """Let it go on."""
        campaigns.resume(campaign, by=person(request), because=data["because"])
        nudge(send_campaign, campaign.pk)
        return f"“{campaign}” goes on."

    @confirmed_act(
        "Make post batch",
        permission="notices.confirm_postbatch",
        outlook="All letters that wait are put in one batch, to be printed and mailed together.",
        shown=in_status(Status.RUNNING),
        icon="local_post_office",
    )
    def make_post_batch(
        self, request: HttpRequest, campaign: Campaign, data: dict[str, Any]
    ) -> Any:
        """Put the waiting letters together, and go to the batch."""
        batch = letters.make_batch(
            campaign, by=person(request), because=data["because"], at=timezone.now()
        )
        if batch is None:
            return "No letter is waiting."
        return f"{batch} has {batch.size} letters. Find it under Post batches to export it."

    @confirmed_act(
        "Cancel",
        permission="notices.run_campaign",
        outlook=(
            "Nothing more is sent, for good. What was sent stays sent, and its waiting periods run."
        ),
        shown=lambda campaign: (
            not campaign.stands
            and campaign.status in (Status.DRAFT, Status.APPROVED, Status.SCHEDULED, *Campaign.OPEN)
        ),
        icon="cancel",
        variant=ActionVariant.DANGER,
    )
    def cancel(self, request: HttpRequest, campaign: Campaign, data: dict[str, Any]) -> str:
        """End it."""
        campaigns.cancel(campaign, by=person(request), because=data["because"])
        return f"“{campaign}” is cancelled."
