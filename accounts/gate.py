"""Between the door and the desk: sessions that are over, and people without a second factor."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounts import second_factor, sessions, signin_events

# What remains open to somebody who has no second factor yet where one is required.
ENROLMENT = {
    "account_logout",
    "account_reauthenticate",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "logout",
    "jsi18n",
}


class GateMiddleware:
    """Looks at every request of somebody who is signed in, whatever it asks for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = timezone.now()
            over = sessions.why_over(request, at=now)
            if over:
                kind, words = over
                signin_events.record(kind, user=request.user, request=request, at=now)
                return self.sign_out(request, words)
            sessions.touch(request, at=now)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponse | None:
        """Send whoever has shown no second factor to where they can, and nowhere else."""
        if not request.user.is_authenticated or not second_factor.is_required():
            return None
        user = request.user
        if second_factor.is_shown(request, user):
            return None
        match = request.resolver_match
        if match and match.url_name in ENROLMENT:
            return None
        if second_factor.authenticators(user).exists():
            # A session from before it was set up, or opened past the pages that ask for it.
            return self.sign_out(request, "Please sign in with your second factor.")
        return HttpResponseRedirect(reverse("mfa_index"))

    def sign_out(self, request: HttpRequest, words: str) -> HttpResponse:
        """End this session, say why, and come back here after signing in."""
        logout(request)
        messages.warning(request, words)
        address = reverse("account_login")
        if request.method == "GET":
            address += "?" + urlencode({"next": request.get_full_path()})
        return HttpResponseRedirect(address)
