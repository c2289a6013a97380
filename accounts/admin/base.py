"""The foundations of every admin class: records with who and why, and read-only records.

Nothing is deleted, nothing is done in bulk, and history is only ever read.
"""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.text import capfirst
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin, TabularInline
from unfold.checks import UnfoldModelAdminChecks

from accounts import looks
from accounts.admin import record_history
from accounts.admin.acts import possible_now, reason_field
from accounts.admin.pages import BoundedPaginator, RecordChangeList, keep_search
from accounts.admin.refusals import RefusableForm, ShowsRefusals
from accounts.fields import record_id
from accounts.history_words import Words


class ReasonForm(RefusableForm):
    """A form about a record, with the reason for the change."""

    because = reason_field(label="Reason for this change")


class Checks(UnfoldModelAdminChecks):
    """The library's checks but one: it asks the database, and ``migrate`` checks before it exists.

    That each act's permission exists is tested instead (tests/architecture/test_admin_by_role.py).
    """

    def _check_unfold_action_permission_methods(self, obj: Any) -> list[Any]:
        return []


# No filter of a list asks so; an address could, with a pattern that keeps the database busy.
PARTS_OF_TEXT = frozenset(
    f"{i}{lookup}" for i in ("", "i") for lookup in ("contains", "startswith", "endswith", "regex")
)


