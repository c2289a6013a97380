"""The customer page: may we use CPNI, why, until when; how to reach them; what happened.

``CustomerAdmin`` comes from ``accounts.admin.customers`` and is registered here, where the floors
above it can add what they know (house.md 5.5).
"""

from itertools import accumulate
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import display
from unfold.enums import ActionVariant

from accounts.admin.account_field import AccountField
from accounts.admin.acts import ActForm, Outlook, confirmed_act, more, person, reading_page
from accounts.admin.customers import CustomerAdmin
from accounts.admin.labels import BAD, CALM, GAP, GOOD, WAIT, label
from accounts.admin.pages import page
from accounts.models import Carrier, Customer
from cpni import coverage, gaps, merging, optouts, verifying_approvals
from cpni.admin import evidence
from cpni.admin.affected import BreachFilter, IncidentFilter
from cpni.admin.customer_page import Panels
from cpni.admin.optout_forms import ChoiceForm
from cpni.admin.past_answers import past_answer_page
from cpni.admin.timeline import timeline_page
from cpni.admin.verifications import VerifyForm
from cpni.evidence import to_customer
from cpni.evidence.binders import PRINT
from cpni.facts import state_of
from cpni.models import OptOutRequest, Verification
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
        "never_reached": ("No notice ever arrived", gaps.never_reached),
        "undeliverable": ("Notice did not arrive", gaps.undeliverable),
        "no_consent": ("Notice e-mailed without consent", gaps.without_consent),
        "overdue": ("Two-year notice overdue", gaps.overdue),
        "held": ("Noticed; approval held, or not recorded yet", gaps.held),
        "due_soon": (f"Two-year notice due within {gaps.AHEAD} days", gaps.due_soon),
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


class BoxFilter(DropdownFilter):
    """The boxes of the coverage ledger."""

    title = "Coverage"
    parameter_name = "box"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The boxes in words."""
        return [(box.code, box.label) for box in coverage.BOXES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Customer]) -> Any:
        """The customers in it."""
        if self.value() not in {box.code for box in coverage.BOXES}:
            return queryset
        found: Any = coverage.boxed(queryset, on=Carrier.today())
        return found.filter(box=self.value())


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


def asks_for_verification(customer: Customer) -> bool:
    """Whether the customer lives where approvals by silence must be verified."""
    # The panels of the page show both, and read neither again.
    prefetch_related_objects([customer], "contact_points", "services")
    lives = state_of(customer.contact_points.all(), Carrier.today())
    return bool(lives) and customer.status != Customer.Status.MERGED


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
    list_filter = [
        StandingFilter,
        BoxFilter,
        IncidentFilter,
        BreachFilter,
        *CustomerAdmin.list_filter,
    ]
    list_select_related = ("merged_into",)
    search_help_text = "Account, name, telephone, e-mail, ZIP code, reference"
    change_form_outer_before_template = "cpni/admin/customer_panels.html"
    actions_detail = (
        "record_choice",
        *CustomerAdmin.acts,
        {
            "title": "Evidence",
            "icon": "history",
            "items": ["timeline", "past_answer", "print_evidence", "print_disclosures"],
        },
        more(*CustomerAdmin.seldom, "verify_approvals", "merge"),
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

    def get_urls(self) -> list[URLPattern]:
        """One more: the coverage ledger."""
        view = self.admin_site.admin_view(self.coverage_view)
        own = path("coverage/", view, name="accounts_customer_coverage")
        return [own, *super().get_urls()]

    def coverage_view(self, request: HttpRequest) -> HttpResponse:
        """Everybody in one box each, and who may be missing."""
        if not request.user.has_perms(("accounts.view_importbatch", "notices.view_delivery")):
            raise PermissionDenied
        today = Carrier.today()
        ledger = coverage.ledger(on=today)
        numbers = [number for _, number in ledger.counts]
        whole = max(1, ledger.total)
        rows = [
            (box, number, 100 * before / whole, 100 * number / whole)
            for (box, number), before in zip(
                ledger.counts, accumulate(numbers, initial=0), strict=False
            )
        ]
        doubts = [
            (doubt.words, reverse(f"admin:{doubt.list_name}_changelist") + doubt.query)
            for doubt in coverage.doubts(on=today)
        ]
        return page(
            self,
            request,
            "cpni/admin/coverage.html",
            None,
            title="Coverage",
            ledger=ledger,
            rows=rows,
            doubts=doubts,
        )

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
        "Verify approvals",
        permission=verifying_approvals.ADD,
        outlook="The customer’s state wants approvals that were taken from silence confirmed within"
        " a year: by a signed letter or electronically signed document of its own, or on a recorded"
        " call, without any inducement (A.A.C. R14-2-2108). Unverified, they count no longer.",
        form=VerifyForm,
        shown=asks_for_verification,
        icon="fact_check",
    )
    def verify_approvals(
        self, request: HttpRequest, customer: Customer, data: dict[str, Any]
    ) -> str:
        """Record it."""
        because = data.pop("because")
        verifying_approvals.verify(
            Verification(customer=customer, **data),
            today=Carrier.today(),
            at=timezone.now(),
            by=person(request),
            because=because,
        )
        return "Verified."

    @reading_page("Answer for a past day", permission="cpni.ask_past_approval", icon="history")
    def past_answer(self, request: HttpRequest, customer: Customer) -> HttpResponse:
        """What was so on a day, and what we knew when."""
        return past_answer_page(self, request, customer)

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

    @reading_page("Timeline", permission="accounts.view_customer", icon="history")
    def timeline(self, request: HttpRequest, customer: Customer) -> HttpResponse:
        """What happened, as of any day."""
        return timeline_page(self, request, customer)

    @confirmed_act(
        "Print evidence",
        permission=PRINT,
        outlook=evidence.binder_outlook,
        form=evidence.BinderForm,
        icon="folder_zip",
    )
    def print_evidence(
        self, request: HttpRequest, customer: Customer, data: dict[str, Any]
    ) -> HttpResponseBase:
        """The binder, as a download."""
        return evidence.print_binder(request, customer, data)

    @confirmed_act(
        "Print who received their data",
        permission=to_customer.PRINT,
        outlook=evidence.letter_outlook,
        form=evidence.LetterForm,
        icon="contact_page",
    )
    def print_disclosures(
        self, request: HttpRequest, customer: Customer, data: dict[str, Any]
    ) -> HttpResponseBase:
        """The letter, as a download."""
        return evidence.print_letter(request, customer, data)

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
