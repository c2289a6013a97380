"""Calls, what was proved in them, and releases of locks: to read, and to release a lock."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import display

from accounts import authentication_locks
from accounts.admin.acts import ActForm, Outlook, confirmed_act, person
from accounts.admin.base import ReadOnlyAdmin, ReadOnlyInline, ReadOnlyRecordAdmin
from accounts.admin.day_filter import DayFilter
from accounts.admin.given_filters import CustomerFilter, PersonFilter
from accounts.admin.labels import BAD, CALM, GAP, GOOD, WAIT, choice_label, label
from accounts.models import AuthenticationTry, Call, LockRelease

Result = AuthenticationTry.Result
RESULT_TONES = {
    Result.PASSED: GOOD,
    Result.FAILED: BAD,
    Result.LOCKED: BAD,
    Result.NOT_SET: GAP,
    Result.DECLINED: CALM,
}
OUTCOME_TONES = {
    Call.Outcome.DONE: GOOD,
    Call.Outcome.FOLLOW_UP: WAIT,
    Call.Outcome.NOT_AUTHENTICATED: GAP,
}


class TryInline(ReadOnlyInline):
    """Each try to authenticate the caller, in their order."""

    model = AuthenticationTry
    verbose_name_plural = "authentication"
    fields = ("at", "method", "result_label", "detail")
    readonly_fields = ("result_label",)
    ordering = ("pk",)

    @display(description="Result")
    def result_label(self, attempt: AuthenticationTry) -> str:
        """What came of it, in colour and words."""
        return choice_label(attempt, "result", RESULT_TONES)


class ReleaseForm(ActForm):
    """Which of the two locks of a call."""

    whose = forms.ChoiceField(
        label="Lock",
        choices=[("customer", "Of the customer"), ("representative", "Of the representative")],
        widget=forms.RadioSelect,
        initial="customer",
    )


def release_outlook(self: Any, request: HttpRequest, call: Call) -> Outlook:
    """Whom it lets go on, and until when they would wait."""
    left = authentication_locks.count(call.customer, call.by, at=timezone.now())
    until = timezone.localtime(left.until) if left.until else None
    return Outlook(
        "Password, back-up question and code may be tried again before the lock ends. It"
        " authenticates nobody, and whoever made the wrong tries cannot do it.",
        [
            ("Customer", call.customer),
            ("Representative", call.by),
            (
                "Locked until",
                f"{until:%B} {until.day}, {until:%-I:%M %p}" if until else "Not locked",
            ),
        ],
    )


class OpenFilter(DropdownFilter):
    """Calls that go on."""

    title = "in progress"
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Only those."""
        return [("1", "In progress")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Call]) -> QuerySet[Call]:
        """Those that have not ended."""
        return queryset.filter(ended_at=None) if self.value() else queryset


@admin.register(Call)
class CallAdmin(ReadOnlyRecordAdmin):
    """Every call, with the tries to authenticate the caller."""

    shows_customers = True
    list_display = ("started", "whom", "by", "direction", "caller", "outcome_label")
    list_display_links = ("started",)
    list_filter = (
        ("started_at", DayFilter),
        ("direction", ChoicesDropdownFilter),
        ("outcome", ChoicesDropdownFilter),
        OpenFilter,
        PersonFilter,
    )
    list_filter_submit = True
    list_select_related = ("customer", "by")
    search_fields = ("customer__account_number__exact", "by__username__exact")
    search_help_text = "Whole account number or user name"
    ordering = ("-id",)
    inlines = (TryInline,)
    fields = (
        "whom",
        "by",
        "direction",
        "caller",
        "authorised_user",
        "caller_name",
        "started_at",
        "ended_at",
        "outcome_label",
        "note",
    )
    readonly_fields = ("whom", "outcome_label")
    actions_detail = ("release_lock",)

    @display(description="Started", ordering="id")
    def started(self, call: Call) -> Any:
        """When it began."""
        return call.started_at

    @display(description="Customer")
    def whom(self, call: Call) -> str:
        """The customer, as a link."""
        return customer_link(call)

    @display(description="Outcome", ordering="outcome")
    def outcome_label(self, call: Call) -> str:
        """How it ended, in colour and words."""
        return (
            label("In progress", WAIT)
            if call.is_open
            else choice_label(call, "outcome", OUTCOME_TONES)
        )

    @confirmed_act(
        "Release a lock",
        permission=authentication_locks.RELEASE,
        outlook=release_outlook,
        form=ReleaseForm,
        icon="lock_open",
    )
    def release_lock(self, request: HttpRequest, call: Call, data: dict[str, Any]) -> str:
        """End one lock."""
        whose = data["whose"]
        done = authentication_locks.release(
            customer=call.customer if whose == "customer" else None,
            representative=call.by if whose == "representative" else None,
            by=person(request),
            at=timezone.now(),
            because=data["because"],
        )
        return "Released: tries are counted anew." if done else "There is no such lock now."


@admin.register(AuthenticationTry)
class AuthenticationTryAdmin(ReadOnlyAdmin):
    """Each try to authenticate a caller, over all calls."""

    shows_customers = True
    list_display = ("at", "whom", "by", "method", "result_label")
    list_display_links = ("at",)
    list_filter = (
        ("result", ChoicesDropdownFilter),
        ("method", ChoicesDropdownFilter),
        ("at", DayFilter),
        PersonFilter,
        CustomerFilter,
    )
    list_filter_submit = True
    list_select_related = ("customer", "by")
    search_fields = ("customer__account_number__exact", "by__username__exact")
    search_help_text = "Whole account number or user name"
    ordering = ("-id",)
    fields = ("at", "whom", "by", "call", "method", "result_label", "detail")
    readonly_fields = ("whom", "result_label")

    @display(description="Customer")
    def whom(self, attempt: AuthenticationTry) -> str:
        """The customer, as a link."""
        return customer_link(attempt)

    @display(description="Result", ordering="result")
    def result_label(self, attempt: AuthenticationTry) -> str:
        """What came of it, in colour and words."""
        return choice_label(attempt, "result", RESULT_TONES)


@admin.register(LockRelease)
class LockReleaseAdmin(ReadOnlyAdmin):
    """Which locks were ended before their time, by whom and why."""

    shows_customers = True
    list_display = ("at", "whose", "by", "because")
    list_display_links = ("at",)
    list_filter = (("at", DayFilter),)
    list_filter_submit = True
    list_select_related = ("customer", "representative", "by")
    ordering = ("-id",)
    fields = ("at", "whose", "by", "because")
    readonly_fields = ("whose",)

    @display(description="Lock of")
    def whose(self, release: LockRelease) -> str:
        """The customer, or the representative."""
        return customer_link(release) if release.customer else str(release.representative)


def customer_link(record: Any) -> str:
    """The customer of ``record`` as a link to their page."""
    address = reverse("admin:accounts_customer_change", args=[record.customer_id])
    return format_html('<a class="text-link" href="{}">{}</a>', address, record.customer)
