"""The pages of one's own account: the library's views in the desk's frame.

Only what is wanted has an address: nobody signs up, confirms an e-mail address or resets a password
by e-mail here.
"""

from typing import Any

from allauth.account import views as account
from allauth.socialaccount import views as social
from django.contrib import admin, messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import include, path, reverse

from accounts import second_factor
from config import own_reports, own_sessions, own_training


def frame(request: HttpRequest) -> dict[str, Any]:
    """What the admin's templates need on the pages above; the admin's own views bring it along."""
    match = getattr(request, "resolver_match", None)
    if match is None or match.app_name == "admin" or not request.path.startswith("/account/"):
        return {}
    return {**admin.site.each_context(request), "factor_missing": factor_missing(request)}


def factor_missing(request: HttpRequest) -> bool:
    """Whether this person must set up a second factor before anything else opens."""
    return (
        request.user.is_authenticated
        and second_factor.is_required()
        and not second_factor.authenticators(request.user).exists()
    )


def no_password(request: HttpRequest) -> HttpResponse:
    """Whoever signs on elsewhere has no password here to change."""
    messages.info(request, "You have no password here: you sign on with your company’s account.")
    return HttpResponseRedirect(reverse("admin:index"))


urlpatterns = [
    path("sign-in/", account.login, name="account_login"),
    path("sign-out/", account.logout, name="account_logout"),
    path("confirm/", account.reauthenticate, name="account_reauthenticate"),
    path("password/", account.password_change, name="account_change_password"),
    path("no-password/", login_required(no_password), name="account_set_password"),
    path("two-step/", include("allauth.mfa.urls")),
    path("sessions/", own_sessions.own_sessions, name="usersessions_list"),
    path("sessions/<int:pk>/end/", own_sessions.end_session, name="end-session"),
    path("reports/", own_reports.own_reports, name="my-reports"),
    path("training/", own_training.own_training, name="own-training"),
    path("training/<int:pk>/", own_training.training_text, name="training-text"),
    path("sso/cancelled/", social.login_cancelled, name="socialaccount_login_cancelled"),
    path("", include("allauth.socialaccount.providers.openid_connect.urls")),
]
