"""The customer page: may we use CPNI, why, until when; how to reach them; what happened.

``CustomerAdmin`` comes from ``accounts.admin.customers`` and is registered here, where the floors
above it can add what they know (house.md 5.5).
"""

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import display
from unfold.enums import ActionVariant

from accounts.admin.account_field import AccountField
from accounts.admin.acts import ActForm, Outlook, confirmed_act, person
from accounts.admin.customers import CustomerAdmin
from accounts.admin.labels import BAD, CALM, GAP, GOOD, WAIT, label
from accounts.models import Carrier, Customer
from cpni import gaps, merging, optouts
from cpni.admin.customer_page import Panels
from cpni.admin.optout_forms import ChoiceForm
from cpni.models import OptOutRequest
from cpni.reasons import Verdict
from cpni.standings import standings
from notices.models import Delivery
from notices.references import delivery_id

TONES = {Verdict.YES: GOOD, Verdict.NO: BAD, Verdict.NOT_YET: WAIT, Verdict.GAP: GAP}
NO_SERVICE = ("merged", "not_a_customer", "discontinued")


class StandingFilter(DropdownFilter):
    """Questions about how customers stand today."""

    title = "CPNI"
    parameter_name = "cpni"

    QUESTIONS = {
        "opted_out": ("Opted out", gaps.opted_out),
        "approved": ("Approved, assumed or express", gaps.approved),
        "window": ("May still object", gaps.window_open),
        "never_noticed": ("Never noticed", gaps.never_noticed),
        "undeliverable": ("Notice did not arrive", gaps.undeliverable),
        "overdue": ("Two-year notice overdue", gaps.overdue),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The questions in words."""
        return [(code, words) for code, (words, _) in self.QUESTIONS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Customer]) -> Any:
        """The customers of whom it is true."""
        if self.value() not in self.QUESTIONS:
            return queryset
        _, question = self.QUESTIONS[self.value()]
        return queryset.filter(pk__in=question(on=Carrier.today()).values("pk"))


class MergeForm(ActForm):
    """The account that remains."""

    survivor = AccountField(
        label="Account that remains",
        help_text="Both must belong to the same customer. This cannot be taken back.",
    )


def merge_outlook(self: Any, request: HttpRequest, customer: Customer) -> Outlook:
    """What merging does."""
    return Outlook(
        f"{customer} is closed and its records are kept. What it opted out of, the account that"
        " remains is opted out of too: the most restrictive choice wins.",
        [(f"Present {p.get_kind_display().lower()}", p) for p in customer.contact_points.current()],
    )


@admin.register(Customer)
class CustomerRecordAdmin(CustomerAdmin):
    """Customers with their approvals, notices and objections."""

    list_display = (
        "account_number",
        "name",
        "kind",
        "status_label",
        "standing",
        "email_notices",
        "next_step",
    )
    list_filter = [StandingFilter, *CustomerAdmin.list_filter]
    list_select_related = ("merged_into",)
    search_help_text = "Account, name, telephone, e-mail, ZIP code, reference"
    change_form_outer_before_template = "cpni/admin/customer_panels.html"
    actions_detail = (
        "record_choice",
        *CustomerAdmin.actions_detail[:-1],
        {
            **CustomerAdmin.actions_detail[-1],
            "items": [*CustomerAdmin.actions_detail[-1]["items"], "merge"],
        },
    )

    def search_kind(self, term: str) -> str:
        """Also the reference that is printed on a notice."""
        return "reference" if delivery_id(term) else super().search_kind(term)

    def found_by(self, term: str) -> Any:
        """Also by the reference that is printed on a notice."""
        if number := delivery_id(term):
            return Delivery.objects.filter(pk=number).values("customer")
        return super().found_by(term)

    def fill_in(self, request: HttpRequest, rows: list[Any]) -> None:
        """How each stands, all of them at once."""
        found = standings(rows, on=Carrier.today())
        for customer in rows:
            customer.standing = found.get(customer.pk)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """The page, with its panels; they are read only when the page is really shown."""
        panels = Panels(request, lambda: self.get_object(request, object_id))
        context = {**(extra_context or {}), "panels": panels}
        return super().change_view(request, object_id, form_url, context)

    @confirmed_act(
        "Record choice",
        permission="cpni.apply_optoutrequest",
        outlook="What the customer says now, by telephone or in person. It is entered as an opt-out"
        " request and applied to this account at once. Letters with dates of their own are entered"
        " under Opt-out requests.",
        form=ChoiceForm,
        shown=lambda customer: customer.status != Customer.Status.MERGED,
        icon="record_voice_over",
    )
    def record_choice(self, request: HttpRequest, customer: Customer, data: dict[str, Any]) -> str:
        """Receive it and apply it, in one go. An opt-out needs nobody's proof of who they are."""
        today, by, because = Carrier.today(), person(request), data["because"]
        wished = OptOutRequest(
            wish=data["wish"],
            route=data["route"],
            stated=data["stated"],
            proof=data["proof"],
            all_uses=not data["uses"],
            received_on=today,
        )
        with transaction.atomic():
            optouts.receive(
                wished,
                uses=data["uses"],
                today=today,
                at=timezone.now(),
                by=by,
                because=because,
            )
            changed = optouts.apply(wished, customer=customer, on=today, by=by, because=because)
        return f"{wished.get_wish_display()} recorded; approvals changed: {changed}."

    @confirmed_act(
        "Merge accounts",
        permission="accounts.merge_customer",
        outlook=merge_outlook,
        form=MergeForm,
        shown=lambda customer: customer.status != Customer.Status.MERGED,
        icon="merge",
        variant=ActionVariant.DANGER,
    )
    def merge(self, request: HttpRequest, customer: Customer, data: dict[str, Any]) -> str:
        """Merge it; an opt-out on either stands."""
        denied = merging.merge(
            customer,
            data["survivor"],
            on=Carrier.today(),
            at=timezone.now(),
            by=person(request),
            because=data["because"],
        )
        return f"Merged into {data['survivor']}; uses that it denies from now on: {denied}."

    @display(description="CPNI")
    def standing(self, customer: Any) -> str:
        """How they stand over the opt-out uses, in colour and words."""
        if customer.standing is None:
            return "–"
        decision = customer.standing.decision
        tone = CALM if decision.code in NO_SERVICE else TONES[decision.verdict]
        return label(customer.standing.words, tone)

    @display(description="Next step")
    def next_step(self, customer: Any) -> str:
        """What is to be done."""
        return (customer.standing and customer.standing.next_step) or "–"
