"""A form whose verb refused what was entered is shown again, with the sentence that says why."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts.errors import Refused


class RefusableForm(forms.ModelForm):
    """A form with what a verb answered to these very values (see ``ShowsRefusals``)."""

    refusal: Refused | None = None

    def clean(self) -> dict[str, Any] | None:
        """The library's checks, and the verb's refusal as one more of them."""
        if self.refusal:
            raise ValidationError(str(self.refusal))
        return super().clean()


class ShowsRefusals:
    """For an admin that saves through a verb, with a ``RefusableForm``."""

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """The form, with the refusal if there was one."""
        form = super().get_form(request, obj, **kwargs)  # type: ignore[misc]
        form.refusal = getattr(request, "refusal", None)
        return form

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Show the form again with the sentence when a verb refuses what was entered."""
        view = super().changeform_view  # type: ignore[misc]
        try:
            return view(request, object_id, form_url, extra_context)
        except Refused as refused:
            request.refusal = refused  # type: ignore[attr-defined]
            return view(request, object_id, form_url, extra_context)
