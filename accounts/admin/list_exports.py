"""A list taken along as a file: what it shows, as it is filtered, row by row.

As with the export of customers (``accounts.admin.exports``) whoever asks is told what leaves and
gives a reason, and that they made it is recorded, with whom it holds.
"""

from collections.abc import Iterable, Iterator
from html import unescape
from itertools import islice
from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import display_for_field, label_for_field, lookup_field
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from django.utils.html import strip_tags

from accounts import looks
from accounts.admin.acts import ActForm, Outlook
from accounts.admin.exports import warning
from accounts.admin.pages import page
from accounts.spreadsheets import line

EXPORT = "accounts.export_customer"
AT_ONCE = 500  # rows of which the list looks up what its columns show


class ListExport:
    """Mixed in before the base: a list of records of customers that can be exported as CSV."""

    change_list_template = "accounts/admin/exported_list.html"

    def get_urls(self: Any) -> list[URLPattern]:
        """One more: the export."""
        view = self.admin_site.admin_view(self.export_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_export"
        return [path("export/", view, name=name), *super().get_urls()]  # type: ignore[misc]

    def changelist_view(
        self: Any, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """With the way to the file, for whoever may take it along."""
        context = {"may_export": request.user.has_perm(EXPORT), **(extra_context or {})}
        return super().changelist_view(request, context)  # type: ignore[misc]

    def export_view(self: Any, request: HttpRequest) -> HttpResponseBase:
        """What the file will hold, and a form for the reason; posted, the file."""
        if not (request.user.has_perm(EXPORT) and self.has_view_permission(request)):
            raise PermissionDenied
        try:
            rows = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:
            return HttpResponseRedirect("../?e=1")
        form = ActForm(request.POST or None, request=request, obj=None)
        customers = list(rows.order_by().values_list("customer", flat=True))
        said = request.filtered  # type: ignore[attr-defined]
        if form.is_valid():
            parts = ["CSV file", said, f"reason: {form.cleaned_data['because']}"]
            looks.note(
                request,
                customers,
                what=looks.What.EXPORTED,
                detail="; ".join(filter(None, parts)),
                rows=len(customers),
            )
            name = f"attachment; filename={self.opts.model_name}.csv"
            return StreamingHttpResponse(
                self.exported(request, rows),
                content_type="text/csv; charset=utf-8",
                headers={"Content-Disposition": name},
            )
        title = f"Export {self.opts.verbose_name_plural}"
        facts = [
            ("Rows", f"{len(customers):,}"),
            ("Filtered", said or "Not at all: the whole list"),
        ]
        return page(
            self,
            request,
            "accounts/admin/act.html",
            None,
            title=title,
            outlook=Outlook(warning(len(set(customers) - {None})), facts),
            form=form,
            change_url=f"../?{request.GET.urlencode()}",
        )

    def exported(self: Any, request: HttpRequest, rows: Any) -> Iterator[str]:
        """The lines of the file: the columns of the list, in words."""
        columns = self.get_list_display(request)
        names = [label_for_field(name, self.model, model_admin=self) for name in columns]
        yield line(str(name) for name in names)
        left = rows.iterator(chunk_size=AT_ONCE)
        while found := list(islice(left, AT_ONCE)):
            self.fill_in(request, found)
            for row in found:
                yield line(self._cells(row, columns))

    def _cells(self: Any, row: Any, columns: Iterable[str]) -> Iterator[str]:
        for name in columns:
            field, _, value = lookup_field(name, row, self)
            shown = value if field is None else display_for_field(value, field, "")
            words = " ".join(unescape(strip_tags(str("" if shown is None else shown))).split())
            yield "" if words in ("-", "–") else words
