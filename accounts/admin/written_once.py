"""Records that staff enter once and nobody changes: the entry is its own history."""

from typing import Any

from django.http import HttpRequest
from unfold.admin import ModelAdmin

from accounts.admin.base import ReadOnlyAdmin
from accounts.admin.refusals import RefusableForm, ShowsRefusals


class FilledInWhenNew:
    """What is read-only of a record is asked for in a new one."""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """None in a new one."""
        return super().get_readonly_fields(request, obj) if obj else ()  # type: ignore[misc]


class WrittenOnceAdmin(FilledInWhenNew, ShowsRefusals, ReadOnlyAdmin):
    """Added through a verb, which may refuse; then only read. Subclasses name ``add_fields``."""

    form = RefusableForm
    add_fields: tuple[str, ...] = ()
    warn_unsaved_form = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever holds the permission."""
        return ModelAdmin.has_add_permission(self, request)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What is asked for, or all that is known."""
        return self.fields if obj else self.add_fields
