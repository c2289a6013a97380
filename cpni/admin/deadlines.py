"""The agenda of everything that has a day, and one's own address of it as a calendar."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from unfold.decorators import display
from unfold.enums import ActionVariant

from accounts.admin.acts import confirmed_act, person
from accounts.admin.base import ReadOnlyRecordAdmin
from accounts.admin.given_filters import SubjectFilter
from accounts.admin.labels import CALM, GOOD, label
from accounts.admin.pages import page
from accounts.business_days import in_words_left
from accounts.models import Carrier
from cpni import calendar_feeds, deadlines
from cpni.models import CalendarFeed


def agenda_page(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """What has a day, in order, each with its list or record."""
    if not request.user.has_perm(calendar_feeds.VIEW):
        raise PermissionDenied
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    today = Carrier.today()
    rows = [
        (
            deadline,
            address_of(deadline),
            in_words_left(today, deadline.day) if deadline.ends else "",
        )
        for deadline in deadlines.upcoming(person(request), on=today)
    ]
    return page(
        model_admin,
        request,
        "cpni/admin/deadlines.html",
        None,
        title="Deadlines",
        rows=rows,
        today=today,
        may_subscribe=request.user.has_perm(calendar_feeds.ADD),
    )


def address_of(deadline: deadlines.Deadline) -> str:
    """Where what it is about is done."""
    arguments = [] if deadline.record is None else [deadline.record]
    return reverse(f"admin:{deadline.page}", args=arguments) + deadline.query


def address_page(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """Make an address of one's own, shown this once, or revoke the one in use."""
    if not request.user.has_perm(calendar_feeds.ADD):
        raise PermissionDenied
    me, now, secret = person(request), timezone.now(), ""
    wish = request.POST.get("do", "") if request.method == "POST" else ""
    if wish == "make":
        secret = calendar_feeds.make(me, at=now)
    elif wish == "revoke" and (feed := calendar_feeds.own(me)):
        calendar_feeds.revoke(feed, at=now, by=me, because="Revoked by its person")
        return HttpResponseRedirect(request.path)
    address = reverse("calendar-feed", args=[secret]) if secret else ""
    return page(
        model_admin,
        request,
        "cpni/admin/calendar_address.html",
        None,
        title="Calendar address",
        feed=calendar_feeds.own(me),
        address=request.build_absolute_uri(address) if address else "",
    )


@admin.register(CalendarFeed)
class CalendarFeedAdmin(ReadOnlyRecordAdmin):
    """Who has an address at which the calendar of deadlines is read without signing in."""

    list_display = ("person", "made_at", "revoked_at", "status_label")
    list_filter = (SubjectFilter,)
    list_select_related = ("person",)
    ordering = ("-id",)
    fields = ("person", "made_at", "revoked_at")
    actions_detail = ("revoke",)

    @display(description="Status")
    def status_label(self, feed: CalendarFeed) -> str:
        """In use or revoked."""
        return label("Revoked", CALM) if feed.revoked_at else label("In use", GOOD)

    @confirmed_act(
        "Revoke",
        permission=calendar_feeds.CHANGE,
        outlook="The address opens nothing from now on. Its person can make another.",
        shown=lambda feed: feed.revoked_at is None,
        icon="link_off",
        variant=ActionVariant.DANGER,
    )
    def revoke(self, request: HttpRequest, feed: CalendarFeed, data: dict[str, Any]) -> str:
        """Close it."""
        calendar_feeds.revoke(feed, at=timezone.now(), by=person(request), because=data["because"])
        return "The address is revoked."
