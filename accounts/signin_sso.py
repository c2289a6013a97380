"""Single sign-on by OpenID Connect: for accounts that exist, and for nobody else."""

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from accounts import signin_events
from accounts.models import SignInEvent, User


class SsoAdapter(DefaultSocialAccountAdapter):
    """Finds the account that the identity provider means.

    The first time by the claim that ``OIDC_USERNAME_CLAIM`` names; from then on by the provider's
    own id of the person (``sub``), which does not change hands when a name does.
    """

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Nobody is created by signing on."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Let an account of ours in, or say that there is none."""
        if sociallogin.state.get("process", "login") != "login":
            # A page elsewhere could make a browser connect its own identity to this account.
            raise ImmediateHttpResponse(HttpResponseRedirect(reverse("account_login")))
        if sociallogin.is_existing:
            if not sociallogin.user.is_active:
                self.refuse(request, sociallogin.user)
            return
        user = self.account_of(sociallogin.account.extra_data)
        if user is None:
            self.refuse(request, None)
        sociallogin.connect(request, user)

    def account_of(self, said: dict[str, Any]) -> User | None:
        """The active account whose user name the provider gives, and that nobody else signs on to.

        ``said`` holds what the provider says in ``id_token`` and ``userinfo``.
        """
        claims = {**said.get("userinfo", {}), **said.get("id_token", {})}
        name = claims.get(settings.OIDC_USERNAME_CLAIM)
        if not name or not isinstance(name, str):
            return None
        if settings.OIDC_USERNAME_CLAIM == "email" and claims.get("email_verified") is False:
            return None
        return User.objects.filter(
            username__iexact=name, is_active=True, socialaccount__isnull=True
        ).first()

    def refuse(self, request: HttpRequest, user: User | None) -> None:
        """Record it and go back to the door."""
        signin_events.record(
            SignInEvent.Kind.SSO_REFUSED, user=user, request=request, at=timezone.now()
        )
        messages.error(
            request,
            "Your company’s sign-on knows you, but no account of CPNI Desk belongs to you. Ask a"
            " compliance officer to add one.",
        )
        raise ImmediateHttpResponse(HttpResponseRedirect(reverse("account_login")))

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Any = None,
        extra_context: Any = None,
    ) -> None:
        """The provider refused, or could not be reached. Its words are not shown."""
        signin_events.record(
            SignInEvent.Kind.SSO_REFUSED,
            user=None,
            request=request,
            detail="The identity provider did not answer as it should, or refused",
            at=timezone.now(),
        )
        messages.error(request, "Single sign-on did not work. Try again, or use your password.")
        raise ImmediateHttpResponse(HttpResponseRedirect(reverse("account_login")))
