"""A record's history as pages: changes in words, and the record as it was."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.text import capfirst
from unfold.utils import display_for_field

from accounts.admin.pages import page
from accounts.history_words import EMPTY


def as_it_was(
    model_admin: Any, request: HttpRequest, object_id: str, version_id: str
) -> HttpResponse:
    """One earlier state of a record, field by field. Anything but reading is refused."""
    obj = model_admin.get_object(request, object_id)
    if not model_admin.has_view_history_or_change_history_permission(request, obj):
        raise PermissionDenied
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    if obj is None or not version_id.isdecimal():
        raise Http404
    manager = getattr(model_admin.model, model_admin.model._meta.simple_history_manager_attribute)
    record = manager.filter(id=obj.pk, history_id=version_id).first()
    if record is None:
        raise Http404
    return page(
        model_admin,
        request,
        "accounts/admin/as_it_was.html",
        obj,
        title="As it was",
        record=record,
        fields=list(_fields(model_admin.model, record)),
    )


def _fields(model: type[Model], record: Any) -> Iterator[tuple[str, Any]]:
    """Each field's name and value in the historical ``record``."""
    kept = {field.name: field for field in record._meta.fields}
    for field in model._meta.fields:
        if field.name not in kept or field.primary_key:
            continue
        try:
            value = getattr(record, field.name)
        except ObjectDoesNotExist:
            value = f"#{getattr(record, field.attname)}, no longer there"
        if not field.is_relation:
            value = display_for_field(value, kept[field.name], EMPTY)
        yield capfirst(str(field.verbose_name)), EMPTY if value is None else value
    for many in record._history_m2m_fields:
        rows = getattr(record, many.name).select_related(many.m2m_reverse_field_name())
        # Where the link says more than what it leads to, it says how that reads.
        said = getattr(many.remote_field.through, "said", None)
        if said:
            values = "\n".join(map(said, rows))
        else:
            values = ", ".join(str(getattr(row, many.m2m_reverse_field_name())) for row in rows)
        yield capfirst(str(many.verbose_name)), values or EMPTY
