"""Importing by hand: the file is checked before it is read, and so is what is confirmed."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from import_export.forms import ConfirmImportForm
from unfold.contrib.import_export.forms import ImportForm

from accounts.fields import validate_one_line
from accounts.upload_checks import validate_table
from accounts.uploads import waits


class CheckedImportForm(ImportForm):
    """The library's form; the file must be a table in text, of a size that can be previewed."""

    def clean_import_file(self) -> UploadedFile:
        """The file, from its beginning."""
        file: UploadedFile = self.cleaned_data["import_file"]
        validate_table(file)
        return file


class CheckedConfirmForm(ConfirmImportForm):
    """The library's form, whose hidden fields come back as the browser likes.

    Only a file that waits is confirmed, and only as what we import; the library takes any number
    for a format, and stops at one that it has not.
    """

    format = forms.ChoiceField(choices=[("0", "CSV")], widget=forms.HiddenInput)
    resource = forms.ChoiceField(
        choices=[("0", "Customers")], widget=forms.HiddenInput, required=False
    )
    original_file_name = forms.CharField(
        max_length=255, widget=forms.HiddenInput, validators=[validate_one_line]
    )

    def clean_import_file_name(self) -> str:
        """The name of a file that waits."""
        name: str = super().clean_import_file_name()
        if not waits(name):
            raise forms.ValidationError("This file is gone.")
        return name


class CheckedImport:
    """Mixed in before the library's import: its two steps with checked forms."""

    import_form_class = CheckedImportForm
    confirm_form_class = CheckedConfirmForm

    def process_import(self: Any, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """Import what was previewed; back to choosing a file when that does not wait any more."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        if request.method == "POST" and not self.create_confirm_form(request).is_valid():
            messages.error(
                request,
                "The previewed file is gone: it is kept for an hour, until it is imported. Nothing"
                " was imported. Choose it again.",
            )
            names = (self.opts.app_label, self.opts.model_name)
            return HttpResponseRedirect(reverse("admin:{}_{}_import".format(*names)))
        answer: HttpResponseBase = super().process_import(request, **kwargs)  # type: ignore[misc]
        return answer
