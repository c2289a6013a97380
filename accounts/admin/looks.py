"""Who looked at whom: the record of looks, only to read.

Whoever may look here is recorded as well, and sees what ``unusual_looks.of_people_whom`` says.
"""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import display

from accounts import looks, unusual_looks
from accounts.admin.acts import person
from accounts.admin.base import ReadOnlyAdmin
from accounts.admin.day_filter import DayFilter
from accounts.admin.given_filters import CustomerFilter, PersonFilter
from accounts.admin.labels import BAD, CALM, GAP, GOOD, WAIT, choice_label
from accounts.counted_words import several
from accounts.models import Customer, Look, LookShown, User
from accounts.screen_words import screen_words

TONES = {
    Look.What.OPENED: GOOD,
    Look.What.LISTED: CALM,
    Look.What.SEARCHED: CALM,
    Look.What.EXPORTED: WAIT,
    Look.What.REFUSED: BAD,
    Look.What.MISSING: GAP,
}
NAMED = 200  # customers whom the page of one look names


class LookedAtFilter(CustomerFilter):
    """Looks at one customer: their pages, and lists and files in which they were."""

    title = "customer"
    parameter_name = "customer"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Look]) -> QuerySet[Look]:
        """By the two indexes that there are for it."""
        number = self.number()
        return queryset if number is None else queryset.filter(pk__in=at_customers([number]))


class CallFilter(DropdownFilter):
    """Looks in a call, or outside any."""

    title = "call"
    parameter_name = "in_call"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """In one or in none."""
        return [("none", "Outside a call"), ("some", "In a call")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Look]) -> QuerySet[Look]:
        """Those."""
        if self.value() not in ("none", "some"):
            return queryset
        return queryset.filter(call="") if self.value() == "none" else queryset.exclude(call="")


class ScreenFilter(DropdownFilter):
    """Looks at one kind of record."""

    title = "where"
    parameter_name = "where"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The records that show customers."""
        return sorted(
            (
                (f"{m._meta.app_label}_{m._meta.model_name}_", str(m._meta.verbose_name_plural))
                for m, found in admin.site._registry.items()
                if getattr(found, "shows_customers", False)
            ),
            key=lambda choice: choice[1],
        )

    def queryset(self, request: HttpRequest, queryset: QuerySet[Look]) -> QuerySet[Look]:
        """Those whose screen is one of that record."""
        value = self.value()
        return queryset.filter(screen__startswith=value) if value else queryset


def at_customers(ids: list[int]) -> Any:
    """The ids of the looks that showed one of the customers, alone or among others."""
    alone = Look.objects.filter(customer_id__in=ids).order_by().values("pk")
    among = LookShown.objects.filter(customer_id__in=ids).values("look_id")
    return alone.union(among)


@admin.register(Look)
class LookAdmin(ReadOnlyAdmin):
    """Every look at a customer."""

    shows_customers = True
    list_display = ("at", "who", "what_label", "where", "whom", "call_words", "detail_words")
    list_display_links = ("at",)
    list_filter = (
        LookedAtFilter,
        PersonFilter,
        ("what", ChoicesDropdownFilter),
        ("at", DayFilter),
        ScreenFilter,
        CallFilter,
    )
    list_filter_submit = True
    search_fields = ("actor__istartswith",)  # see get_search_results
    search_help_text = "Whole account number, user name, or name"
    ordering = ("-id",)
    fields = (
        "at",
        "who",
        "what_label",
        "where",
        "whom",
        "record_id",
        "rows",
        "call_words",
        "detail_words",
    )
    readonly_fields = ("who", "what_label", "where", "whom", "call_words", "detail_words")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Look]:
        """Of those whom this person may review."""
        found = super().get_queryset(request)
        return unusual_looks.of_people_whom(person(request), found, "by_id")

    def search_kind(self, term: str) -> str:
        """Accounts have digits."""
        return "account number" if any(c.isdigit() for c in term) else "person"

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        """Looks at the account of that number, or by the person of that name."""
        term = search_term.strip()
        if not term:
            return queryset, False
        accounts = Customer.objects.filter(account_number__in={term, term.upper()})
        if ids := list(accounts.values_list("pk", flat=True)):
            return queryset.filter(pk__in=at_customers(ids)), False
        first, _, last = term.rpartition(" ")
        named = Q(username__iexact=term) | Q(last_name__iexact=term) | Q(first_name__iexact=term)
        if first:
            named |= Q(first_name__iexact=first, last_name__iexact=last)
        people = list(User.objects.filter(named).values_list("pk", flat=True))
        return queryset.filter(by_id__in=people), False

    def fill_in(self, request: HttpRequest, rows: list[Any]) -> None:
        """The names of the customers, in one query."""
        ids = {look.customer_id for look in rows if look.customer_id}
        customers = Customer.objects.in_bulk(ids)
        for look in rows:
            look.customer = customers.get(look.customer_id)

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        """The look, and the customers whom it showed: they are seen by whoever opens it."""
        look = super().get_object(request, object_id, from_field)
        if look is not None:
            shown = LookShown.objects.filter(look_id=look.pk).values_list("customer_id", flat=True)
            ids = [look.customer_id] if look.customer_id else list(shown[:NAMED])
            look.customers = list(Customer.objects.filter(pk__in=ids).order_by("account_number"))
            looks.note(request, [customer.pk for customer in look.customers])
        return look

    @display(description="Who", ordering="actor")
    def who(self, look: Look) -> str:
        """The member of staff, as they were called then."""
        address = reverse("admin:accounts_user_change", args=[look.by_id])
        return format_html('<a class="text-link" href="{}">{}</a>', address, look.actor)

    @display(description="What", ordering="what")
    def what_label(self, look: Look) -> str:
        """What it was, in colour and words."""
        return choice_label(look, "what", TONES)

    @display(description="Where")
    def where(self, look: Look) -> str:
        """The screen in words; as a link when the record that it was about is known."""
        words = screen_words(look.screen)
        number = look.record_id or look.customer_id
        if look.what != Look.What.OPENED or not number:
            return words
        # A screen of the call desk has no such name, so no address comes of it.
        app, model, *_ = (*look.screen.split("_"), "")
        try:
            address = reverse(f"admin:{app}_{model}_change", args=[number])
        except NoReverseMatch:
            return words
        return format_html('<a class="text-link" href="{}">{}</a>', address, words)

    @display(description="Customer")
    def whom(self, look: Any) -> str | SafeString:
        """The customer or customers, as links."""
        customers = (
            look.customers
            if hasattr(look, "customers")
            else [look.customer]
            if look.customer
            else []
        )
        if not customers:
            return several(look.rows, "customer") if look.rows else "–"
        links = (
            (reverse("admin:accounts_customer_change", args=[customer.pk]), customer)
            for customer in customers
        )
        return format_html_join("", '<div><a class="text-link" href="{}">{}</a></div>', links)

    @display(description="Details")
    def detail_words(self, look: Look) -> str:
        """How it was searched and filtered, and why it was exported."""
        return look.detail or "–"

    @display(description="Call")
    def call_words(self, look: Look) -> str:
        """The call in which it was seen."""
        return look.call or "–"
