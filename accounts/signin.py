"""How django-allauth signs staff in here: its adapters, with our limits, records and rules.

There is no signing up, no reset by e-mail and no address that confirms an account: an officer adds
people, sets a forgotten password, and resets a lost second factor (accounts/admin/staff.py).
"""

from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from django.contrib.auth import authenticate
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from accounts import (
    client_address,
    device_cookie,
    history,
    lockout,
    second_factor,
    sessions,
    signin_events,
)
from accounts.models import SignInEvent, User

Kind = SignInEvent.Kind


class AccountAdapter(DefaultAccountAdapter):
    """Password, sessions and the steps of signing in."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": "This user name and password do not belong together.",
        "too_many_login_attempts": (
            "Too many attempts. Wait 15 minutes, or use a browser with which you have signed in"
            " before. If you have forgotten your password, an officer can set a new one."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody adds themselves."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address, believing only our own proxies; the unspecified one if it is unknown."""
        return client_address.address_of(request) or "::"

    def get_login_stages(self) -> list[str]:
        """The second factor is the only step after the password."""
        return ["accounts.signin.SecondFactorStage"]

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """The account with this name and password, if the limits leave a turn to look.

        The answer, and the work it takes, are the same for an account that does not exist (the
        backend hashes the password all the same), one that is no longer active, and one whose
        password is wrong. A locked attempt looks at no password, so it tells nothing either.
        """
        now = timezone.now()
        name = str(credentials.get("username", ""))
        account = signin_events.account_named(name)
        address = client_address.address_of(request) or ""
        device = device_cookie.device_for(request, account)
        turn = lockout.take_turn(account=name, address=address, device=device, at=now)
        if turn is None:
            if lockout.first_time(account=name, address=address, at=now):
                signin_events.record(Kind.LOCKED, user=account, request=request, at=now)
            raise self.validation_error("too_many_login_attempts")
        user = authenticate(request, **credentials)
        AuthenticationBackend.unstash_authenticated_user()  # the library's “inactive” answer
        if user is None:
            signin_events.record(Kind.FAILED, user=account, request=request, at=now)
            return None
        turn.succeeded()
        return cast(AbstractBaseUser, user)

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        """Who has left is told no more than who was never here."""
        self.add_message(request, 40, message=self.error_messages["username_password_mismatch"])
        return HttpResponseRedirect(reverse("account_login"))

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """Start the session's clocks, know the browser again, and record it."""
        response = super().post_login(request, user, **kwargs)
        now = timezone.now()
        sessions.begin(request, at=now)
        device_cookie.remember(request, response, user)
        signin_events.record(
            Kind.SIGNED_IN, user=user, request=request, detail=how(request, user), at=now
        )
        return response

    def set_password(self, user: Any, password: str) -> None:
        """Keep the new password; the history says that there is one."""
        user.set_password(password)
        history.save(user, by=user, because="Changed their own password")


def how(request: HttpRequest, user: User) -> str:
    """The proofs that were shown in this session, in words."""
    words = {"password": "password", "socialaccount": "single sign-on"}
    shown = []
    for record in second_factor.get_authentication_records(request, user):
        word = words.get(record["method"]) or str(Authenticator.Type(record["type"]).label)
        if word not in shown:
            shown.append(word)
    return " and ".join(shown)


class SecondFactorStage(AuthenticateStage):
    """Asks for the second factor, unless the identity provider is known to have done so."""

    def handle(self) -> tuple[Any, bool]:
        """The page that asks, or nothing to do."""
        if self.login.user and second_factor.is_shown(self.request, self.login.user):
            return None, True
        return cast("tuple[Any, bool]", super().handle())


class FactorAdapter(DefaultMFAAdapter):
    """Second factors, kept encrypted; the last one stays where one is required."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": "This is your only second factor, and one is required."
        " Add another first.",
    }

    def encrypt(self, text: str) -> str:
        """As it is kept in the database."""
        return second_factor.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """As it was."""
        return second_factor.decrypt(encrypted_text)

    def get_totp_label(self, user: Any) -> str:
        """What the app on the telephone shows."""
        return cast(User, user).get_username()

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """Not the last one, where one is required."""
        if not second_factor.is_required():
            return True
        return second_factor.authenticators(authenticator.user).count() > 1


def on_password_changed(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Record it, and end the other sessions, which Django would refuse anyway, in the list too."""
    now = timezone.now()
    signin_events.record(Kind.PASSWORD_CHANGED, user=user, request=request, at=now)
    sessions.end_others(request, user, because="Their password was changed", at=now)


def on_factor_added(
    sender: Any, request: HttpRequest, user: User, authenticator: Any, **kwargs: Any
) -> None:
    """Record it. The first one ends the sessions that have not shown any."""
    now = timezone.now()
    signin_events.record(
        Kind.FACTOR_ADDED, user=user, request=request, detail=label_of(authenticator), at=now
    )
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        return
    request.session[second_factor.ENROLLED] = user.pk
    if second_factor.authenticators(user).count() == 1:
        sessions.end_others(request, user, because="A second factor was set up", at=now)


def on_factor_removed(
    sender: Any, request: HttpRequest, user: User, authenticator: Any, **kwargs: Any
) -> None:
    """Record it."""
    signin_events.record(
        Kind.FACTOR_REMOVED,
        user=user,
        request=request,
        detail=label_of(authenticator),
        at=timezone.now(),
    )


def on_codes_renewed(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Record it."""
    signin_events.record(Kind.CODES_RENEWED, user=user, request=request, at=timezone.now())


def on_factor_used(
    sender: Any, request: HttpRequest, user: User, authenticator: Any, **kwargs: Any
) -> None:
    """Record the use of a recovery code: it may be somebody else's hand."""
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        authenticator.refresh_from_db()  # the library marked the code as used on its own copy
        left = len(authenticator.wrap().get_unused_codes())
        signin_events.record(
            Kind.CODE_USED, user=user, request=request, detail=f"{left} left", at=timezone.now()
        )


def on_factor_failed(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Record it: whoever gets so far knows the password."""
    signin_events.record(Kind.FACTOR_FAILED, user=user, request=request, at=timezone.now())


def on_signed_out(sender: Any, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    """Record it."""
    if user is not None:
        signin_events.record(Kind.SIGNED_OUT, user=user, request=request, at=timezone.now())


def label_of(authenticator: Any) -> str:
    """A second factor in words; of a key its name too."""
    kind = authenticator.get_type_display()
    if authenticator.type == Authenticator.Type.WEBAUTHN:
        return f"{kind}: {authenticator.wrap().name}"
    return str(kind)
