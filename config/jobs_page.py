"""The page of the scheduled jobs."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from accounts.admin.acts import person
from accounts.errors import Refused
from config import jobs


@require_safe
def jobs_page(request: HttpRequest) -> HttpResponse:
    """Each job: its last run, how long it took, its result, the next run."""
    if not request.user.has_perm("accounts.view_run"):
        raise PermissionDenied
    context = admin.site.each_context(request)
    found = jobs.with_runs(jobs.jobs(at=timezone.now()))
    context.update(title="Jobs", jobs=found, may_start=request.user.has_perm(jobs.START))
    return render(request, "jobs.html", context)


@require_POST
def start_job(request: HttpRequest) -> HttpResponse:
    """Start one now, and say whether a worker answers; back to where it was asked for."""
    if not request.user.has_perm(jobs.START):
        raise PermissionDenied
    task = request.POST.get("task", "")
    try:
        answered = jobs.start(task, by=person(request))
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        title = jobs.TASKS[task].capitalize()
        if answered:
            messages.success(request, f"{title}: started. Its result is here when it is done.")
        else:
            messages.warning(
                request,
                f"{title}: no worker answers. It will run when one does; have the operator start"
                " it.",
            )
    back = request.POST.get("back", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = reverse("jobs")
    return HttpResponseRedirect(back)
