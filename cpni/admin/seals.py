"""Seals of the history, and purges: what was sealed, published, verified and removed."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import display
from unfold.utils import display_for_field

from accounts.admin.base import ReadOnlyAdmin
from accounts.admin.labels import BAD, GOOD, WAIT, label
from accounts.admin.pages import page
from cpni import history_rights
from cpni.models import HistoryPurge, PurgedRows, Seal, SealCheck, SealPublication
from cpni.seal_lines import channels, line_of
from cpni.sealing import parts_of

Channel = SealPublication.Channel
CHECKED = SealCheck._meta.get_field("checked_at")


class StateFilter(admin.SimpleListFilter):
    """By what the latest verification found."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The three states."""
        return [("bad", "Does not fit"), ("good", "Verified"), ("new", "Not verified yet")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """The seals in the chosen state."""
        checked = SealCheck.objects.values("seal_number")
        if self.value() == "new":
            return queryset.exclude(number__in=checked)
        if self.value() == "good":
            return queryset.filter(number__in=checked.filter(problem=""))
        if self.value() == "bad":
            return queryset.filter(number__in=checked.exclude(problem=""))
        return queryset


@admin.register(Seal)
class SealAdmin(ReadOnlyAdmin):
    """One seal for each day."""

    list_display = ("day", "count", "short_digest", "published", "state", "checked")
    list_filter = (StateFilter, ("day", RangeDateFilter))
    list_filter_submit = True
    ordering = ("-number",)
    fields = ("day", "sealed_at", "line", "published", "state", "checked", "problem", "tables")
    readonly_fields = ("line", "published", "state", "checked", "problem", "tables")

    def get_urls(self) -> list[URLPattern]:
        """One more: whether anyone can change history."""
        view = self.admin_site.admin_view(self.rights_view)
        return [path("rights/", view, name="cpni_seal_rights"), *super().get_urls()]

    def rights_view(self, request: HttpRequest) -> HttpResponse:
        """The proof, made now."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        proof = history_rights.prove(at=timezone.now())
        title = "Can anyone change history?"
        return page(self, request, "cpni/admin/history_rights.html", None, title=title, proof=proof)

    def get_queryset(self, request: HttpRequest) -> Any:
        """Without the manifests, which only a seal's own page reads."""
        return super().get_queryset(request).defer("manifest")

    def fill_in(self, request: HttpRequest, rows: list[Any]) -> None:
        """What was published and found, for all rows at once."""
        numbers = [seal.number for seal in rows]
        checks = SealCheck.objects.in_bulk(numbers)
        left: dict[int, list[str]] = {}
        for gone in SealPublication.objects.filter(seal_number__in=numbers):
            left.setdefault(gone.seal_number, []).append(gone.channel)
        for seal in rows:
            seal.check_made = checks.get(seal.number)
            seal.left_by = left.get(seal.number, [])

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        """A seal with what its own page shows."""
        seal = super().get_object(request, object_id, from_field)
        if seal is not None:
            self.fill_in(request, [seal])
        return seal

    @display(description="Rows", ordering="rows")
    def count(self, seal: Seal) -> str:
        """How many rows it covers."""
        return f"{seal.rows:,}"

    @display(description="Digest")
    def short_digest(self, seal: Seal) -> str:
        """The beginning, to compare by eye."""
        return f"{seal.digest[:16]}…"

    @display(description="Published")
    def published(self, seal: Any) -> str:
        """By which ways its line has left the database, and which it waits for."""
        waiting = [c for c in channels() if c not in seal.left_by]
        left = [Channel(c).label for c in sorted(seal.left_by)]
        words = [*left, *(f"{c.label}: not yet" for c in waiting)]
        return ", ".join(words) or "–"

    @display(description="State")
    def state(self, seal: Any) -> str:
        """What the latest verification found."""
        if seal.check_made is None:
            return label("Not verified yet", WAIT)
        return label("Does not fit", BAD) if seal.check_made.problem else label("Verified", GOOD)

    @display(description="Verified at")
    def checked(self, seal: Any) -> str:
        """When the rows were compared with it last."""
        return (
            display_for_field(seal.check_made.checked_at, CHECKED, "–") if seal.check_made else "–"
        )

    @display(description="Found first")
    def problem(self, seal: Any) -> str:
        """What did not fit, in words."""
        return (seal.check_made.problem if seal.check_made else "") or "–"

    @display(description="Line")
    def line(self, seal: Seal) -> SafeString:
        """What is published of it."""
        return format_html('<code class="break-all">{}</code>', line_of(seal))

    @display(description="Tables")
    def tables(self, seal: Seal) -> SafeString | str:
        """How many rows of which tables it covers."""
        try:
            parts = [part for part in parts_of(seal) if part.rows]
        except (ValueError, KeyError, TypeError):
            return "What the seal says cannot be read."
        if not parts:
            return "No history was recorded."
        lines = ((f"{part.rows:,}", part.form.table) for part in parts)
        return format_html_join(mark_safe("<br>"), "{} in {}", lines)


@admin.register(HistoryPurge)
class HistoryPurgeAdmin(ReadOnlyAdmin):
    """History that was removed because its time was over."""

    list_display = ("at", "because", "actor", "count")
    list_filter = (("at", RangeDateFilter),)
    list_filter_submit = True
    ordering = ("-id",)
    fields = ("at", "because", "actor", "tables")
    readonly_fields = ("tables",)

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the number of rows."""
        return super().get_queryset(request).annotate(removed_rows=Sum("removed__rows"))

    @display(description="Rows")
    def count(self, purge: Any) -> str:
        """How many rows it removed."""
        return f"{purge.removed_rows or 0:,}"

    @display(description="Tables")
    def tables(self, purge: HistoryPurge) -> SafeString | str:
        """How many rows of which tables it removed."""
        rows = PurgedRows.objects.filter(purge=purge).values_list("table")
        lines = ((f"{n:,}", name) for name, n in rows.annotate(n=Sum("rows")).order_by("table"))
        return format_html_join(mark_safe("<br>"), "{} in {}", lines) or "–"
