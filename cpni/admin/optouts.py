"""Opt-out requests: the queue, entering one, matching it, taking back a wrong match."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Case, Count, Max, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter
from unfold.decorators import display
from unfold.enums import ActionVariant

from accounts.admin.acts import confirmed_act, person
from accounts.admin.base import RecordAdmin
from accounts.admin.given_filters import EntererFilter
from accounts.admin.labels import CALM, GAP, GOOD, WAIT, choice_label, label
from accounts.admin.list_exports import ListExport
from accounts.admin.scans import HasScan
from accounts.admin.written_once import FilledInWhenNew
from accounts.counted_words import several
from accounts.errors import Refused
from accounts.models import Carrier
from cpni import optouts
from cpni.admin.campaign_filters import ObjectedFilter, ObjectedWhenFilter
from cpni.admin.entering_times import BetweenFilter, entering_times_page
from cpni.admin.optout_forms import (
    OPT_IN,
    MatchForm,
    RequestForm,
    SplitForm,
    match_outlook,
    reject_outlook,
    split_outlook,
    undo_outlook,
    uses_words,
)
from cpni.models import Disclosure, OptOutRequest, RequestCandidate
from cpni.models.optouts import found_words
from cpni.references import request_id
from notices.admin.policies import UsesAsBoxes

Status = OptOutRequest.Status
Wish = OptOutRequest.Wish

STATUS_TONES = {
    Status.RECEIVED: WAIT,
    Status.APPLIED: GOOD,
    Status.REJECTED: CALM,
    Status.SPLIT: CALM,
}


def waits(wished: OptOutRequest) -> bool:
    """Whether it waits to be matched."""
    return wished.status == Status.RECEIVED


@admin.register(OptOutRequest)
class OptOutRequestAdmin(FilledInWhenNew, HasScan, ListExport, UsesAsBoxes, RecordAdmin):
    """What customers told us, and what was done with it."""

    scan_named = "request"
    shows_customers = True

    form = RequestForm
    list_display = (
        "received_on",
        "status_label",
        "waited",
        "asks",
        "who",
        "likely",
        "timely",
        "next_step",
    )
    list_display_links = ("received_on",)
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("wish", ChoicesDropdownFilter),
        ("route", ChoicesDropdownFilter),
        ("received_on", RangeDateFilter),
        EntererFilter,
        BetweenFilter,
        ObjectedFilter,
        ObjectedWhenFilter,
    )
    list_filter_submit = True
    list_select_related = ("customer",)
    search_fields = ("customer__account_number__exact", "customer__name__istartswith")
    search_help_text = "Whole account number, beginning of the customer's name, or O-… reference"
    # The queue first, and in it whoever has waited longest.
    ordering = (
        Case(When(status=Status.RECEIVED, then=Value(0)), default=Value(1)).asc(),
        "received_on",
        "id",
    )
    # Where the form is only shown, there are no such values to ask.
    conditional_fields = {
        "uses": "$data.all_uses === undefined || !all_uses",
        "proof": "$data.wish === undefined || wish == 'opt_in'",
    }
    add_fieldsets = (
        (
            "What the customer wants",
            {"fields": ("wish", "stated", "all_uses", "uses", "proof")},
        ),
        (
            "How it came",
            {"fields": ("route", "letter_date", "postmark", "received_on", "scan")},
        ),
    )
    fieldsets = (
        (
            "The request",
            {
                "fields": (
                    "reference",
                    "status_label",
                    "wish",
                    "asked_uses",
                    "stated",
                    "proof",
                    "route",
                    "letter_date",
                    "postmark",
                    "received_on",
                    "scan_link",
                )
            },
        ),
        (
            "What was done",
            {
                "fields": (
                    "customer_link",
                    "divided",
                    "timely",
                    "effective_on",
                    "decided_because",
                    "used_in_between",
                    "entered_at",
                    "entered_by",
                )
            },
        ),
    )
    readonly_fields = (
        "reference",
        "status_label",
        "asked_uses",
        "scan_link",
        "customer_link",
        "divided",
        "timely",
        "used_in_between",
    )
    actions_detail = ("match", "split", "reject", "take_back")

    # --- Finding one -----------------------------------------------------------------------------

    def search_kind(self, term: str) -> str:
        """Also the reference that is read back to callers."""
        return "reference" if request_id(term) else super().search_kind(term)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[OptOutRequest], search_term: str
    ) -> tuple[QuerySet[OptOutRequest], bool]:
        """Also by the reference that is read back to callers."""
        found, distinct = super().get_search_results(request, queryset, search_term)
        if number := request_id(search_term):
            return found | queryset.filter(pk=number), distinct
        return found, distinct

    # --- The report ------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        """One more: how long entering takes."""
        view = self.admin_site.admin_view(self.entering_times_view)
        own = path("entering-times/", view, name="cpni_optoutrequest_entering_times")
        return [own, *super().get_urls()]

    def entering_times_view(self, request: HttpRequest) -> HttpResponseBase:
        """Days from receipt to entry, by route."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return entering_times_page(self, request)

    # --- Entering one ----------------------------------------------------------------------------

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What came is kept as it came; only acts move it."""
        return False

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """The form, which knows what this person may record."""
        form = super().get_form(request, obj, **kwargs)
        form.may_opt_in = request.user.has_perm(OPT_IN)
        return form

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Most come in today."""
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        return {"received_on": Carrier.today(), **initial}

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Without the route that only a merge of accounts takes."""
        if db_field.name == "route":
            choices = OptOutRequest.Route.choices
            kwargs["choices"] = [c for c in choices if c[0] != OptOutRequest.Route.MERGE]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Enter it through the verb."""
        optouts.receive(
            obj,
            uses=form.cleaned_data["uses"],
            today=Carrier.today(),
            at=timezone.now(),
            by=person(request),
            because=form.cleaned_data.get("because") or "Entered as it was received",
        )

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        """On to matching it, for whoever may."""
        response = super().response_add(request, obj, post_url_continue)
        if "_save" in request.POST and request.user.has_perm("cpni.apply_optoutrequest"):
            address = reverse("admin:cpni_optoutrequest_match", args=[obj.pk])
            return HttpResponseRedirect(address)
        return response

    # --- Acts ------------------------------------------------------------------------------------

    @confirmed_act(
        "Match and apply",
        permission="cpni.apply_optoutrequest",
        outlook=match_outlook,
        form=MatchForm,
        shown=waits,
        icon="person_check",
        variant=ActionVariant.PRIMARY,
    )
    def match(self, request: HttpRequest, wished: OptOutRequest, data: dict[str, Any]) -> str:
        """Match it to a customer and honour it."""
        if wished.wish == Wish.OPT_IN and not request.user.has_perm(OPT_IN):
            raise Refused("Your role may not apply an opting back in.", "Ask a supervisor.")
        customer = data["customer"]
        changed = optouts.apply(
            wished,
            customer=customer,
            on=Carrier.today(),
            by=person(request),
            because=data["because"],
            uses=data.get("uses"),
        )
        return f"Applied to {customer}; approvals changed: {changed}."

    @confirmed_act(
        "Split",
        permission="cpni.apply_optoutrequest",
        outlook=split_outlook,
        form=SplitForm,
        shown=waits,
        icon="call_split",
    )
    def split(self, request: HttpRequest, wished: OptOutRequest, data: dict[str, Any]) -> str:
        """Make one of each customer for whom it speaks."""
        parts = optouts.split(
            wished,
            customers=data["customers"],
            rest=data["rest"],
            on=Carrier.today(),
            at=timezone.now(),
            by=person(request),
            because=data["because"],
        )
        return f"Split into {', '.join(part.reference for part in parts)}."

    @confirmed_act(
        "Reject",
        permission="cpni.apply_optoutrequest",
        outlook=reject_outlook,
        shown=waits,
        icon="block",
    )
    def reject(self, request: HttpRequest, wished: OptOutRequest, data: dict[str, Any]) -> str:
        """Set it aside."""
        optouts.reject(wished, by=person(request), because=data["because"])
        return "The request is rejected."

    @confirmed_act(
        "Take back this match",
        permission="cpni.undo_optoutrequest",
        outlook=undo_outlook,
        shown=lambda wished: wished.status == Status.APPLIED,
        icon="undo",
        variant=ActionVariant.DANGER,
    )
    def take_back(self, request: HttpRequest, wished: OptOutRequest, data: dict[str, Any]) -> str:
        """Undo a wrong match."""
        changed = optouts.undo(
            wished, on=Carrier.today(), by=person(request), because=data["because"]
        )
        return f"The match is taken back; approvals changed: {changed}."

    # --- Columns and fields ----------------------------------------------------------------------

    def fill_in(self, request: HttpRequest, rows: list[Any]) -> None:
        """How long each has waited."""
        today = Carrier.today()
        for wished in rows:
            wished.days = (today - wished.received_on).days
        waiting = [wished.pk for wished in rows if waits(wished)]
        best = When(rank=1, then="found_by")
        found = {
            request: (number, found_by)
            for request, number, found_by in RequestCandidate.objects.filter(request__in=waiting)
            .order_by()
            .values_list("request")
            .annotate(number=Count("pk"), best=Max(Case(best, default=Value(""))))
        }
        for wished in rows:
            wished.found = found.get(wished.pk)

    @display(description="Status", ordering="status")
    def status_label(self, wished: OptOutRequest) -> str:
        """To be matched, applied or rejected."""
        return choice_label(wished, "status", STATUS_TONES)

    @display(description="Waiting")
    def waited(self, wished: Any) -> str:
        """Days since receipt, while it waits."""
        if not waits(wished):
            return "–"
        return "Since today" if not wished.days else f"{wished.days} day" + "s" * (wished.days > 1)

    @display(description="Who")
    def who(self, wished: OptOutRequest) -> str:
        """The customer, or what the request says of itself."""
        return str(wished.customer) if wished.customer else Truncator(wished.stated).chars(60)

    @display(description="May be from")
    def likely(self, wished: Any) -> str:
        """How many customers it may come from, and by what the likeliest was found."""
        if not waits(wished):
            return "–"
        if not wished.found:
            return "Nobody we know"
        number, found_by = wished.found
        return f"{several(number, 'customer')}, by {found_words(found_by.split(','))}"

    @display(description="Asks", ordering="wish")
    def asks(self, wished: OptOutRequest) -> str:
        """What, and by which route."""
        return f"{wished.get_wish_display()}, {wished.get_route_display().lower()}"

    @display(description="In time")
    def timely(self, wished: OptOutRequest) -> str:
        """Whether it came within the customer's window; it is honoured in any case."""
        if wished.in_time is None:
            return "–" if waits(wished) else "No notice before it"
        return label("In time", GOOD) if wished.in_time else label("After the window", GAP)

    @display(description="Next step")
    def next_step(self, wished: OptOutRequest) -> str:
        """What is to be done."""
        return "Match it" if waits(wished) else "–"

    @display(description="For which uses")
    def asked_uses(self, wished: OptOutRequest) -> str:
        """All, or which."""
        return uses_words(wished)

    @display(description="Scan")
    def scan_link(self, wished: OptOutRequest) -> str:
        """The scanned letter; of a part, that of the whole."""
        whole = wished.split_from or wished
        if not whole.scan:
            return "–"
        address = self.scan_address(whole.pk)
        return format_html('<a class="text-link" href="{}">Download the scan</a>', address)

    @display(description="Customer")
    def customer_link(self, wished: OptOutRequest) -> str:
        """The customer, as a link."""
        if not wished.customer:
            return "Not matched yet"
        address = reverse("admin:accounts_customer_change", args=[wished.customer_id])
        return format_html('<a class="text-link" href="{}">{}</a>', address, wished.customer)

    @display(description="Parts")
    def divided(self, wished: OptOutRequest) -> str | SafeString:
        """Of a split request its parts; of a part, the whole."""
        whole = wished.split_from
        others = [whole] if whole else list(wished.parts.order_by("pk"))
        if not others:
            return "–"
        links = format_html_join(
            ", ",
            '<a class="text-link" href="{}">{}</a>',
            (
                (reverse("admin:cpni_optoutrequest_change", args=[one.pk]), one.reference)
                for one in others
            ),
        )
        return format_html("Part of {}", links) if whole else links

    @display(description="Uses made in between")
    def used_in_between(self, wished: OptOutRequest) -> str | SafeString:
        """Uses that were made although the objection already counted: to be reviewed."""
        if wished.status != Status.APPLIED:
            return "–"
        uses: QuerySet[Disclosure] = optouts.uses_in_between(wished).select_related("use")
        return render_to_string("cpni/admin/used_in_between.html", {"uses": uses[:100]})
