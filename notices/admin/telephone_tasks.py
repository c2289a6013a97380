"""Who is to be told of a changed policy by telephone, what was tried, and calling them again."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import display

from accounts.admin.acts import Outlook, confirmed_act, person
from accounts.admin.base import ReadOnlyInline, ReadOnlyRecordAdmin
from accounts.admin.labels import BAD, GAP, GOOD, WAIT, choice_label
from accounts.models import Carrier
from notices import telephone_tasks
from notices.models import TelephoneAttempt, TelephoneTask
from notices.telephone_tasks import callable_by_number

State, Answer = TelephoneTask.State, TelephoneTask.Answer
STATE_TONES = {State.OPEN: WAIT, State.DONE: GOOD, State.GIVEN_UP: GAP}
ANSWER_TONES = {Answer.ACCEPTED: GOOD, Answer.REFUSED: BAD, Answer.UNDECIDED: WAIT}


class NumberFilter(DropdownFilter):
    """Whether there is still a number to call."""

    title = "number"
    parameter_name = "number"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """With or without one."""
        return [("none", "None left to call"), ("some", "Some")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Those with, or without."""
        if self.value() not in ("none", "some"):
            return queryset
        has_one = callable_by_number()
        return queryset.filter(has_one if self.value() == "some" else ~has_one)


class AttemptInline(ReadOnlyInline):
    """Each try, in their order."""

    model = TelephoneAttempt
    verbose_name_plural = "tries"
    fields = ("at", "by", "outcome", "again_at", "called_in")
    readonly_fields = ("called_in",)
    ordering = ("pk",)

    @display(description="Call")
    def called_in(self, attempt: TelephoneAttempt) -> str:
        """The call, as a link."""
        address = reverse("admin:accounts_call_change", args=[attempt.call_id])
        return format_html('<a class="text-link" href="{}">{}</a>', address, attempt.call_id)


def again_outlook(self: Any, request: HttpRequest, task: TelephoneTask) -> Outlook:
    """What calling again means."""
    return Outlook(
        f"They are put back on the telephone list, for {telephone_tasks.TRIES} tries more, at"
        " sensible hours where they live. What was tried before stays on record.",
        [
            ("Customer", task.customer),
            ("Of what", task.policy_version),
            ("Times tried", task.attempts),
        ],
    )


@admin.register(TelephoneTask)
class TelephoneTaskAdmin(ReadOnlyRecordAdmin):
    """The telephone list, with what was given up."""

    shows_customers = True
    list_display = (
        "customer_link",
        "policy_version",
        "state_label",
        "answer_label",
        "attempts",
        "due",
    )
    list_display_links = ("policy_version",)
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("answer", ChoicesDropdownFilter),
        NumberFilter,
    )
    list_filter_submit = True
    list_select_related = ("customer", "policy_version")
    search_fields = ("customer__account_number__exact",)
    search_help_text = "The whole account number"
    ordering = ("-id",)
    inlines = (AttemptInline,)
    fields = (
        "customer_link",
        "policy_version",
        "delivery",
        "state_label",
        "answer_label",
        "answered_on",
        "attempts",
        "tries_allowed",
        "opened_at",
        "closed_at",
        "next_try_at",
        "by_appointment",
        "zones",
    )
    readonly_fields = ("customer_link", "state_label", "answer_label")
    actions_detail = ("call_again",)

    @display(description="Customer", ordering="customer")
    def customer_link(self, task: TelephoneTask) -> str:
        """The customer, as a link."""
        address = reverse("admin:accounts_customer_change", args=[task.customer_id])
        return format_html('<a class="text-link" href="{}">{}</a>', address, task.customer)

    @display(description="State", ordering="state")
    def state_label(self, task: TelephoneTask) -> str:
        """Where it stands, in colour and words."""
        return choice_label(task, "state", STATE_TONES)

    @display(description="Answer", ordering="answer")
    def answer_label(self, task: TelephoneTask) -> str:
        """What they answered, in colour and words."""
        return choice_label(task, "answer", ANSWER_TONES) if task.answer else "–"

    @display(description="Call from", ordering="next_try_at")
    def due(self, task: TelephoneTask) -> Any:
        """When the next call may be made; in the carrier's zone."""
        return timezone.localtime(task.next_try_at) if task.state == State.OPEN else "–"

    @confirmed_act(
        "Call again…",
        permission=telephone_tasks.REOPEN,
        outlook=again_outlook,
        shown=lambda task: task.state == State.GIVEN_UP,
        icon="phone_callback",
    )
    def call_again(self, request: HttpRequest, task: TelephoneTask, data: dict[str, Any]) -> str:
        """Put who was given up back on the list."""
        done = telephone_tasks.call_again(
            task,
            by=person(request),
            because=data["because"],
            at=timezone.now(),
            on=Carrier.today(),
        )
        return "They are on the telephone list again." if done else "They are on the list already."
