"""What of the looks at customers was unusual, and how it was explained. Read-only but for that."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter, RangeDateFilter
from unfold.decorators import display
from unfold.enums import ActionVariant

from accounts import unusual_looks
from accounts.admin.acts import Outlook, confirmed_act, person
from accounts.admin.base import ReadOnlyRecordAdmin
from accounts.admin.given_filters import SubjectFilter
from accounts.admin.labels import GOOD, WAIT, label
from accounts.civil import in_words
from accounts.models import UnusualLook


class ReviewedFilter(DropdownFilter):
    """What waits to be explained."""

    title = "review"
    parameter_name = "review"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The two answers, and what is about oneself."""
        return [("open", "To be reviewed by me"), ("done", "Reviewed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[UnusualLook]) -> Any:
        """Those."""
        if self.value() == "open":
            return queryset.filter(pk__in=unusual_looks.unreviewed(person(request)).values("pk"))
        return queryset.filter(reviewed_at__isnull=False) if self.value() == "done" else queryset


def review_outlook(self: Any, request: HttpRequest, finding: UnusualLook) -> Outlook:
    """What there is to judge by."""
    return Outlook(
        "Ask the person and look at what they opened. What you enter as the reason is kept as the"
        " explanation and cannot be changed.",
        [
            ("Person", finding.person),
            ("Day", in_words(finding.day)),
            (finding.get_rule_display(), finding.says),
        ],
    )


@admin.register(UnusualLook)
class UnusualLookAdmin(ReadOnlyRecordAdmin):
    """What the daily report found, and how it was explained."""

    list_display = ("day", "who", "rule", "says", "status_label", "reviewer", "explanation")
    list_display_links = ("day",)
    list_filter = (
        ReviewedFilter,
        SubjectFilter,
        ("rule", ChoicesDropdownFilter),
        ("day", RangeDateFilter),
    )
    list_filter_submit = True
    list_select_related = ("person", "reviewed_by")
    search_fields = ("person__username__exact", "person__last_name__iexact")
    search_help_text = "Whole user name or last name"
    ordering = ("-day", "-id")
    fields = (
        "day",
        "who",
        "rule",
        "says",
        "looks_link",
        "status_label",
        "reviewer",
        "reviewed_at",
        "explanation",
    )
    readonly_fields = ("who", "looks_link", "status_label", "reviewer")
    actions_detail = ("review",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[UnusualLook]:
        """Of those whom this person may review."""
        found = super().get_queryset(request).select_related("person", "reviewed_by")
        return unusual_looks.of_people_whom(person(request), found, "person")

    @display(description="Who", ordering="person")
    def who(self, finding: UnusualLook) -> str:
        """The member of staff."""
        return str(finding.person)

    @display(description="Status")
    def status_label(self, finding: UnusualLook) -> str:
        """Whether it has been explained."""
        return label("Reviewed", GOOD) if finding.reviewed_at else label("To be reviewed", WAIT)

    @display(description="Reviewed by")
    def reviewer(self, finding: UnusualLook) -> str:
        """Who explained it."""
        return str(finding.reviewed_by or "–")

    @display(description="What they looked at")
    def looks_link(self, finding: UnusualLook) -> SafeString:
        """The person's looks of that day."""
        query = f"?person={finding.person_id}&at_from={finding.day}&at_to={finding.day}"
        address = reverse("admin:accounts_look_changelist") + query
        return format_html('<a class="text-link" href="{}">All looks of that day</a>', address)

    @confirmed_act(
        "Review",
        permission="accounts.review_unusuallook",
        outlook=review_outlook,
        shown=lambda finding: finding.reviewed_at is None,
        icon="fact_check",
        variant=ActionVariant.PRIMARY,
    )
    def review(self, request: HttpRequest, finding: UnusualLook, data: dict[str, Any]) -> str:
        """Keep the explanation."""
        unusual_looks.review(
            finding, by=person(request), because=data["because"], at=timezone.now()
        )
        return f"Reviewed: {finding.get_rule_display().lower()}, {finding.person}."
