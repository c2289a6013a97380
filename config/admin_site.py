"""The admin site of CPNI Desk."""

from typing import Any

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.http import urlencode
from unfold.sites import UnfoldAdminSite

from config import error_pages


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
