"""Customers whom an incident or a breach affects: counted, and linked to their list and export."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from accounts.admin.given_filters import GivenFilter
from accounts.models import Customer
from cpni import breaches, incidents
from cpni.models import Breach, Incident


class _AffectedFilter(GivenFilter):
    """Customers whom the record with the given number affects, for whoever may view that record."""

    model: type[Incident] | type[Breach]
    permission: str

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """What the link asked for."""
        if not request.user.has_perm(self.permission):
            return []
        return super().lookups(request, model_admin)

    def words(self, value: str) -> str:
        """The record."""
        return str(self.model._default_manager.filter(pk=int(value)).first() or "?")

    def of(self, record: Any) -> QuerySet[Customer]:
        """Whom ``record`` affects."""
        raise NotImplementedError

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those."""
        number = self.number()
        if number is None or not request.user.has_perm(self.permission):
            return queryset
        record = self.model._default_manager.filter(pk=number).first()
        if record is None:
            return queryset.none()
        return queryset.filter(pk__in=self.of(record).order_by().values("pk"))


class IncidentFilter(_AffectedFilter):
    """Customers whose time to object an incident overlapped."""

    title = "incident"
    parameter_name = "incident"
    model = Incident
    permission = "cpni.view_incident"

    def of(self, record: Incident) -> QuerySet[Customer]:
        """Whom it affects."""
        return incidents.affected(record)


class BreachFilter(_AffectedFilter):
    """Customers who are named in a breach."""

    title = "breach"
    parameter_name = "breach"
    model = Breach
    permission = "cpni.view_breach"

    def of(self, record: Breach) -> QuerySet[Customer]:
        """Who is named."""
        return breaches.affected(record)


def link(record: Incident | Breach, number: int) -> str:
    """``number`` as a link to the list of the customers of ``record``, which can be exported."""
    if not number:
        return "None"
    return format_html(
        '<a class="text-link" href="{}">{}</a>, listed there, to be exported as CSV',
        f"{reverse('admin:accounts_customer_changelist')}?{record._meta.model_name}={record.pk}",
        f"{number:,}",
    )
