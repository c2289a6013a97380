"""Where a person chooses which reports come by e-mail."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts import reports
from accounts.errors import Refused
from accounts.models import User


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def own_reports(request: HttpRequest) -> HttpResponse:
    """Both reports with a box; a POST keeps what is ticked."""
    user = cast(User, request.user)
    if request.method == "POST":
        try:
            changed = reports.choose(
                user,
                daily="daily" in request.POST,
                weekly="weekly" in request.POST,
                by=user,
                because="Their own choice",
            )
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, "Saved." if changed else "Nothing was changed.")
        return HttpResponseRedirect(reverse("my-reports"))
    return render(request, "account/own_reports.html", {"person": user})
