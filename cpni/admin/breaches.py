"""Breaches: what happened, whose information it was, and what each rule asks (64.2011)."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import display
from unfold.enums import ActionVariant

from accounts.admin.acts import ActForm, Outlook, confirmed_act, more, person, reading_page
from accounts.admin.base import RecordAdmin
from accounts.admin.labels import BAD, GOOD, WAIT, label
from accounts.admin.pages import page
from accounts.civil import add_months, in_words
from accounts.lists import pasted
from accounts.models import Carrier, Customer, CustomerList, User
from cpni import breach_notice, breach_rules, breaches, holds, steps
from cpni.admin import affected
from cpni.admin.steps import BreachStepForm, taken
from cpni.admin.terms import days_counted
from cpni.models import Breach, StepTaken
from cpni.retention import months_kept
from cpni.retention_kinds import BREACHES


class OpenFilter(DropdownFilter):
    """Whether it is closed."""

    title = "Status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Open or closed."""
        return [("open", "Open"), ("closed", "Closed")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Those of that status."""
        if self.value() not in ("open", "closed"):
            return queryset
        return queryset.filter(closed_on__isnull=self.value() == "open")


class AffectedForm(ActForm):
    """Who is affected: a saved list, account numbers, or whom a member of staff was shown."""

    customer_list = forms.ModelChoiceField(
        CustomerList.objects.order_by("name"), label="A saved list", required=False
    )
    accounts = forms.CharField(
        label="Account numbers",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="At most 5,000, with spaces, commas or line ends between them.",
    )
    looked = forms.ModelChoiceField(
        User.objects.order_by("last_name", "first_name"),
        label="Whoever this person was shown",
        required=False,
        help_text="By the record of looks, from the first day to the last.",
    )
    first = forms.DateField(label="From", required=False, widget=forms.DateInput)
    last = forms.DateField(label="to", required=False, widget=forms.DateInput)
    replace = forms.BooleanField(label="Instead of those named before", required=False)

    def clean_accounts(self) -> list[str]:
        """Account numbers that customers have."""
        return pasted(self.cleaned_data["accounts"])

    def clean(self) -> dict[str, Any]:
        """One way at a time."""
        data = super().clean() or {}
        ways = [bool(data.get(name)) for name in ("customer_list", "accounts", "looked")]
        if not self.errors and sum(ways) != 1:
            raise ValidationError("Give a list, account numbers, or a person: one of these.")
        first, last = data.get("first"), data.get("last")
        if data.get("looked") and not (first and last and first <= last):
            raise ValidationError("Give the first and the last day, in order.")
        return data


def close_outlook(self: Any, request: HttpRequest, breach: Breach) -> Outlook:
    """What is still to be done, and how long it is kept."""
    missing = [step.what for step in breaches.outstanding(breach)]
    return Outlook(
        "A closed breach is not changed any more. It can be closed once every step that the rule"
        " asks is recorded.",
        [("Still to be done", "\n".join(missing) or "Nothing"), ("Kept", kept(breach))],
    )


def kept(breach: Breach) -> str:
    """Until when at least, and whether a hold covers it."""
    months = months_kept(BREACHES)
    said = f"{months} months from its closing (64.2011(d) asks {BREACHES.floor})."
    if breach.closed_on:
        said += f" Until {in_words(add_months(breach.closed_on, months))} at least."
    if holds.held().anything:
        said += " A legal hold is in force, so it is not purged."
    return f"{said} If a claim or an inquiry is to be expected, place a legal hold."


@admin.register(Breach)
class BreachAdmin(RecordAdmin):
    """Breaches of customers' information."""

    list_display = ("name", "discovered_at", "number", "status_label", "next_step")
    list_filter = (OpenFilter, ("harm", ChoicesDropdownFilter))
    ordering = ("-discovered_at", "-id")
    happened = (
        "name",
        "happened_on",
        "discovered_at",
        "determined_on",
        "intent",
        "has_cpni",
        "has_pii",
        "data",
        "circumstances",
        "estimate",
    )
    judged = ("harm", "harm_analysis", "good_faith", "encrypted")
    told = ("urgent_need", "delayed_until")
    shown = ("asked", "affected_customers", "steps_taken", "retention")
    readonly_fields = (*shown, "closed_on")
    actions_detail = (
        "record_step",
        "name_customers",
        more("compare_rules", "customer_notice", "close_breach"),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """What happened, how it is judged; of one that is there, what follows from it first."""
        entered: list[Any] = [
            ("What happened", {"fields": self.happened}),
            ("Harm", {"fields": self.judged}),
            ("Telling customers", {"fields": self.told}),
        ]
        shown = [] if obj is None else [("What is to be done", {"fields": self.shown})]
        if obj is None or self.has_change_permission(request, obj):
            entered.append((None, {"fields": ("because",)}))
        return [*shown, *entered]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Those of the form."""
        return (*self.happened, *self.judged, *self.told, "because")

    def get_queryset(self, request: HttpRequest) -> Any:
        """With what their next steps rest on."""
        found = super().get_queryset(request)
        return breaches.with_steps(found)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Most are entered when they are found."""
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        return {"discovered_at": timezone.now(), "determined_on": Carrier.today(), **initial}

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A closed one stays as it is."""
        return (obj is None or obj.is_open) and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Enter it through the verb."""
        today, now = Carrier.today(), timezone.now()
        if not change:
            breaches.open_breach(obj, today=today, at=now, by=person(request))
            return
        breaches.check(obj, today=today, at=now)
        super().save_model(request, obj, form, change)

    @display(description="Customers")
    def number(self, breach: Any) -> str:
        """How many are named, or estimated."""
        if breach.named:
            return f"{breach.named:,}"
        return f"about {breach.estimate:,}" if breach.estimate else "not known"

    @display(description="Status")
    def status_label(self, breach: Breach) -> str:
        """Open with something late, open, or closed."""
        if not breach.is_open:
            return label("Closed", GOOD)
        today = Carrier.today()
        late = any(step.due and step.due < today for step in breaches.outstanding(breach))
        return label("Late", BAD) if late else label("Open", WAIT)

    @display(description="Next step")
    def next_step(self, breach: Breach) -> str:
        """What is to be done first."""
        if not breach.is_open:
            return "–"
        missing = breaches.outstanding(breach)
        return missing[0].what if missing else "Close it"

    @display(description="By the rule in force")
    def asked(self, breach: Breach) -> str:
        """Each step, by when, and whether it is done."""
        found = breaches.judged(breach)
        done = StepTaken.that_count(breach.steps.all())
        rows = [(step, done.get(step.code)) for step in found.asked()]
        return render_to_string(
            "cpni/admin/breach_steps.html",
            {"assessment": found, "rows": rows, "today": Carrier.today()},
        )

    @display(description="Customers affected")
    def affected_customers(self, breach: Breach) -> str:
        """How many, and where they are."""
        return affected.link(breach, breach.affected.count())

    @display(description="Recorded")
    def steps_taken(self, breach: Breach) -> str:
        """With their proof."""
        return taken(breach.steps.all())

    @display(description="Kept")
    def retention(self, breach: Breach) -> str:
        """How long."""
        return kept(breach)

    @reading_page("Compare the rules", permission="cpni.view_breach", icon="compare_arrows")
    def compare_rules(self, request: HttpRequest, breach: Breach) -> HttpResponse:
        """The rule that governs it beside those that are adopted, step by step."""
        now = breaches.judged(breach)
        others = breaches.would_be(breach, on=Carrier.today())
        codes = list(dict.fromkeys(s.code for a in (now, *others) for s in a.steps))
        rows = [[a.step(code) for a in (now, *others)] for code in codes]
        terms: dict[Any, str] = {}
        for assessment in (now, *others):
            for step in assessment.asked():
                if step.counted:  # a term that several steps or rules have is shown once
                    terms.setdefault(step.counted, f"{assessment.rule.name}: {step.what}")
        return page(
            self,
            request,
            "cpni/admin/breach_rules.html",
            breach,
            title="Compare the rules",
            assessments=[now, *others],
            changes=[(a.rule, breach_rules.differences(now, a)) for a in others],
            rows=rows,
            counted=[(words, days_counted(term)) for term, words in terms.items()],
            change_url=reverse("admin:cpni_breach_change", args=[breach.pk]),
        )

    @reading_page("Letter to customers", permission="cpni.view_breach", icon="mail")
    def customer_notice(self, request: HttpRequest, breach: Breach) -> HttpResponse:
        """What customers are told, as a draft, and who they are."""
        judged = breaches.judged(breach)
        return page(
            self,
            request,
            "cpni/admin/breach_notice.html",
            breach,
            title="Letter to customers",
            drafts=breach_notice.drafts(breach),
            step=judged.step(breach_rules.CUSTOMERS),
            affected=affected.link(breach, breach.affected.count()),
            change_url=reverse("admin:cpni_breach_change", args=[breach.pk]),
        )

    @confirmed_act(
        "Record a step",
        permission=breaches.CHANGE,
        outlook="What was done about it, kept with who, when and its proof. A step is written once;"
        " a correction is another one.",
        form=BreachStepForm,
        shown=lambda breach: breach.is_open,
        icon="playlist_add_check",
        variant=ActionVariant.PRIMARY,
    )
    def record_step(self, request: HttpRequest, breach: Breach, data: dict[str, Any]) -> str:
        """Keep it."""
        step = steps.take(
            breach,
            data["code"],
            on=data["on"],
            words=data["words"],
            proof=data["proof"],
            scan=data["scan"],
            too_early=data["too_early"],
            today=Carrier.today(),
            at=timezone.now(),
            by=person(request),
        )
        return f"Recorded: {steps.label(step)}."

    @confirmed_act(
        "Name the customers",
        permission=breaches.CHANGE,
        outlook="Names the customers whose information it was. They are told by the rule, and can"
        " be listed and exported from here.",
        form=AffectedForm,
        shown=lambda breach: breach.is_open,
        icon="group_add",
    )
    def name_customers(self, request: HttpRequest, breach: Breach, data: dict[str, Any]) -> str:
        """Add or replace."""
        number = breaches.name_affected(
            breach,
            chosen(data).values_list("pk", flat=True),
            replace=data["replace"],
            at=timezone.now(),
            by=person(request),
            because=data["because"],
        )
        return f"Customers affected: {number:,}."

    @confirmed_act(
        "Close",
        permission=breaches.CHANGE,
        outlook=close_outlook,
        shown=lambda breach: breach.is_open,
        icon="task_alt",
    )
    def close_breach(self, request: HttpRequest, breach: Breach, data: dict[str, Any]) -> str:
        """Once everything is done."""
        breaches.close(breach, on=Carrier.today(), by=person(request), because=data["because"])
        return "The breach is closed."


def chosen(data: dict[str, Any]) -> Any:
    """The customers whom the answers of ``AffectedForm`` name."""
    if data["customer_list"]:
        return Customer.objects.filter(pk__in=data["customer_list"].entries.values("customer"))
    if data["accounts"]:
        return Customer.objects.filter(account_number__in=data["accounts"])
    return breaches.looked_at(data["looked"], data["first"], data["last"])
