"""Filtering instants by civil days."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import RangeDateFilter

from accounts.civil import begins, ends


class DayFilter(RangeDateFilter):
    """Civil days in the carrier's zone; the library would end a range with midnight before it."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """From the first instant of one day to the last of the other."""
        zone = timezone.get_current_timezone()
        first_name, last_name = self.expected_parameters()
        try:
            first, last = (
                date.fromisoformat(str(self.used_parameters[name]))
                if self.used_parameters.get(name)
                else None
                for name in (first_name, last_name)
            )
        except ValueError:
            return queryset
        if first:
            queryset = queryset.filter(**{f"{self.field_path}__gte": begins(first, zone)})
        if last:
            queryset = queryset.filter(**{f"{self.field_path}__lt": ends(last, zone)})
        return queryset
