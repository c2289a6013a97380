"""The register of marketing campaigns: drafted, reviewed by another, printed by the year."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import F, Q
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from unfold.contrib.filters.admin import (
    BooleanRadioFilter,
    ChoicesDropdownFilter,
    DropdownFilter,
    RangeDateFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from accounts import looks
from accounts.admin.acts import confirmed_act, person
from accounts.admin.base import RecordAdmin
from accounts.admin.labels import BAD, GOOD, WAIT, choice_label
from accounts.admin.pages import page
from accounts.counted_words import several
from accounts.models import Carrier, ContactOptOut
from cpni import audience_scrubs, calling_lists, campaign_register, marketing_campaigns
from cpni.admin.marketing_forms import (
    HandOutForm,
    MarketingCampaignForm,
    ReviewForm,
    list_outlook,
    review_outlook,
)
from cpni.admin.sharing_filters import NamedFilter
from cpni.models import AudienceScrub, MarketingCampaign, Recipient
from notices.models import WITHIN_SERVICES, Use

Status = MarketingCampaign.Status
TONES = {
    Status.DRAFT: WAIT,
    Status.SENT_BACK: BAD,
    Status.REVIEWED: GOOD,
    Status.REFUSED: BAD,
}
WITH_CPNI = "$data.uses_cpni === undefined || uses_cpni"


class WithinFilter(DropdownFilter):
    """Whether it stays within the services that each customer has."""

    title = "Within each customer’s services"
    parameter_name = "within"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """It does, or approval is needed."""
        return [("yes", "Yes: no approval needed"), ("no", "No: approval needed")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Those that use CPNI so."""
        inside = Q(use__code__in=WITHIN_SERVICES)
        match self.value():
            case "yes":
                return queryset.filter(inside)
            case "no":
                return queryset.filter(~inside, uses_cpni=True)
        return queryset


def by_telephone(campaign: MarketingCampaign) -> bool:
    """Whether a list may be handed out for it."""
    way = campaign.channel in (ContactOptOut.Channel.CALL, ContactOptOut.Channel.TEXT)
    return way and campaign.status == Status.REVIEWED


