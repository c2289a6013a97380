"""Files of customers' data that leave the desk: counted and warned about first, then recorded."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from unfold.contrib.import_export.forms import ExportForm

from accounts import looks
from accounts.admin.acts import reason_field
from accounts.counted_words import several

LARGE = 500  # customers from which on an export must be explained


def warning(number: int) -> str:
    """What whoever is about to export ``number`` customers should know."""
    said = (
        f"The file will hold the data of {several(number, 'customer')}. It leaves"
        " the protection of this desk: keep it where only those who need it can read it, and delete"
        " it after use. That you made it is recorded."
    )
    return f"This is a large export. {said}" if number > LARGE else said


class CountedExportForm(ExportForm):
    """The library's form; a large export needs a reason."""

    because = reason_field(label="Reason", required=False)

    def __init__(self, *args: Any, number: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.large = number > LARGE
        self.fields["because"].required = self.large

    def clean_because(self) -> str:
        """Spaces are no reason."""
        because: str = self.cleaned_data["because"].strip()
        if self.large and not because:
            raise forms.ValidationError(f"Exporting more than {LARGE} customers needs a reason.")
        return because


class CountedExport:
    """Mixed in before the library's export: the page counts and warns, the file is recorded."""

    export_template_name = "accounts/admin/export.html"

    def export_action(self: Any, request: HttpRequest) -> HttpResponseBase:
        """The form with the number of customers; posted, the file."""
        if not self.has_export_permission(request):
            raise PermissionDenied
        formats = self.get_export_formats()
        queryset = self.get_export_queryset(request)
        ids = list(queryset.values_list("pk", flat=True))
        form = CountedExportForm(
            formats,
            self.get_export_resource_classes(request),
            data=request.POST or None,
            number=len(ids),
        )
        if form.is_valid():
            file_format = formats[int(form.cleaned_data["format"])]()
            because = form.cleaned_data["because"]
            said = [f"{file_format.get_title().upper()} file", getattr(request, "filtered", "")]
            said.append(f"reason: {because}" if because else "")
            looks.note(
                request,
                ids,
                what=looks.What.EXPORTED,
                detail="; ".join(filter(None, said)),
                rows=len(ids),
            )
            file: HttpResponseBase = self._do_file_export(
                file_format, request, queryset, export_form=form
            )
            return file
        context = self.init_request_context_data(request, form)
        context.update(
            title="Export customers",
            warning=warning(len(ids)),
            large=form.large,
            filtered=getattr(request, "filtered", ""),
        )
        request.current_app = self.admin_site.name
        return TemplateResponse(request, [self.export_template_name], context=context)
