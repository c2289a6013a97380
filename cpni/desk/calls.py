"""A call: its screen, and its end."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts import calls
from accounts.errors import Refused
from accounts.models import Call
from cpni.desk import done, policy
from cpni.desk.frame import call_view, page
from cpni.desk.panels import show
from cpni.desk.screen import Screen
from cpni.models import TakenForm


class EndForm(forms.Form):
    """How the call ended, and where to go then."""

    outcome = forms.ChoiceField(choices=Call.Outcome.choices, widget=forms.RadioSelect)
    note = forms.CharField(max_length=calls.NOTE_LENGTH, required=False)
    next = forms.CharField(required=False)


@call_view
def screen(request: HttpRequest, call: Call) -> HttpResponseBase:
    """The call screen; of a call that has ended, only what was done."""
    shown = Screen(request, call)
    if call.is_open:
        return show(shown)
    filled = done.fill(shown)
    return page(request, "cpni/desk/ended.html", f"Call {call.pk}", call=call, panel=filled)


@call_view
@require_POST
def end(request: HttpRequest, call: Call) -> HttpResponseBase:
    """End the call with its outcome. What ended already stays as it ended."""
    form = EndForm(request.POST)
    if not form.is_valid():
        messages.error(request, "A call ends with its outcome. Choose one.")
        return HttpResponseRedirect(reverse("desk:call", args=[call.pk]))
    if policy.unsaid(call):
        messages.error(request, "Say what came of the policy call first; then it can end.")
        return HttpResponseRedirect(reverse("desk:call", args=[call.pk]))
    try:
        ended = calls.end(
            call,
            outcome=form.cleaned_data["outcome"],
            note=form.cleaned_data["note"],
            by=Screen(request, call).by,
            at=timezone.now(),
        )
    except Refused as refused:
        messages.error(request, str(refused))
        return HttpResponseRedirect(reverse("desk:call", args=[call.pk]))
    if ended:
        TakenForm.objects.filter(call=call).delete()
        messages.success(request, f"{call} ended: {call.get_outcome_display().lower()}.")
    wanted = form.cleaned_data["next"]
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return HttpResponseRedirect(wanted if wanted and safe else reverse("desk:find"))
