"""Pages: long lists counted up to a bound, and pages of our own in the admin's frame."""

from base64 import b64decode, b64encode
from typing import Any, cast

from django.contrib.admin.views.main import SEARCH_VAR
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.functional import cached_property
from unfold.views import ChangeList

from accounts.encryption import Unreadable, seal, unseal


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


# Stands in an address for words that were searched for; the words stay in the session.
SEARCHED = "searched"


def keep_search(model_admin: Any, request: HttpRequest) -> HttpResponseRedirect:
    """Keep the words of a posted search, and lead to the list that they filter.

    Names, numbers and addresses are searched for, and must not get into addresses of pages, which
    every web server logs and every browser remembers.
    """
    words = request.POST.get(SEARCH_VAR, "").strip()
    # Sessions lie in the database, where names and numbers are encrypted.
    sealed = seal(words, search_place(request))
    request.session[search_key(model_admin)] = b64encode(sealed).decode()
    filters = request.POST.copy()
    for name in (SEARCH_VAR, SEARCHED, "csrfmiddlewaretoken"):
        filters.pop(name, None)
    if words:
        filters[SEARCHED] = "1"
    return HttpResponseRedirect(f"{request.path}?{filters.urlencode()}")


def search_key(model_admin: Any) -> str:
    """Where in the session the words of a list's search are."""
    return f"search:{model_admin.opts.label_lower}"


def kept_search(model_admin: Any, request: HttpRequest) -> str:
    """The words that :func:`keep_search` kept for this session."""
    sealed = b64decode(request.session.get(search_key(model_admin), ""))
    try:
        return unseal(sealed, search_place(request))
    except Unreadable:  # kept before the session or the keys changed
        return ""


def search_place(request: HttpRequest) -> str:
    """What kept words are bound to: the session."""
    return f"search {request.session.session_key}"


class RecordChangeList(ChangeList):
    """The library's list, plus one chance for the admin class to look up what the page shows.

    What is searched for is read from the session (see :func:`keep_search`).
    """

    def get_queryset(
        self, request: HttpRequest, exclude_parameters: list[str | None] | None = None
    ) -> QuerySet[Any]:
        """The rows, filtered and searched."""
        if SEARCHED in self.params:
            words = kept_search(self.model_admin, request)
            form = self.search_form_class({SEARCH_VAR: words})
            self.query = form.cleaned_data.get(SEARCH_VAR) or "" if form.is_valid() else ""
        found = super().get_queryset(request, exclude_parameters)
        request.filtered = self.said()  # type: ignore[attr-defined]
        return found

    def said(self) -> str:
        """How the list was searched and filtered, without the words of the search.

        Of what no filter of the list asked for, only the name is told: its value may be anything.
        """
        known = {name for spec in self.filter_specs for name in spec.expected_parameters()}
        said = [
            f"{name.partition('__')[0]}: {', '.join(map(str, values))}" if name in known else name
            for name, values in sorted(self.get_filters_params().items())
        ]
        if self.query:
            said.insert(0, f"by {self.model_admin.search_kind(self.query.strip())}")
        return "; ".join(said)

    def get_filters_params(self, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """The filters: that something was searched for is none."""
        found: dict[str, Any] = super().get_filters_params(params)
        found.pop(SEARCHED, None)
        return found

    def get_results(self, request: HttpRequest) -> None:
        """Fetch the page's rows, then let ``fill_in`` of the admin class complete them."""
        super().get_results(request)
        if not (self.query or self.has_active_filters):
            # Otherwise the title offers to "show all" of a list that shows all.
            self.full_result_count = self.result_count
        self.result_list: list[Any] = list(self.result_list)
        self.model_admin.fill_in(request, self.result_list)
        self.model_admin.note_list(request, self)


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
