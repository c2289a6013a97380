"""The admin site of CPNI Desk."""

from typing import Any

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode
from unfold.sites import UnfoldAdminSite

from config import error_pages

ALL_OPEN = 24  # entries that are found at a glance: so long a menu is shown whole


class DeskAdminSite(UnfoldAdminSite):
    """The site on which every admin class is registered.

    Django's own door is closed: it knows neither limits nor second factors. Its addresses lead to
    the pages that do (config/account_pages.py).
    """

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Sign in, or say that one may not when one already has."""
        if request.user.is_authenticated and not self.has_permission(request):
            return error_pages.page(error_pages.NO_ROLE)
        wanted = request.GET.get(REDIRECT_FIELD_NAME)
        address = reverse("account_login")
        if wanted:
            address += "?" + urlencode({REDIRECT_FIELD_NAME: wanted})
        return HttpResponseRedirect(address)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Change one's password."""
        return HttpResponseRedirect(reverse("account_change_password"))

    def autocomplete_view(self, request: HttpRequest) -> JsonResponse:
        """Closed. No form here uses it, and it answers for any foreign key that there is.

        So it would be a search for customers by name, with the name in the address, that the record
        of looks does not see. A form that needs it opens it for its own field, and notes the look.
        """
        raise PermissionDenied

    def get_sidebar_list(self, request: HttpRequest) -> list[dict[str, Any]]:
        """The groups of the menu (config/unfold.py).

        ``open`` says which are unfolded: all of a short menu; of a long one where one is.
        """
        groups = super().get_sidebar_list(request)
        short = sum(len(group["items"]) for group in groups) <= ALL_OPEN
        for group in groups:
            here = any(item["active"] for item in group["items"])
            group["open"] = short or here or not group.get("title")
        return groups

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """Every model with its addresses, worked out when a page shows it: most show the menu."""
        listed = super().get_app_list
        return SimpleLazyObject(lambda: listed(request, app_label))