class PlainList:
    """What every list has in common."""

    checks_class = Checks
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # they count the whole table once per filter
    paginator = BoundedPaginator
    list_per_page = 50
    # Whether its pages show customers' data, so that each look is recorded (accounts.looks).
    shows_customers = False
    actions: Any = None  # what touches many records is a job or a campaign, never a ticked list

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """The list, under the name of what it lists (not “Select … to change”)."""
        if not self.has_view_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        if request.method == "POST":  # there are no bulk actions, so this is a search
            return keep_search(self, request)
        title = capfirst(self.model._meta.verbose_name_plural)  # type: ignore[attr-defined]
        context = {"title": title, **(extra_context or {})}
        return super().changelist_view(request, context)  # type: ignore[misc]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[RecordChangeList]:
        """The list that calls ``fill_in``."""
        return RecordChangeList

    def fill_in(self, request: HttpRequest, rows: list[Any]) -> None:
        """Look up, in a fixed number of queries, what the columns of these ``rows`` show."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The records, for whoever may view them: a page that forgot to ask is refused here."""
        if not self.has_view_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        return super().get_queryset(request)  # type: ignore[misc]

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Only the filters that the list shows; the library would take a question about any field.

        Such a question would put what is searched for in the address, and past the record of looks.
        """
        if not super().lookup_allowed(lookup, value, request):  # type: ignore[misc]
            return False
        field, _, asked = lookup.partition("__")
        if asked.rpartition("__")[2] in PARTS_OF_TEXT:
            return False
        declared = {item[0] for item in self.list_filter if isinstance(item, tuple)}  # type: ignore[attr-defined]
        fields = {found.name for found in self.model._meta.get_fields()}  # type: ignore[attr-defined]
        return field in declared or field in self.list_filter or field not in fields  # type: ignore[attr-defined]

    # --- Looks -----------------------------------------------------------------------------------

    def customer_of(self, obj: Any) -> int | None:
        """The id of the customer whose data ``obj`` shows; None when it shows nobody's yet."""
        return getattr(obj, "customer_id", None) if self.shows_customers else None

    def search_kind(self, term: str) -> str:
        """What kind of words ``term`` is; the record of looks keeps this and not the words."""
        return "words"

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        """The record; that it is shown, or is not there, is noted."""
        # A page that only shows asks up to three times: for its buttons, its form and its panels.
        read = request.__dict__.setdefault("records_read", {})
        key = (self.model, object_id, from_field)  # type: ignore[attr-defined]
        if request.method == "GET" and key in read:
            return read[key]
        obj = super().get_object(request, object_id, from_field)  # type: ignore[misc]
        if request.method == "GET":
            read[key] = obj
        if obj is None:
            looks.note(request, what=looks.What.MISSING, record=record_id(object_id))
        elif self.shows_customers:
            looks.note(request, [self.customer_of(obj)], record=obj.pk)
        return obj

    def note_list(self, request: HttpRequest, shown: RecordChangeList) -> None:
        """Note the customers on a page of the list, how they were found, and how many there are."""
        if not self.shows_customers:
            return
        said = shown.said()
        if shown.query:
            said = f"{shown.result_count} found {said}"
        looks.note(
            request,
            [self.customer_of(row) for row in shown.result_list],
            what=looks.What.SEARCHED if shown.query else looks.What.LISTED,
            detail=said,
            rows=len(shown.result_list),
        )

    # --- Acts ------------------------------------------------------------------------------------

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """The acts that this person may do and that the record's state allows."""
        allowed = super().get_actions_detail(request, object_id)  # type: ignore[misc]
        return possible_now(allowed, self.get_object(request, str(object_id))) if allowed else []

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is deleted, by nobody."""
        return False

    # The history is the ledger; the library's own log of the admin would be a second one beside it.
    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """Keep no second log."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """Keep no second log."""


class ClosedMixin:
    """Records that only verbs and jobs write: nothing can be added or changed by hand."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Closed."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Closed."""
        return False


class RecordAdmin(ShowsRefusals, PlainList, SimpleHistoryAdmin, ModelAdmin):
    """A record that staff may edit, with a reason, and whose history they may read."""

    form = ReasonForm
    warn_unsaved_form = True
    object_history_list_template = "accounts/admin/history_list.html"

    # --- Forms: every change has a reason --------------------------------------------------------

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """The form; a new record needs no reason."""
        form = super().get_form(request, obj, **kwargs)
        if obj is None and "because" in form.base_fields:
            form.base_fields["because"] = reason_field(label="Reason", required=False)
        return form

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The fields, and the reason after them for whoever may save."""
        may_save = self.has_change_permission(request, obj) if obj else True
        fieldsets = []
        for name, options in super().get_fieldsets(request, obj):
            fields = [f for f in options["fields"] if f != "because"]
            fieldsets.append((name, {**options, "fields": fields}))
        return [*fieldsets, (None, {"fields": ["because"]})] if may_save else fieldsets

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        """The record; where a form is about to be saved, locked, and read again under the lock.

        Otherwise a form could write over what a verb did between its check and its saving: a draft
        that was approved at that moment would be a draft again.
        """
        found = super().get_object(request, object_id, from_field)
        if found is not None and request.method == "POST" and connection.in_atomic_block:
            rows = self.model._default_manager.select_for_update(no_key=True, of=("self",))
            rows.filter(pk=found.pk).values_list("pk").first()
            found = super().get_object(request, object_id, from_field)
        return found

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save with who and why; a form in which nothing was changed writes no history."""
        if change and not set(form.changed_data) - {"because"}:
            return
        obj._change_reason = form.cleaned_data.get("because") or "Added"
        super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Give the records below this one the same author and reason."""
        for record in formset.save(commit=False):
            record._history_user = request.user
            record._change_reason = form.cleaned_data.get("because") or "Added"
            record.save()
        for record in formset.deleted_objects:
            record._history_user = request.user
            record._change_reason = form.cleaned_data.get("because")
            record.delete()
        formset.save_m2m()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save what hangs on the record, and remember whether anything was changed at all."""
        super().save_related(request, form, formsets, change)
        changed = set(form.changed_data) - {"because"}
        request.unchanged = change and not (  # type: ignore[attr-defined]
            changed or any(formset.has_changed() for formset in formsets)
        )

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Do not say that something was changed when nothing was."""
        if getattr(request, "unchanged", False):
            messages.info(request, "Nothing was changed, so nothing was recorded.")
            return self.response_post_save_change(request, obj)
        return super().response_change(request, obj)

    # --- History: read-only for everybody --------------------------------------------------------

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Who changed what, when and why."""
        if self.get_object(request, object_id) is None:
            raise Http404
        return super().history_view(request, object_id, extra_context)

    def get_historical_record_context_helper(self, request: HttpRequest, record: Any) -> Any:
        """Changes in words: labels instead of codes, dates as people write them."""
        return Words(self.model, record)

    def history_form_view(
        self,
        request: HttpRequest,
        object_id: str,
        version_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The record as it was. The library's page would save a POST; this one only shows."""
        return record_history.as_it_was(self, request, object_id, version_id)


class ReadOnlyRecordAdmin(ClosedMixin, RecordAdmin):
    """A record with history that only verbs and jobs write."""


class ReadOnlyAdmin(ClosedMixin, PlainList, ModelAdmin):
    """A record without history that only jobs write."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Without the link to a history that there is not."""
        context = {**(extra_context or {}), "show_history": False}
        return super().changeform_view(request, object_id, form_url, context)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """There is none."""
        raise Http404


class ReadOnlyInline(ClosedMixin, TabularInline):
    """Records below another, shown a page at a time."""

    extra = 0
    can_delete = False
    per_page = 20
    tab = True
    hide_title = True

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is deleted, by nobody."""
        return False
