"""Changes of accounts, and whether and how the customer was told of each. Written by verbs only."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter, RangeDateFilter
from unfold.decorators import display

from accounts.admin.acts import ActForm, Outlook, confirmed_act, person
from accounts.admin.base import ReadOnlyAdmin
from accounts.admin.given_filters import CustomerFilter
from accounts.admin.labels import BAD, CALM, GOOD, WAIT, label
from accounts.models import AccountChange, Carrier
from notices import tellings
from notices.gaps import told_by_nothing
from notices.models import Delivery, Telling
from notices.told import Told, told_of


class UntoldFilter(DropdownFilter):
    """The exceptions: changes of which the customer could not be told."""

    title = "told"
    parameter_name = "told"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The one question."""
        return [("no", "The customer could not be told")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AccountChange]) -> Any:
        """Those that nothing tells."""
        return told_by_nothing(queryset) if self.value() == "no" else queryset


TONES = {Told.YES: GOOD, Told.SOON: WAIT, Told.NO: BAD, Told.EXEMPT: CALM}


class TellingForm(ActForm):
    """How and when the customer was told."""

    how = forms.ChoiceField(label="How", choices=Telling.How.choices, widget=forms.RadioSelect)
    on = forms.DateField(label="Told on", widget=forms.DateInput, initial=Carrier.today)


def untold(change: Any) -> bool:
    """Whether nothing that was sent tells of it, and nobody did."""
    return told_of(change, change.deliveries.all())[0] is Told.NO


def telling_outlook(self: Any, request: HttpRequest, change: Any) -> Outlook:
    """What recording it does."""
    return Outlook(
        "The customer was told of the change by a person, as nothing of record was left to write to"
        " or call (64.2010(f)). It leaves the list of those who could not be told.",
        [
            ("Customer", change.customer),
            ("What changed", f"{change}, by {change.get_route_display().lower()}"),
            ("What was tried", told_of(change, change.deliveries.all())[1]),
        ],
    )


@admin.register(AccountChange)
class AccountChangeAdmin(ReadOnlyAdmin):
    """What kind of thing was changed, by whom, and when and how the customer was told."""

    shows_customers = True
    list_display = ("recipient", "kind", "at", "route", "by", "told")
    list_display_links = ("kind",)  # the first column leads to the customer
    list_filter = (
        UntoldFilter,
        ("kind", ChoicesDropdownFilter),
        ("route", ChoicesDropdownFilter),
        ("on", RangeDateFilter),
        CustomerFilter,
    )
    list_filter_submit = True
    list_select_related = ("customer", "by", "telling__by")
    search_fields = ("customer__account_number__exact",)
    search_help_text = "Whole account number"
    ordering = ("-id",)
    fields = (
        "recipient",
        "kind",
        "at",
        "on",
        "route",
        "by",
        "call",
        "because",
        "says",
        "told",
        "told_because",
    )
    readonly_fields = ("recipient", "told", "told_because")
    actions_detail = ("tell",)

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the deliveries that tell of each."""
        sent = Delivery.objects.select_related("contact_point", "service").order_by("pk")
        found = (
            super().get_queryset(request).select_related("customer", "by", "call", "telling__by")
        )
        return found.prefetch_related(Prefetch("deliveries", sent))

    @display(description="Customer", ordering="customer")
    def recipient(self, change: AccountChange) -> str:
        """The customer, as a link."""
        address = reverse("admin:accounts_customer_change", args=[change.customer_id])
        return format_html('<a class="text-link" href="{}">{}</a>', address, change.customer)

    @display(description="Told?")
    def told(self, change: Any) -> str:
        """Whether, when, by which way and where; or why not."""
        told, words = told_of(change, change.deliveries.all())
        return format_html("{} {}", label(told.value, TONES[told]), words)

    @display(description="Why it was told by a person")
    def told_because(self, change: Any) -> str:
        """The reason that was given."""
        telling: Telling | None = getattr(change, "telling", None)
        return telling.because if telling else "–"

    @confirmed_act(
        "Told by a person…",
        permission=tellings.TELL,
        outlook=telling_outlook,
        form=TellingForm,
        shown=untold,
        icon="record_voice_over",
    )
    def tell(self, request: HttpRequest, change: AccountChange, data: dict[str, Any]) -> str:
        """Record that somebody told the customer."""
        done = tellings.record(
            change,
            how=data["how"],
            on=data["on"],
            by=person(request),
            because=data["because"],
            at=timezone.now(),
            today=Carrier.today(),
        )
        return "Recorded: the customer was told." if done else "That is recorded already."
