"""Deliveries: the fate of each notice to each customer. Written by jobs and verbs only."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    DropdownFilter,
    RangeDateFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display

from accounts.admin.acts import ActForm, Outlook, confirmed_act, person
from accounts.admin.base import ReadOnlyRecordAdmin
from accounts.admin.given_filters import CustomerFilter
from accounts.admin.labels import BAD, CALM, GAP, GOOD, WAIT, label
from accounts.admin.list_exports import ListExport
from accounts.civil import in_words
from accounts.errors import Refused
from accounts.models import Carrier
from notices import fates, letters, outcomes
from notices.admin import returned_letters
from notices.gaps import carrying, missed, without_consent
from notices.models import Delivery
from notices.references import delivery_id
from notices.tasks import nudge, send_campaign

STATE_TONES = {
    Delivery.State.QUEUED: WAIT,
    Delivery.State.SENDING: WAIT,
    Delivery.State.BATCHED: WAIT,
    Delivery.State.SENT: GOOD,
    Delivery.State.FAILED: BAD,
    Delivery.State.UNREACHABLE: GAP,
    Delivery.State.CANCELLED: CALM,
}


def state_label(delivery: Delivery, what: str = "") -> str:
    """What became of it, after ``what``: what came back beats what was sent."""
    tone = BAD if delivery.outcome else STATE_TONES[Delivery.State(delivery.state)]
    words = delivery.get_outcome_display() if delivery.outcome else delivery.get_state_display()
    return label(f"{what}{words.lower()}" if what else words, tone)


class MissedFilter(DropdownFilter):
    """The exceptions: customers whom a notice did not reach, or whom it may not have reached so."""

    title = "exceptions"
    parameter_name = "missed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The questions."""
        return [
            ("open", "Did not arrive, and nothing else sent since"),
            ("consent", "Sent by e-mail, and no consent to that is on record"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> Any:
        """Those that did not arrive and have no substitute, or that should not have been sent."""
        questions = {"open": missed, "consent": without_consent}
        return questions[self.value()](queryset) if self.value() in questions else queryset


class CarryingFilter(DropdownFilter):
    """The notices with which customers' two years run."""

    title = "two years"
    parameter_name = "carrying"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The one question."""
        return [("last", "The last that arrived, of each active customer")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> Any:
        """Those."""
        return carrying(queryset) if self.value() == "last" else queryset


class LettersFilter(DropdownFilter):
    """What somebody must put in a batch, as no campaign was started for it."""

    title = "letters"
    parameter_name = "letters"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The one question."""
        return [("waiting", "Of account changes, in no batch yet")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> Any:
        """Those that wait for a batch."""
        return letters.to_be_batched(queryset) if self.value() == "waiting" else queryset


class FateFilter(DropdownFilter):
    """What became of it: the state, but of those that came back what came."""

    title = "fate"
    parameter_name = "fate"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Every state and outcome."""
        came = [Delivery.Outcome.BOUNCED, Delivery.Outcome.RETURNED]
        return [(fate.value, str(fate.label)) for fate in (*Delivery.State, *came)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> Any:
        """Those of that fate."""
        fate = self.value()
        if fate in Delivery.Outcome.values:
            return queryset.filter(outcome=fate) if fate else queryset
        if fate in Delivery.State.values:
            return queryset.filter(state=fate, outcome="")
        return queryset


class RecipientFilter(DropdownFilter):
    """What became of recipients: of each the one delivery that says it."""

    title = "recipients"
    parameter_name = "recipient"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Everybody once, and each fate."""
        return [("all", "Each once"), *fates.Fate.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> QuerySet[Delivery]:
        """Those."""
        fate = self.value()
        if fate == "all":
            return fates.deciding(queryset)
        if fate in fates.Fate.values:
            return fates.of_fate(queryset, fates.Fate(fate))
        return queryset


class OutcomeForm(ActForm):
    """When we learnt that it came back."""

    on = forms.DateField(label="Learnt on", widget=forms.DateInput, initial=Carrier.today)


def outcome_of(delivery: Delivery) -> Delivery.Outcome:
    """What a notice that came back by this way is."""
    return outcomes.OUTCOME_OF[Delivery.Channel(delivery.channel)]


def may_come_back(delivery: Delivery) -> bool:
    """Whether it left by a way that brings things back, and has not come back yet."""
    sent = delivery.state == Delivery.State.SENT and not delivery.outcome
    return sent and delivery.channel in outcomes.OUTCOME_OF


def came_back_outlook(self: Any, request: HttpRequest, delivery: Delivery) -> Outlook:
    """What recording it does."""
    day = delivery.mailed_on
    return Outlook(
        "The customer then counts as not noticed: what was assumed from this notice ends with the"
        " daily job, the address is marked undeliverable, and a substitute goes out in another form"
        " if there is one, with a waiting period of its own (64.2008(d)(3)(iii)).",
        [
            ("Customer", delivery.customer),
            ("Sent to", delivery.contact_point),
            ("Mailing date", in_words(day) if day else "–"),
            ("Recorded as", outcome_of(delivery).label),
        ],
    )


@admin.register(Delivery)
class DeliveryAdmin(ListExport, ReadOnlyRecordAdmin):
    """To whom, which way, when, until when they may object, and what came back."""

    shows_customers = True

    list_display = (
        "reference",
        "recipient",
        "campaign",
        "channel",
        "state_label",
        "mailed_on",
        "last_objection_day",
        "assume_from",
    )
    list_filter = (
        MissedFilter,
        CarryingFilter,
        LettersFilter,
        ("campaign", RelatedDropdownFilter),
        ("channel", ChoicesDropdownFilter),
        FateFilter,
        RecipientFilter,
        ("mailed_on", RangeDateFilter),
        ("last_objection_day", RangeDateFilter),
        ("outcome_on", RangeDateFilter),
        ("failed_on", RangeDateFilter),
        CustomerFilter,
    )
    list_filter_submit = True
    list_select_related = ("campaign", "customer")
    search_fields = ("customer__account_number__exact",)  # see get_search_results
    search_help_text = "Reference (N-…) or whole account number"
    ordering = ("-id",)
    fieldsets = (
        (
            "To whom",
            {
                "fields": (
                    "recipient",
                    "recipient_name",
                    "channel",
                    "address",
                    "service",
                    "campaign",
                    "change",
                    "text",
                )
            },
        ),
        (
            "What became of it",
            {
                "fields": (
                    "state_label",
                    "reason",
                    "outcome_on",
                    "failed_on",
                    "attempts",
                    "in_doubt",
                )
            },
        ),
        ("The customer's time", {"fields": ("mailed_on", "last_objection_day", "assume_from")}),
        (
            "Proof",
            {"fields": ("sent_at", "server_answer", "batch", "mailing_proof", "digest")},
        ),
    )
    readonly_fields = ("recipient", "state_label", "address", "digest")
    actions_detail = ("came_back",)

    def get_queryset(self, request: HttpRequest) -> Any:
        """With what the record's own page names."""
        found = super().get_queryset(request)
        return found.select_related(
            "customer",
            "campaign",
            "text__notice",
            "contact_point",
            "batch__campaign",
            "service",
            "change",
        )

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        """The delivery of a reference, or those of an account."""
        term = search_term.strip()
        if number := delivery_id(term):
            return queryset.filter(pk=number), False
        return super().get_search_results(request, queryset, term)

    def get_urls(self) -> list[URLPattern]:
        """One more: letters that came back, one after another."""
        view = self.admin_site.admin_view(self.returned_view)
        own = path("returned/", view, name="notices_delivery_returned")
        return [own, *super().get_urls()]

    def returned_view(self, request: HttpRequest) -> HttpResponseBase:
        """Record returned letters by their codes."""
        return returned_letters.view(self, request)

    @display(description="Reference", ordering="id")
    def reference(self, delivery: Delivery) -> str:
        """The code that is printed on it."""
        return delivery.reference

    @display(description="Customer", ordering="customer")
    def recipient(self, delivery: Delivery) -> str:
        """The customer, as a link."""
        address = reverse("admin:accounts_customer_change", args=[delivery.customer_id])
        return format_html('<a class="text-link" href="{}">{}</a>', address, delivery.customer)

    @display(description="State", ordering="state")
    def state_label(self, delivery: Delivery) -> str:
        """What became of it, in colour and words."""
        return state_label(delivery)

    @display(description="Address as it was")
    def address(self, delivery: Delivery) -> str:
        """Where it went; contact points never change their value."""
        return str(delivery.contact_point) if delivery.contact_point else "–"

    @display(description="Text sent (SHA-256)")
    def digest(self, delivery: Delivery) -> str:
        """The digest of the words that were sent."""
        return delivery.text.digest

    @confirmed_act(
        "Record that it came back",
        permission="notices.record_outcome",
        outlook=came_back_outlook,
        form=OutcomeForm,
        shown=may_come_back,
        icon="undo",
    )
    def came_back(self, request: HttpRequest, delivery: Delivery, data: dict[str, Any]) -> str:
        """A bounce or a returned letter; a substitute takes its place."""
        if data["on"] > Carrier.today():
            raise Refused("That day has not come yet.", "Enter the day on which it came back.")
        outcome = outcome_of(delivery)
        result = outcomes.record(
            delivery, outcome=outcome, on=data["on"], by=person(request), because=data["because"]
        )
        words = f"Recorded as {outcome.label.lower()}."
        substitute = result.substitute
        if substitute is None:
            return f"{words} No substitute was opened."
        if substitute.channel == Delivery.Channel.NONE:
            return f"{words} There is no other way to reach the customer."
        if substitute.channel == Delivery.Channel.EMAIL:
            nudge(send_campaign, delivery.campaign_id)
        return f"{words} A substitute goes by {substitute.get_channel_display().lower()}."
