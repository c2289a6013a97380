"""The panel “Who is this?”: the ways to authenticate the caller that are possible now."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts import authenticating, credentials, of_record
from accounts.caller_standing import why_nothing
from accounts.counted_words import several
from accounts.fields import record_id
from accounts.models import (
    AuthenticationTry,
    BusinessExemption,
    Call,
    ContactPoint,
    Credential,
    OneTimeCode,
    Service,
)
from cpni.desk.frame import call_view
from cpni.desk.panels import Panel, show, take
from cpni.desk.screen import Screen
from notices.tasks import tell_soon

Method, Result = AuthenticationTry.Method, AuthenticationTry.Result
SAID = {
    Method.PASSWORD: authenticating.try_password,
    Method.BACKUP: authenticating.try_backup,
    Method.CODE: authenticating.try_code,
}
NAME = "who"


class SaidForm(forms.Form):
    """What the caller says."""

    said = forms.CharField(max_length=credentials.LONGEST)
    token = forms.UUIDField()


class PhotoForm(forms.Form):
    """What is on the document; never its number."""

    document = forms.ChoiceField(choices=authenticating.Document.choices)
    expires_on = forms.DateField(label="Expires on", widget=forms.DateInput(attrs={"type": "date"}))
    matches = forms.BooleanField(
        label="Face and name are the caller’s, and the name is on the account", required=False
    )


def fill(screen: Screen) -> dict[str, Any]:
    """The caller's standing, and what may be tried."""
    call, customer, today = screen.call, screen.customer, screen.today
    nobody, _ = why_nothing(call, on=today)
    filled: dict[str, Any] = {
        "standing": screen.standing,
        "nobody": nobody,
        "tries": AuthenticationTry.objects.filter(call=call).order_by("pk"),
        "typed": screen.typed.get(NAME),
        "store": call.direction == Call.Direction.STORE,
        "revealed": screen.revealed,
    }
    if nobody or screen.standing.passed:
        return filled
    contracts = [
        contract
        for contract in BusinessExemption.objects.filter(customer=customer)
        if contract.current(today)
    ]
    filled.update(contracts=contracts)
    if filled["store"]:
        return {**filled, "photo": screen.typed.get(NAME) or PhotoForm()}
    sent = OneTimeCode.objects.filter(customer=customer, used_at=None, expires_at__gt=screen.now)
    current = {one.kind: one for one in screen.credentials}
    return {
        **filled,
        "password": current.get(Credential.Kind.PASSWORD),
        "backup": current.get(Credential.Kind.BACKUP),
        "numbers": [(service, of_record.masked(service)) for service in _numbers(screen)],
        "places": [(p, of_record.masked(p)) for p in of_record.addresses(customer, on=today)],
        "codes": [
            (code, of_record.masked(code.contact_point or code.service))  # type: ignore[arg-type]
            for code in sent.select_related("contact_point", "service")
        ],
    }


PANEL = Panel(NAME, "Who is this?", "cpni/desk/who.html", fill, aside=False)


@call_view
@require_POST
def say(request: HttpRequest, call: Call, method: str) -> HttpResponseBase:
    """Compare what the caller says with the password, the back-up answer or the code."""
    screen, form = Screen(request, call), SaidForm(request.POST)
    if method not in SAID:
        raise Http404
    compare = SAID[Method(method)]

    def do() -> str:
        tried = compare(
            call,
            said=form.cleaned_data["said"],
            token=form.cleaned_data["token"],
            by=screen.by,
            at=timezone.now(),
        )
        return _result(screen, tried)

    # The verb keeps the form's number itself: a wrong try counts whatever comes after it.
    return take(screen, NAME, do, form=form, once=False)


