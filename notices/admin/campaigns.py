"""Campaigns: drafted, approved by another, scheduled, watched, paused, and their letters mailed."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    DropdownFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminSplitDateTimeWidget

from accounts.admin.acts import ActForm, confirmed_act, more, person
from accounts.admin.base import RecordAdmin
from accounts.admin.labels import BAD, CALM, GOOD, WAIT, choice_label
from accounts.civil import in_words
from accounts.counted_words import several
from notices import campaigns, letters
from notices.admin.campaign_audience import (
    AUDIENCE,
    LIST_CUSTOMERS,
    AudienceMixin,
    CampaignForm,
)
from notices.admin.campaign_figures import audience_outlook, count, figures, goes_on
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


class LateFilter(DropdownFilter):
    """What should have started by itself, and has not."""

    title = "start"
    parameter_name = "start"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The one question."""
        return [("late", "Its time has come, and it has not started")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Campaign]) -> Any:
        """Those that are late."""
        late = campaigns.late(at=timezone.now())
        return queryset.filter(pk__in=late.values("pk")) if self.value() == "late" else queryset


class CampaignAdmin(AudienceMixin, RecordAdmin):
    """One notice to one audience: where it stands, and what is to be done next.

    Registered in ``cpni.admin.campaigns``, which adds what came of it (house.md 5.5).
    """

    form = CampaignForm
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
        LateFilter,
        ("notice", RelatedDropdownFilter),
        ("audience", ChoicesDropdownFilter),
    )
    list_select_related = ("notice",)
    search_fields = ("name__icontains",)
    search_help_text = "Words of the name"
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("name", "notice"), "classes": ("desk-recounts",)}),
        ("Who gets it", {"fields": AUDIENCE, "classes": ("desk-recounts",)}),
        (
            "How its e-mail leaves",
            {
                "fields": (
                    ("send_from", "send_until"),
                    "rate_per_minute",
                    "daily_cap",
                    "warm_up",
                    "pause_at_percent",
                    "sample_first",
                )
            },
        ),
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
        "meant_for",
        "narrowed_by",
        "live_reach",
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
        "customer_list": "$data.audience === undefined || audience == 'saved_list'",
        "due_within_days": "$data.audience === undefined || audience == 'notice_due'",
    }
    acts = ("approve", "schedule", "start", "pause", "resume", "make_post_batch")
    seldom = ("copy", "cancel")
    actions_detail: tuple[Any, ...] = (*acts, more(*seldom))

    def get_queryset(self, request: HttpRequest) -> Any:
        """With what the page names."""
        found = super().get_queryset(request)
        return found.select_related("notice", "customer_list", "author", "approved_by")

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        """The campaign, and whether this person may follow its figures to their lists."""
        campaign = super().get_object(request, object_id, from_field)
        if campaign is not None:
            campaign.may_list = request.user.has_perm("notices.view_delivery")
            campaign.may_list_customers = request.user.has_perm(LIST_CUSTOMERS)
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
        drafted, who, leaving, (name, stands), *reason = super().get_fieldsets(request, obj)
        edited = obj is None or self.has_change_permission(request, obj)
        who = (who[0], {**who[1], "fields": self.audience_fields(request, edited=edited)})
        if obj is None:
            return [drafted, who, leaving, *reason]
        absent = {"figures"} if edited else set()  # the form counts, as it changes
        if not obj.paused_because:
            absent.add("paused_because")
        fields = [field for field in stands["fields"] if field not in absent]
        standing = (name, {**stands, "fields": fields})
        if edited:
            return [drafted, who, leaving, standing, *reason]
        return [standing, drafted, who, leaving, *reason]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Only approved notices can be sent."""
        if db_field.name == "notice":
            kwargs["queryset"] = Notice.objects.filter(status=Notice.Status.APPROVED)
            kwargs["help_text"] = format_html(
                'Approved ones. For marketing, <a class="text-link" href="{}?standard=marketing">'
                "write an offer</a> first, beginning with the standard words.",
                reverse("admin:notices_notice_add"),
            )
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
            case Status.APPROVED | Status.SCHEDULED if why := campaigns.why_not(
                campaign, at=timezone.now()
            ):
                return f"Does not start: {why}"
            case Status.APPROVED:
                return "Schedule or start it"
            case Status.SCHEDULED:
                return "Starts by itself"
            case Status.PAUSED:
                return "Resume or cancel it"
            case Status.RUNNING if waiting.get("letters"):
                return f"Put {several(waiting['letters'], 'letter')} in a batch"
            case Status.RUNNING if waiting.get("batched"):
                return f"Confirm the mailing of {several(waiting['batched'], 'letter')}"
            case Status.RUNNING | Status.FREEZING:
                return "Runs by itself"
        return "–"

    @display(description="Recipients")
    def figures(self, campaign: Any) -> str:
        """Before the start whom it would reach; then what became of everybody."""
        return figures(campaign)

    def get_urls(self) -> list[URLPattern]:
        """One more: the part of the page that says how far it is."""
        view = self.admin_site.admin_view(self.progress_view)
        own = path("<int:campaign_id>/progress/", view, name="notices_campaign_progress")
        return [own, *super().get_urls()]

    def progress_view(self, request: HttpRequest, campaign_id: int) -> HttpResponse:
        """How far it is, for the page to put in place of what it showed before."""
        campaign = self.get_object(request, str(campaign_id))
        if not self.has_view_permission(request, campaign):
            raise PermissionDenied
        if campaign is None:
            raise Http404
        response = HttpResponse(figures(campaign))
        if not goes_on(campaign):
            response["HX-Refresh"] = "true"  # what can be done now is in the rest of the page
        return response

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
        return f"“{campaign}” starts on {in_words(shown)}, {shown:%H:%M}."

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
        done = f"{batch} has {several(batch.size, 'letter')}."
        messages.success(request, f"{done} Make and print them here; then confirm the mailing.")
        return redirect("admin:notices_postbatch_change", batch.pk)

    @confirmed_act(
        "Copy",
        permission="notices.add_campaign",
        outlook="A draft like it is made, with the same notice, audience and limits, for the next"
        " time. Whoever copies it is its author.",
        shown=lambda campaign: not campaign.stands,
        icon="content_copy",
    )
    def copy(self, request: HttpRequest, campaign: Campaign, data: dict[str, Any]) -> Any:
        """Make a draft like it, and go there."""
        made = campaigns.copy(campaign, by=person(request), because=data["because"])
        messages.success(request, f"“{made}” is a draft. Change what is to be different.")
        return redirect("admin:notices_campaign_change", made.pk)

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
