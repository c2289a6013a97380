"""A form for a page about a period: from the first day to the last, in order."""

from typing import Any

from django import forms

from accounts.admin.acts import dress


class PeriodForm(forms.Form):
    """Subclasses add the days ``first`` and ``last`` with their labels, and what else is asked."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            dress(field)

    def clean(self) -> dict[str, Any] | None:
        """In order."""
        data = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if first and last and last < first:
            raise forms.ValidationError("The last day lies before the first. Exchange them.")
        return data
