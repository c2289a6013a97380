"""Where a person sees where they are signed in, and ends what should not be."""

from typing import cast

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts import sessions
from accounts.admin.signin import browser_in_words
from accounts.counted_words import several
from accounts.models import User


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def own_sessions(request: HttpRequest) -> HttpResponse:
    """The sessions of whoever asks; a POST ends all but this one."""
    user = cast(User, request.user)
    if request.method == "POST":
        ended = sessions.end_others(
            request, user, because="All others, by their owner", at=timezone.now()
        )
        messages.success(request, f"Ended {several(ended, 'other session')}.")
        return HttpResponseRedirect(reverse("usersessions_list"))
    listed = [(found, browser_in_words(found.user_agent)) for found in sessions.open_sessions(user)]
    context = {
        "sessions": listed,
        "idle_minutes": settings.SESSION_IDLE_MINUTES,
        "hours": settings.SESSION_HOURS,
    }
    return render(request, "account/own_sessions.html", context)


@login_required
@require_POST
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """End one session of whoever asks; another person's is not found."""
    user = cast(User, request.user)
    listed = get_object_or_404(UserSession, user=user, pk=pk)
    sessions.end_one(request, listed, at=timezone.now())
    messages.success(request, "That session was ended.")
    return HttpResponseRedirect(reverse("usersessions_list"))
