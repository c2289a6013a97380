"""Pages: long lists counted up to a bound, and pages of our own in the admin's frame."""

from typing import Any, cast

from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.functional import cached_property
from unfold.views import ChangeList


class BoundedPaginator(Paginator):
    """Counts no further than ``MOST``, so that a list of millions opens like one of hundreds.

    Whoever looks for a row beyond that searches or filters.
    """

    MOST = 10_000
    template_name = "accounts/admin/pagination.html"

    @cached_property
    def count(self) -> int:
        """The number of rows, or ``MOST`` when there are more."""
        found = cast(QuerySet[Any], self.object_list)
        return found.order_by()[: self.MOST].count()

    @property
    def capped(self) -> bool:
        """Whether there may be more rows than were counted."""
        return self.count == self.MOST


class RecordChangeList(ChangeList):
    """The library's list, plus one chance for the admin class to look up what the page shows."""

    def get_results(self, request: HttpRequest) -> None:
        """Fetch the page's rows, then let ``fill_in`` of the admin class complete them."""
        super().get_results(request)
        if not (self.query or self.has_active_filters):
            # Otherwise the title offers to "show all" of a list that shows all.
            self.full_result_count = self.result_count
        self.result_list: list[Any] = list(self.result_list)
        self.model_admin.fill_in(request, self.result_list)


def page(
    model_admin: Any, request: HttpRequest, template: str, obj: Model | None, **context: Any
) -> TemplateResponse:
    """A page of the admin's own about ``obj``, in the admin's frame."""
    request.current_app = model_admin.admin_site.name
    return TemplateResponse(
        request,
        template,
        {
            **model_admin.admin_site.each_context(request),
            "opts": model_admin.opts,
            "original": obj,
            "media": model_admin.media,
            **context,
        },
    )