@call_view
@require_POST
def call_back(request: HttpRequest, call: Call) -> HttpResponseBase:
    """Show the number of record that is to be called back, or record whether they answered."""
    screen = Screen(request, call)
    service = get_object_or_404(Service, pk=_number(request, "service"), customer=call.customer)
    answered = request.POST.get("answered")
    if answered is None:
        in_store = call.direction == Call.Direction.STORE  # where nobody is called back
        no_number = of_record.why_not_called(service, on=screen.today)
        if not (in_store or no_number or _nobody(screen)):
            screen.revealed, screen.shown = service, "number of record, to call it back"
        return show(screen)

    def do() -> str:
        tried = authenticating.called_back(
            call, service=service, answered=answered == "yes", by=screen.by, at=timezone.now()
        )
        return _result(screen, tried)

    return take(screen, NAME, do)


@call_view
@require_POST
def send_code(request: HttpRequest, call: Call) -> HttpResponseBase:
    """Send a code to an address or number of record."""
    screen = Screen(request, call)
    kind, _, number = request.POST.get("place", "").partition("-")
    pk = record_id(number)
    place: Service | ContactPoint
    if kind == "service":
        place = get_object_or_404(Service, pk=pk, customer=call.customer)
    else:
        place = get_object_or_404(ContactPoint, pk=pk, customer=call.customer)

    def do() -> str:
        authenticating.send_code(
            call,
            contact_point=place if isinstance(place, ContactPoint) else None,
            service=place if isinstance(place, Service) else None,
            by=screen.by,
            at=timezone.now(),
            on=screen.today,
        )
        tell_soon()  # somebody waits on the line
        return f"A code goes to {of_record.masked(place)}."

    return take(screen, NAME, do)


@call_view
@require_POST
def photo(request: HttpRequest, call: Call) -> HttpResponseBase:
    """Record the photo ID that was shown in a store."""
    screen, form = Screen(request, call), PhotoForm(request.POST)

    def do() -> str:
        tried = authenticating.photo_id(
            call, **form.cleaned_data, by=screen.by, at=timezone.now(), on=screen.today
        )
        return _result(screen, tried)

    return take(screen, NAME, do, form=form)


@call_view
@require_POST
def exempt(request: HttpRequest, call: Call) -> HttpResponseBase:
    """Record whether the business was authenticated as its contract says."""
    screen = Screen(request, call)
    contract = get_object_or_404(
        BusinessExemption, pk=_number(request, "contract"), customer=call.customer
    )

    def do() -> str:
        tried = authenticating.exempt(
            call,
            exemption=contract,
            followed=request.POST.get("followed") == "yes",
            by=screen.by,
            at=timezone.now(),
            on=screen.today,
        )
        return _result(screen, tried)

    return take(screen, NAME, do)


@call_view
@require_POST
def declined(request: HttpRequest, call: Call) -> HttpResponseBase:
    """Record that the caller would not or could not answer."""
    screen = Screen(request, call)
    method = request.POST.get("method", "")

    def do() -> str:
        if method not in Method:
            return ""
        tried = authenticating.declined(call, method=method, by=screen.by, at=timezone.now())
        return _result(screen, tried)

    return take(screen, NAME, do)


def _numbers(screen: Screen) -> list[Service]:
    """Services whose number may be called back, each number once."""
    found = of_record.numbers(screen.customer, on=screen.today)
    return list({service.telephone_number: service for service in reversed(found)}.values())


def _nobody(screen: Screen) -> bool:
    return bool(why_nothing(screen.call, on=screen.today)[0])


def _number(request: HttpRequest, name: str) -> int | None:
    return record_id(request.POST.get(name, ""))


def _result(screen: Screen, tried: AuthenticationTry) -> str:
    """The result said: as a success only when it is one."""
    said = f"{tried.get_method_display()}: {tried.get_result_display().lower()}."
    if tried.result == Result.PASSED:
        return said
    left = authenticating.standing(screen.call, at=timezone.now(), on=screen.today).tries_left
    if tried.result == Result.FAILED and tried.method in SAID:
        said += f" {several(left, 'try', 'tries')} left."
    messages.warning(screen.request, said)
    return ""
