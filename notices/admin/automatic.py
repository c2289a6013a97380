"""Automatic notices: proposed by themselves, approved once, stopped; and what they did."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html_join
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import display
from unfold.enums import ActionVariant

from accounts.admin.acts import Outlook, confirmed_act, person
from accounts.admin.base import RecordAdmin
from accounts.admin.labels import CALM, GOOD, WAIT, choice_label
from accounts.models import Carrier
from notices import automatic
from notices.models import AutomaticNotice, Campaign
from notices.policies import in_force

Status = AutomaticNotice.Status
TONES = {Status.PROPOSED: WAIT, Status.APPROVED: GOOD, Status.STOPPED: CALM}


def approve_outlook(self: Any, request: HttpRequest, found: AutomaticNotice) -> Outlook:
    """What it does from then on."""
    whom = {
        AutomaticNotice.Kind.NEW: "every active customer who was never noticed in this service",
        AutomaticNotice.Kind.RENEWAL: "every customer whose last notice is 22 months old",
    }[AutomaticNotice.Kind(found.kind)]
    running = AutomaticNotice.objects.filter(kind=found.kind, status=Status.APPROVED).first()
    hours = (
        f"From {found.send_from:%H:%M} to {found.send_until:%H:%M}"
        if found.send_from and found.send_until
        else "At any hour"
    )
    return Outlook(
        f"From today it goes every day to {whom}, without being asked again, until it is stopped.",
        [
            ("Notice", found.notice),
            ("Due today", automatic.due(found, on=Carrier.today())),
            ("E-mail leaves", hours),
            ("E-mails on one day", found.daily_cap or "As many as are due"),
            *([("Takes the place of", running)] if running else []),
        ],
    )


def ask_whether_held(rows: list[Any]) -> None:
    """Give each of ``rows`` its ``why_held``, and whether another policy is in force."""
    today = Carrier.today()
    held, policy = automatic.held(on=today), in_force(today)
    for row in rows:
        row.why_held = held.get(row, "")
        row.outdated = policy is not None and row.notice.policy_version_id != policy.pk


class HeldFilter(DropdownFilter):
    """Approved ones that go to nobody."""

    title = "held"
    parameter_name = "held"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The one question."""
        return [("yes", "Approved, and goes to nobody now")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AutomaticNotice]) -> Any:
        """Those."""
        if self.value() != "yes":
            return queryset
        return queryset.filter(pk__in=[one.pk for one in automatic.held(on=Carrier.today())])


@admin.register(AutomaticNotice)
class AutomaticNoticeAdmin(RecordAdmin):
    """Who is noticed by itself, with which notice, and by whose approval."""

    list_display = ("kind", "notice", "status_label", "approved_by", "approved_at", "next_step")
    list_display_links = ("kind",)
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        HeldFilter,
    )
    list_select_related = ("notice", "approved_by")
    ordering = ("-id",)
    fields = (
        "kind",
        "notice",
        "within_days",
        ("send_from", "send_until"),
        "rate_per_minute",
        "daily_cap",
        "warm_up",
        "status_label",
        "next_step",
        "approved_by",
        "approved_at",
        "sent_by",
    )
    readonly_fields = (
        "kind",
        "notice",
        "status_label",
        "next_step",
        "approved_by",
        "approved_at",
        "sent_by",
    )
    actions_detail = ("approve", "stop")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """They propose themselves."""
        return False

    def fill_in(self, request: HttpRequest, rows: list[Any]) -> None:
        """Which of them are held, and why: one of a kind is approved, so a fixed few queries."""
        ask_whether_held(rows)

    @display(description="Status", ordering="status")
    def status_label(self, found: AutomaticNotice) -> str:
        """Proposed, approved or stopped."""
        return choice_label(found, "status", TONES)

    @display(description="Next step")
    def next_step(self, found: Any) -> str:
        """What is to be done."""
        if not hasattr(found, "why_held"):
            ask_whether_held([found])
        if found.why_held:
            return f"Held. {found.why_held}"
        if found.outdated and found.status == Status.PROPOSED:
            return "Stop it: another policy is in force"
        return {Status.PROPOSED: "Approve or stop it", Status.APPROVED: "Runs by itself"}.get(
            Status(found.status), "–"
        )

    @display(description="Campaigns")
    def sent_by(self, found: AutomaticNotice) -> str:
        """The campaign of each month, as links."""
        campaigns = Campaign.objects.filter(automatic=found).order_by("-month")[:24]
        address = "admin:notices_campaign_change"
        rows = [(reverse(address, args=[c.pk]), c) for c in campaigns]
        return (
            format_html_join("\n", '<div><a class="text-link" href="{}">{}</a></div>', rows) or "–"
        )

    @confirmed_act(
        "Approve",
        permission=automatic.APPROVE,
        outlook=approve_outlook,
        shown=lambda found: found.status == Status.PROPOSED,
        icon="task_alt",
        variant=ActionVariant.PRIMARY,
    )
    def approve(self, request: HttpRequest, found: AutomaticNotice, data: dict[str, Any]) -> str:
        """Let it run."""
        automatic.approve(found, at=timezone.now(), by=person(request), because=data["because"])
        return f"From {Carrier.today():%B %-d} on it runs by itself, every day."

    @confirmed_act(
        "Stop",
        permission=automatic.APPROVE,
        outlook="Nobody more is noticed by it. Who has become due waits on the home page.",
        shown=lambda found: found.status != Status.STOPPED,
        icon="block",
        variant=ActionVariant.DANGER,
    )
    def stop(self, request: HttpRequest, found: AutomaticNotice, data: dict[str, Any]) -> str:
        """End it."""
        automatic.stop(found, by=person(request), because=data["because"])
        return "It is stopped."
