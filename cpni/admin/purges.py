"""Purging: shown, confirmed with a reason, and recorded for good."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter
from unfold.decorators import display
from unfold.enums import ActionVariant

from accounts.admin.acts import ActForm, person
from accounts.admin.base import ReadOnlyAdmin
from accounts.admin.labels import GOOD, WAIT, label
from accounts.admin.pages import page
from accounts.counted_words import several
from accounts.errors import Refused
from accounts.models import Carrier
from cpni import purging
from cpni.models import Purge


class PurgeForm(ActForm):
    """The reason, and by which to tell that what was shown is still so."""

    seen = forms.CharField(widget=forms.HiddenInput)


@admin.register(Purge)
class PurgeAdmin(ReadOnlyAdmin):
    """What was purged, and the way to purge."""

    list_display = ("at", "kind", "table", "rows", "cut_off", "actor", "because", "result")
    list_filter = (("kind", ChoicesDropdownFilter), ("at", RangeDateFilter))
    list_filter_submit = True
    ordering = ("-id",)
    actions_list = ("purge_now",)
    fields = (
        "at",
        "as_of",
        "actor",
        "because",
        "kind",
        "table",
        "cut_off",
        "rows",
        "history_rows",
        "files",
        "id_ranges",
        "digest",
        "result",
    )
    readonly_fields = ("id_ranges", "result")

    def get_urls(self) -> list[URLPattern]:
        """One more: what is kept longer than it must be, and why."""
        view = self.admin_site.admin_view(self.kept_view)
        return [path("kept/", view, name="cpni_purge_kept"), *super().get_urls()]

    def kept_view(self, request: HttpRequest) -> HttpResponse:
        """Of each kind of record how many are past their time, and what holds them."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        lines = [_shown(line) for line in purging.plan(as_of=Carrier.today())]
        title = "Kept past its time"
        return page(self, request, "cpni/admin/kept.html", None, title=title, lines=lines)

    @display(description="Result")
    def result(self, purge: Purge) -> str:
        """Whether it came to its end."""
        return label("Done", GOOD) if purge.finished_at else label("Interrupted", WAIT)

    @display(description="Ids")
    def id_ranges(self, purge: Purge) -> str:
        """Which ids were removed, part by part."""
        return "; ".join(f"{low}–{high} ({count:,})" for low, high, count in purge.ranges)

    def purge_now(self, request: HttpRequest) -> HttpResponse:
        """GET shows what may be purged and what stays; POST purges exactly that."""
        if not (request.user.has_perm(purging.PERMISSION) and self.has_view_permission(request)):
            raise PermissionDenied
        today, list_url = Carrier.today(), reverse("admin:cpni_purge_changelist")
        form = PurgeForm(
            request.POST if request.method == "POST" else None, request=request, obj=None
        )
        if request.method == "POST" and form.is_valid():
            try:
                done = purging.purge(
                    as_of=today,
                    today=today,
                    by=person(request),
                    because=form.cleaned_data["because"],
                    seen=form.cleaned_data["seen"],
                )
            except Refused as refused:
                form.add_error(None, str(refused))
            else:
                total = sum(record.rows for record in done)
                messages.success(request, f"{count(total)} purged and recorded here.")
                return HttpResponseRedirect(list_url)
        lines = purging.plan(as_of=today)
        seen = purging.fingerprint(lines)
        if form.is_bound:
            form.data = {**form.data.dict(), "seen": seen}  # type: ignore[attr-defined]
        form.fields["seen"].initial = seen
        total = sum(line.removable for line in lines)
        return page(
            self,
            request,
            "cpni/admin/purge.html",
            None,
            title="Purge",
            outlook={
                "sentence": f"{count(total)} kept long enough; nothing relies on them, and no hold"
                " covers them. They are removed for good; that they were is recorded."
                if total
                else "There is nothing to purge today."
            },
            lines=[_shown(line) for line in lines],
            total=total,
            form=form,
            change_url=list_url,
            danger=True,
            media=self.media + form.media,
        )

    # What the library reads from an entry of actions_list.
    purge_now.allowed_permissions = (purging.PERMISSION,)  # type: ignore[attr-defined]
    purge_now.short_description = "Purge …"  # type: ignore[attr-defined]
    purge_now.url_path = "purge-now"  # type: ignore[attr-defined]
    purge_now.icon = "delete_sweep"  # type: ignore[attr-defined]
    purge_now.variant = ActionVariant.DEFAULT  # type: ignore[attr-defined]
    purge_now.attrs = {}  # type: ignore[attr-defined]


def count(records: int) -> str:
    """So many records, with the verb."""
    return several(records, "record has been", "records have been")


def _shown(line: purging.Line) -> dict[str, Any]:
    return {
        "title": line.records.label,
        "removable": line.removable,
        "cut_off": line.cut.on,
        "days": (_day(line.oldest), _day(line.newest)) if line.removable else None,
        "stays": line.stays,
    }


def _day(value: date | datetime | None) -> date | None:
    return timezone.localtime(value).date() if isinstance(value, datetime) else value
