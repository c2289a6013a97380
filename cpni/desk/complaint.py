"""The panel “Complaint”: somebody was told, or saw, what they should not have."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.models import Call
from cpni import complaints
from cpni.desk.frame import call_view
from cpni.desk.panels import Panel, take
from cpni.desk.screen import Screen
from cpni.models import Complaint

NAME = "complaint"


class ComplaintForm(forms.Form):
    """What is complained of, in two fields; the rest is known from the call."""

    category = forms.ChoiceField(
        choices=Complaint.Category.choices, error_messages={"required": "Choose what it is."}
    )
    said = forms.CharField(max_length=4_000, error_messages={"required": "Say what was said."})
    token = forms.UUIDField()


def fill(screen: Screen) -> dict[str, Any]:
    """The form, and how many complaints were entered on this call."""
    return {
        "categories": Complaint.Category.choices,
        "entered": Complaint.objects.filter(call=screen.call).count(),
        "typed": screen.typed.get(NAME),
    }


PANEL = Panel(NAME, "Complaint", "cpni/desk/complaint.html", fill)


@call_view
@require_POST
def receive(request: HttpRequest, call: Call) -> HttpResponseBase:
    """Enter a complaint about unauthorised release of CPNI."""
    screen, form = Screen(request, call), ComplaintForm(request.POST)
    in_store = call.direction == Call.Direction.STORE

    def do() -> str:
        complaint = Complaint(
            **form.cleaned_data,
            route=Complaint.Route.STORE if in_store else Complaint.Route.CALL,
            received_on=screen.today,
            customer=screen.customer,
            call=call,
        )
        complaints.receive(
            complaint,
            today=screen.today,
            at=timezone.now(),
            by=screen.by,
            because=f"Said on call {call.pk}",
        )
        return "The complaint is entered; the compliance officer looks into it."

    return take(screen, NAME, do, form=form)
