"""Reconciliations: comparing a billing export with the records, and the lists of what differs."""

import tempfile
from pathlib import Path
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase, StreamingHttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from accounts import looks
from accounts.admin.acts import dress, person, reason_field
from accounts.admin.base import ReadOnlyAdmin
from accounts.admin.labels import BAD, GAP, GOOD, WAIT, choice_label, label
from accounts.admin.pages import page
from accounts.errors import Refused
from cpni import reconciling
from cpni.models import Difference, Reconciliation

Kind = Difference.Kind
TONES = {
    Kind.DENIAL_LOST: BAD,
    Kind.DENIAL_UNKNOWN: BAD,
    Kind.MISSING_HERE: GAP,
    Kind.STATE: GAP,
    Kind.UNREAD: WAIT,
    Kind.MISSING_THERE: GAP,
}
REMEDIES = {
    Kind.DENIAL_LOST: "Correct the billing system at once: it would let these be marketed to.",
    Kind.DENIAL_UNKNOWN: "Find each request, and enter it as an opt-out by the earlier system.",
    Kind.MISSING_HERE: "Import them, and send them a notice.",
    Kind.STATE: "Find out which is right; import the row, or correct the billing system.",
    Kind.UNREAD: "Mend these rows, and compare the file again.",
    Kind.MISSING_THERE: "Find out whether service ended; discontinue those whose did.",
}


class FileForm(forms.Form):
    """The file, and why it is compared."""

    file = forms.FileField(
        label="Billing export",
        help_text="CSV in UTF-8 with the columns account_number and, if there, status (active or"
        " discontinued) and opted_out or may_use (yes or no). Other columns are not read. A file"
        " too large for this page is compared by manage.py reconcile.",
    )
    because = reason_field(label="Reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            dress(field)


@admin.register(Reconciliation)
class ReconciliationAdmin(ReadOnlyAdmin):
    """Files that were compared."""

    list_display = ("file_name", "result", "started_at", "rows", "agree", "by")
    list_select_related = ("by",)
    search_fields = ("file_name__startswith", "digest__exact")
    search_help_text = "Start of the file's name, or its SHA-256"
    ordering = ("-started_at",)
    change_list_template = "cpni/admin/reconciliations.html"
    change_form_outer_before_template = "cpni/admin/reconciliation.html"

    def get_urls(self) -> list[URLPattern]:
        """Two more: comparing a file, and the differences of one kind as a file."""
        view = self.admin_site.admin_view
        return [
            path("compare/", view(self.compare_view), name="cpni_reconciliation_compare_file"),
            path("<int:number>/csv/<str:kind>/", view(self.csv_view), name="reconciliation-csv"),
            *super().get_urls(),
        ]

    def compare_view(self, request: HttpRequest) -> HttpResponseBase:
        """The form; posted, the comparison."""
        if not request.user.has_perm(reconciling.ADD):
            raise PermissionDenied
        form = FileForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            try:
                found = self._compare(request, form.cleaned_data)
            except Refused as refused:
                form.add_error("file", str(refused))
            else:
                messages.success(request, "Compared. Nothing was imported.")
                address = reverse("admin:cpni_reconciliation_change", args=[found.pk])
                return HttpResponseRedirect(address)
        title = "Compare a billing export"
        return page(self, request, "cpni/admin/compare_file.html", None, title=title, form=form)

    @staticmethod
    def _compare(request: HttpRequest, data: dict[str, Any]) -> Reconciliation:
        # Gone when it is read: what is kept of the file is its digest and what differs.
        with tempfile.NamedTemporaryFile(suffix=".csv") as kept:
            for part in data["file"].chunks():
                kept.write(part)
            kept.flush()
            return reconciling.reconcile(
                Path(kept.name),
                name=data["file"].name,
                by=person(request),
                because=data["because"],
                at=timezone.now(),
                clock=timezone.now,
            )

    def csv_view(self, request: HttpRequest, number: int, kind: str) -> HttpResponseBase:
        """The differences of one kind; that the file was made is recorded."""
        found = Reconciliation.objects.filter(pk=number).first()
        if not request.user.has_perm(reconciling.EXPORT):
            raise PermissionDenied
        if found is None or kind not in Kind.values:
            raise Http404
        ids = found.differences.filter(kind=kind, customer__isnull=False)
        customers = list(ids.values_list("customer", flat=True))
        looks.note(
            request,
            customers,
            what=looks.What.EXPORTED,
            detail=f"CSV file of reconciliation {number}: {kind}",
            rows=len(customers),
        )
        answer = StreamingHttpResponse(
            reconciling.export(found, kind, by=person(request)), content_type="text/csv"
        )
        answer["Content-Disposition"] = f'attachment; filename="{kind}-{number}.csv"'
        return answer

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """With the differences by kind, each with its list and its file."""
        found = self.get_object(request, object_id)
        table = []
        if found is not None:
            lists = reverse("admin:cpni_difference_changelist")
            table = [
                {
                    "label": kind.label,
                    "tone": TONES[kind],
                    "number": number,
                    "remedy": REMEDIES[kind],
                    "in_file": kind != Kind.MISSING_THERE,
                    "address": f"{lists}?reconciliation__id__exact={found.pk}&kind__exact={kind}",
                    "csv": reverse("admin:reconciliation-csv", args=[found.pk, kind.value]),
                }
                for kind, number in reconciling.counts(found)
            ]
        context = {
            **(extra_context or {}),
            "reconciliation": found,
            "differences": table,
            "may_export": request.user.has_perm(reconciling.EXPORT),
        }
        return super().change_view(request, object_id, form_url, context)

    @display(description="Result")
    def result(self, reconciliation: Reconciliation) -> str:
        """Whether every row agreed."""
        if not reconciliation.finished_at:
            return label("Not finished", WAIT)
        agree = reconciliation.agree == reconciliation.rows
        return label("Every row agrees", GOOD) if agree else label("Differs", GAP)


@admin.register(Difference)
class DifferenceAdmin(ReadOnlyAdmin):
    """What differs, customer by customer."""

    shows_customers = True

    list_display = ("account_number", "kind_label", "line", "ours", "theirs", "customer_link")
    list_filter = ("reconciliation", ("kind", ChoicesDropdownFilter))
    list_filter_submit = True
    list_select_related = ("customer",)
    search_fields = ("account_number__exact",)
    search_help_text = "The whole account number"
    ordering = ("id",)
    fields = ("account_number", "kind", "line", "ours", "theirs", "customer_link", "reconciliation")
    readonly_fields = ("customer_link",)

    @display(description="Difference", ordering="kind")
    def kind_label(self, difference: Difference) -> str:
        """The kind in colour and words."""
        return choice_label(difference, "kind", TONES)

    @display(description="Customer")
    def customer_link(self, difference: Difference) -> str:
        """The customer, as a link."""
        if difference.customer is None:
            return "–"
        address = reverse("admin:accounts_customer_change", args=[difference.customer_id])
        return format_html('<a class="text-link" href="{}">{}</a>', address, difference.customer)