@admin.register(MarketingCampaign)
class MarketingCampaignAdmin(RecordAdmin):
    """Which marketing uses CPNI, of what kind, for whom, and who reviewed it."""

    form = MarketingCampaignForm
    list_display = (
        "name",
        "channel",
        "begins_on",
        "ends_on",
        "cpni",
        "status_label",
        "author",
        "reviewed_by",
        "next_step",
    )
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("uses_cpni", BooleanRadioFilter),
        WithinFilter,
        NamedFilter,
        ("finds_competitors", BooleanRadioFilter),
        ("channel", ChoicesDropdownFilter),
        ("recipients", RelatedDropdownFilter),
        ("begins_on", RangeDateFilter),
    )
    list_filter_submit = True
    list_select_related = ("use", "author", "reviewed_by")
    search_fields = ("name__icontains",)
    search_help_text = "Words of the name"
    ordering = (F("status").asc(), "-begins_on", "-id")
    add_fieldsets = (
        (
            None,
            {"fields": ("name", "description", ("begins_on", "ends_on"), "channel", "products")},
        ),
        ("CPNI", {"fields": ("uses_cpni", "use", "offered", "data_classes", "items")}),
        (
            "Who",
            {
                "fields": (
                    "audience",
                    "customer_list",
                    "email_campaign",
                    "recipients",
                    "list_days",
                )
            },
        ),
    )
    fieldsets = (
        (
            "Where it stands",
            {
                "fields": (
                    "status_label",
                    "next_step",
                    "within",
                    "author",
                    "reviewed_by",
                    "reviewed_at",
                    "reviewed_because",
                    "competitors",
                    "reach",
                    "handed_out",
                    "uses",
                )
            },
        ),
        *add_fieldsets,
    )
    readonly_fields = (
        "status_label",
        "next_step",
        "within",
        "author",
        "reviewed_by",
        "reviewed_at",
        "reviewed_because",
        "competitors",
        "classes",
        "reach",
        "handed_out",
        "uses",
    )
    # Where the form is only shown, there is no such value to ask.
    conditional_fields = {
        "use": WITH_CPNI,
        "offered": WITH_CPNI,
        "data_classes": WITH_CPNI,
        "items": WITH_CPNI,
        "email_campaign": "$data.channel === undefined || channel == 'email'",
        "list_days": "$data.channel === undefined || channel == 'call' || channel == 'text'",
    }
    actions_detail = ("review", "hand_out", "send_back", "refuse", "end")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Until it is decided about."""
        still = obj is None or obj.status in MarketingCampaign.OPEN
        return still and super().has_change_permission(request, obj)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The classes of CPNI in words, where they cannot be changed."""
        found = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return found
        words = {"data_classes": "classes"}
        return [
            (name, {**options, "fields": [words.get(str(f), f) for f in options["fields"]]})
            for name, options in found
        ]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Only uses that are marketing."""
        if db_field.name == "use":
            kwargs["queryset"] = Use.objects.filter(Use.MARKETING)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Recipients as boxes: whose contract has not ended."""
        if db_field.name == "recipients":
            kwargs["widget"] = UnfoldAdminCheckboxSelectMultipleWidget
            kwargs["queryset"] = Recipient.objects.filter(
                Q(ended_on=None) | Q(ended_on__gte=Carrier.today())
            )
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Enter or change it through the verbs; whoever changes it is its author."""
        if change and not set(form.changed_data) - {"because"}:
            return
        verb = marketing_campaigns.change if change else marketing_campaigns.draft
        verb(
            obj,
            recipients=list(form.cleaned_data.get("recipients") or ()),
            by=person(request),
            because=form.cleaned_data.get("because") or "Added",
        )

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        """The campaign, and which lists this person may follow its figures to."""
        found = super().get_object(request, object_id, from_field)
        if found is not None:
            found.may = request.user.has_perm
        return found

    # --- Columns ---------------------------------------------------------------------------------

    @display(description="Status", ordering="status")
    def status_label(self, campaign: MarketingCampaign) -> str:
        """Its status in colour and words."""
        return choice_label(campaign, "status", TONES)

    @display(description="Uses CPNI", ordering="use")
    def cpni(self, campaign: MarketingCampaign) -> str:
        """For what, or not at all."""
        return str(campaign.use) if campaign.use else "No"

    @display(description="Within each customer’s services")
    def within(self, campaign: MarketingCampaign) -> str:
        """Whether approval is needed for it at all."""
        if campaign.use is None:
            return "It uses no CPNI"
        return (
            "Yes: no approval is needed of whoever has the service (64.2005(a))"
            if campaign.within_category
            else "No: each customer’s approval is needed (64.2007(b))"
        )

    @display(description="Classes of CPNI")
    def classes(self, campaign: MarketingCampaign) -> str:
        """In words."""
        return campaign_register.data_classes_in_words(campaign.data_classes) or "–"

    @display(description="Could identify people who call competitors")
    def competitors(self, campaign: MarketingCampaign) -> str:
        """What the reviewer answered."""
        if campaign.finds_competitors is None:
            return "Asked at the review"
        return "Yes" if campaign.finds_competitors else "No"

    @display(description="Next step")
    def next_step(self, campaign: MarketingCampaign) -> str:
        """What is to be done."""
        match campaign.status:
            case Status.DRAFT:
                return "Someone else reviews it"
            case Status.SENT_BACK:
                return "Its author changes it"
            case Status.REVIEWED if not campaign.current(Carrier.today()):
                return "–"
            case Status.REVIEWED:
                return "Hand out a list" if by_telephone(campaign) else "Carry it out"
        return "–"

    @display(description="Whom it could reach")
    def reach(self, campaign: Any) -> str:
        """How many were asked about, and why each other was left out; as links for whoever may."""
        scrubs = list(campaign.scrubs.order_by("-pk")[:5])
        if not scrubs:
            return "Asked when it is reviewed"
        address = reverse("admin:cpni_leftout_changelist")
        may = campaign.may("cpni.view_leftout")

        def left(scrub: AudienceScrub) -> Any:
            for reason, number in scrub.reasons.items():
                said = f"{audience_scrubs.words(reason)}: {number:,}"
                query = f"?of={scrub.pk}&why={reason}"
                yield (
                    format_html('<a class="text-link" href="{}{}">{}</a>', address, query, said)
                    if may
                    else said
                )

        return format_html_join(
            "",
            "<div>{}: {} of {} customers. {}</div>",
            (
                (
                    f"{scrub.get_moment_display()}, {scrub.on:%b} {scrub.on.day}, {scrub.on.year}",
                    f"{scrub.allowed:,}",
                    f"{scrub.asked:,}",
                    format_html_join("; ", "{}", ((said,) for said in left(scrub))),
                )
                for scrub in scrubs
            ),
        )

    @display(description="Lists handed out")
    def handed_out(self, campaign: Any) -> str:
        """As links."""
        if not campaign.may("cpni.view_callinglist"):
            return str(campaign.lists.count())
        links = [
            (reverse("admin:cpni_callinglist_change", args=[one.pk]), one)
            for one in campaign.lists.select_related("campaign")
        ]
        return (
            format_html_join("\n", '<div><a class="text-link" href="{}">{}</a></div>', links) or "–"
        )

    @display(description="Uses recorded")
    def uses(self, campaign: Any) -> str:
        """As a link to their list."""
        if not campaign.may("cpni.view_disclosure"):
            return "–"
        address = reverse("admin:cpni_disclosure_changelist")
        return format_html(
            '<a class="text-link" href="{}?marketing={}">Those of this campaign</a>',
            address,
            campaign.pk,
        )

    # --- The register of a year ------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        """Two more: the register of a year, as a page and as a file."""
        view = self.admin_site.admin_view
        name = "cpni_marketingcampaign_register"
        return [
            path("register/", view(self.register_view), name=name),
            path("register/file/", view(self.register_file_view), name=f"{name}_file"),
            *super().get_urls(),
        ]

    def _year(self, request: HttpRequest) -> int:
        if not self.has_view_permission(request):
            raise PermissionDenied
        asked = request.GET.get("year", str(Carrier.today().year))
        if not (asked.isdecimal() and 2000 <= int(asked) <= 2200):
            raise Http404("No such year.")
        return int(asked)

    def register_view(self, request: HttpRequest) -> HttpResponse:
        """The record that 64.2009(c) asks for, of one year, to be printed."""
        year = self._year(request)
        return page(
            self,
            request,
            "cpni/admin/campaign_register.html",
            None,
            title=f"Register of marketing campaigns, {year}",
            rows=campaign_register.year(year),
            year=year,
            file=f"{reverse('admin:cpni_marketingcampaign_register_file')}?year={year}",
            before=year - 1,
            after=year + 1,
            today=Carrier.today(),
        )

    def register_file_view(self, request: HttpRequest) -> HttpResponseBase:
        """The same as CSV."""
        year = self._year(request)
        return StreamingHttpResponse(
            campaign_register.file(campaign_register.year(year)),
            content_type="text/csv; charset=utf-8",
            headers={
                "Content-Disposition": f'attachment; filename="marketing-campaigns-{year}.csv"'
            },
        )

    # --- Acts ------------------------------------------------------------------------------------

    @confirmed_act(
        "Review",
        permission=marketing_campaigns.REVIEW,
        outlook=review_outlook,
        form=ReviewForm,
        shown=lambda campaign: campaign.status == Status.DRAFT,
        icon="task_alt",
        variant=ActionVariant.PRIMARY,
        version=lambda campaign: campaign.fingerprint,
    )
    def review(self, request: HttpRequest, campaign: Any, data: dict[str, Any]) -> str:
        """Let it go ahead."""
        scrub = marketing_campaigns.review(
            campaign,
            finds_competitors=data["finds_competitors"],
            at=timezone.now(),
            on=Carrier.today(),
            by=person(request),
            because=data["because"],
            seen=data["seen"],
        )
        if scrub is None:
            return f"“{campaign}” was reviewed before."
        return (
            f"“{campaign}” is reviewed. It could reach {scrub.allowed:,} of"
            f" {several(scrub.asked, 'customer')} today."
        )

    @confirmed_act(
        "Send back",
        permission=marketing_campaigns.REVIEW,
        outlook="Its author reads the reason, changes it, and it waits for a review again.",
        shown=lambda campaign: campaign.status == Status.DRAFT,
        icon="undo",
    )
    def send_back(self, request: HttpRequest, campaign: Any, data: dict[str, Any]) -> str:
        """Return it to its author."""
        marketing_campaigns.send_back(
            campaign, at=timezone.now(), by=person(request), because=data["because"]
        )
        return f"“{campaign}” is sent back."

    @confirmed_act(
        "Refuse",
        permission=marketing_campaigns.REVIEW,
        outlook="It is not carried out, and stays in the register with the reason.",
        shown=lambda campaign: campaign.status in MarketingCampaign.OPEN,
        icon="block",
        variant=ActionVariant.DANGER,
    )
    def refuse(self, request: HttpRequest, campaign: Any, data: dict[str, Any]) -> str:
        """Refuse it for good."""
        marketing_campaigns.refuse(
            campaign, at=timezone.now(), by=person(request), because=data["because"]
        )
        return f"“{campaign}” is refused."

    @confirmed_act(
        "End today",
        permission=marketing_campaigns.REVIEW,
        outlook="Today is its last day: no list is handed out for it any more, and no e-mail"
        " campaign starts. What was handed out is to be destroyed by its own last day.",
        shown=lambda campaign: (
            campaign.status == Status.REVIEWED and campaign.ends_on > Carrier.today()
        ),
        icon="event_busy",
    )
    def end(self, request: HttpRequest, campaign: Any, data: dict[str, Any]) -> str:
        """Make today its last day."""
        marketing_campaigns.end(
            campaign, on=Carrier.today(), by=person(request), because=data["because"]
        )
        return f"“{campaign}” ends today."

    @confirmed_act(
        "Hand out a list",
        permission=calling_lists.EXPORT,
        outlook=list_outlook,
        form=HandOutForm,
        shown=by_telephone,
        icon="contact_phone",
    )
    def hand_out(
        self, request: HttpRequest, campaign: Any, data: dict[str, Any]
    ) -> HttpResponseBase:
        """Make the list, and hand it over."""
        handed = calling_lists.hand_out(
            campaign,
            recipient=data["recipient"],
            on=Carrier.today(),
            at=timezone.now(),
            by=person(request),
            because=data["because"],
        )
        looks.note(
            request,
            handed.customers,
            what=looks.What.EXPORTED,
            record=handed.made.pk,
            detail=f"CSV file; calling list {handed.made.pk}; reason: {data['because']}",
        )
        return HttpResponse(
            handed.content,
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{handed.file_name}"'},
        )
