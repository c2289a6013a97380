"""The telephone list on the desk, and the panel of a call about a changed policy."""

from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts import calls, looks
from accounts.admin.acts import person
from accounts.civil import in_words
from accounts.errors import Refused
from accounts.fields import telephone_shown
from accounts.models import Call, Carrier, Customer, Service
from accounts.of_record import why_not_called
from accounts.within_call import TAKE_CALLS
from cpni import policy_calls, scripts
from cpni.desk.consent import ordered
from cpni.desk.frame import call_view, page, view_for
from cpni.desk.panels import Panel, take
from cpni.desk.screen import Screen
from cpni.models import Script, TakenForm
from cpni.script_words import listed, spoken
from notices import calling_hours, gaps, policies, telephone_tasks
from notices.models import Delivery, TelephoneAttempt, TelephoneTask
from notices.rendering import date_in_words
from notices.telephone_tasks import Place, number

NAME = "policy"
SHOWN = 15  # rows of each part of the list
State, Outcome = TelephoneTask.State, TelephoneAttempt.Outcome
TAKES_BACK = "Takes it back: refuses the change from now on"
CHANGES = {
    "en": "the policy now also names: {}.",
    "es": "la política nombra ahora también: {}.",
}


# --- The list ------------------------------------------------------------------------------------


def with_last(tasks: QuerySet[TelephoneTask]) -> QuerySet[TelephoneTask]:
    """``tasks`` with their customers and what came of the last try."""
    last = TelephoneAttempt.objects.filter(task=OuterRef("pk")).order_by("-pk")
    related = tasks.select_related("customer", "policy_version", "delivery", "claimed_by")
    return related.annotate(last=Subquery(last.values("outcome")[:1]))


def shown(tasks: QuerySet[TelephoneTask], now: datetime) -> list[TelephoneTask]:
    """The first rows of a part of the list: each with its reason and the time where they are."""
    rows = list(with_last(tasks)[:SHOWN])
    for task in rows:
        zone = calling_hours.local(task.zones or str(Carrier.zone_or_default()))
        task.there = now.astimezone(zone)  # type: ignore[attr-defined]
        # What was due at night waits for the morning; an appointment to come holds at any hour.
        at = task.next_try_at
        if not (task.by_appointment and at >= now):
            at = calling_hours.next_open(task.zones, max(now, at))
        task.next_there = at.astimezone(zone)  # type: ignore[attr-defined]
        task.why = reason(task)  # type: ignore[attr-defined]
    return rows


def to_be_asked(on: date) -> tuple[int, list[Delivery]]:
    """How many are to be asked for an address, and the first of them with the number to call."""
    found = gaps.nowhere()
    number = found.order_by().values("customer").distinct().count()
    some = found.select_related("customer").prefetch_related("customer__services").order_by("pk")
    rows = list({delivery.customer_id: delivery for delivery in some[:SHOWN]}.values())
    for delivery in rows:
        services = sorted(delivery.customer.services.all(), key=lambda s: (s.started_on, s.pk))
        called = next((s for s in services if not why_not_called(s, on=on, of=services)), None)
        shown_number = telephone_shown(called.telephone_number) if called else ""
        delivery.number_of_record = shown_number  # type: ignore[attr-defined]
    return number, rows


def reason(task: Any) -> str:
    """Why they are on the list, or what came of the last try."""
    if task.by_appointment:
        return "Asked to be called then"
    if task.last:
        return f"{Outcome(task.last).label} (try {task.attempts})"
    if task.delivery.outcome:
        return f"Notice: {task.delivery.get_outcome_display().lower()}"
    return f"Notice: {Delivery.State(task.delivery.state).label.lower()}"


@view_for(TAKE_CALLS, telephone_tasks.CALL)
def tasks(request: HttpRequest) -> HttpResponseBase:
    """Whom to call now, who waits, and whom nobody could reach."""
    now = timezone.now()
    waiting = TelephoneTask.objects.filter(state=State.OPEN)
    has_number = telephone_tasks.callable_by_number()
    due = telephone_tasks.to_call_now(at=now)
    later = waiting.filter(has_number, telephone_tasks.free(now)).exclude(
        pk__in=due.order_by().values("pk")
    )
    numberless = waiting.filter(~has_number)
    counts = TelephoneTask.objects.aggregate(
        open=Count("pk", filter=Q(state=State.OPEN)),
        given_up=Count("pk", filter=Q(state=State.GIVEN_UP)),
        told=Count("pk", filter=Q(state=State.DONE)),
    )
    taken = waiting.filter(~telephone_tasks.free(now)).order_by("claimed_until")
    parts = [
        ("Now", shown(due, now), "Nobody can be called now."),
        ("Later", shown(later.order_by("next_try_at", "pk"), now), "Nobody waits."),
        ("Being called", shown(taken, now), "Nobody."),
        ("No number left", shown(numberless.order_by("pk"), now), "Nobody."),
    ]
    asked, to_ask = to_be_asked(Carrier.today())
    seen = {task.customer_id for _, rows, _ in parts for task in rows}
    seen |= {delivery.customer_id for delivery in to_ask}
    looks.note(request, seen, what=looks.What.LISTED, detail="telephone list")
    return page(
        request,
        "cpni/desk/policy_calls.html",
        "Telephone list",
        parts=parts,
        asked=asked,
        to_ask=to_ask,
        due=due.count(),
        counts=counts,
        token=uuid4(),
        given_up=(
            reverse("admin:notices_telephonetask_changelist") + f"?state__exact={State.GIVEN_UP}"
            if request.user.has_perm("notices.view_telephonetask")
            else ""
        ),
    )


class NextForm(forms.Form):
    """The number of the form: sent twice, it takes one customer."""

    token = forms.UUIDField()


@view_for(TAKE_CALLS, telephone_tasks.CALL)
@require_POST
def call_next(request: HttpRequest) -> HttpResponseBase:
    """Take the next customer, and start the call."""
    form = NextForm(request.POST)
    back = HttpResponseRedirect(reverse("desk:policy-calls"))
    if not form.is_valid():
        return back
    try:
        call = telephone_tasks.call_next(
            by=person(request),
            at=timezone.now(),
            on=Carrier.today(),
            token=form.cleaned_data["token"],
        )
    except Refused as refused:
        messages.error(request, str(refused))
        return back
    if call is None:
        messages.info(request, "Nobody can be called now: look at the times below.")
        return back
    return HttpResponseRedirect(reverse("desk:call", args=[call.pk]))


# --- The panel of a call -------------------------------------------------------------------------


class PolicyForm(forms.Form):
    """What came of the call: an answer with its script, or when to call again."""

    task = forms.ModelChoiceField(TelephoneTask.objects.all(), widget=forms.HiddenInput)
    outcome = forms.ChoiceField(
        choices=Outcome.choices, error_messages={"required": "Choose what came of the call."}
    )
    place = forms.CharField(required=False)
    script = forms.ModelChoiceField(Script.objects.filter(kind=Script.Kind.POLICY_CHANGE))
    language = forms.ChoiceField(choices=Customer.Language.choices)
    recording = forms.CharField(max_length=100, required=False)
    again_at = forms.CharField(max_length=20, required=False)
    token = forms.UUIDField()

    def clean_again_at(self) -> datetime | None:
        """A day and time without a zone: the customer's own time."""
        text = self.cleaned_data["again_at"]
        try:
            given = datetime.fromisoformat(text) if text else None
        except ValueError as error:
            raise forms.ValidationError("Give day and time to call again.") from error
        return given.replace(tzinfo=None) if given else None


def task_of(call: Call) -> tuple[TelephoneTask | None, bool]:
    """What may be asked on ``call``, and whether the call was made for it."""
    if mine := telephone_tasks.of_call(call):
        return mine, True
    return telephone_tasks.to_ask(call.customer), False


def fill(screen: Screen) -> dict[str, Any] | None:
    """The script, the numbers to dial, what may come of it; None when there is nothing to ask."""
    task, mine = task_of(screen.call)
    if task is None:
        return None
    script = Script.objects.current(Script.Kind.POLICY_CHANGE)
    if script is None:
        return None
    language = screen.customer.language
    told, others = (
        [choice for choice in Outcome.choices if (choice[0] in TelephoneAttempt.TOLD) is which]
        for which in (True, False)
    )
    accepted = task.answer == TelephoneTask.Answer.ACCEPTED
    if accepted:  # they may change their mind: nothing else is left to say
        told = [(Outcome.REFUSED.value, TAKES_BACK)]
    typed = screen.typed.get(NAME)
    return {
        "task": task,
        "mine": mine,
        "accepted": accepted,
        "script": script,
        "aloud": [
            (label, scripts.aloud(script, language=code, values=blanks(task, code)))
            for code, label in ordered(language)
        ],
        "places": dialled(screen, task) if mine else [],
        "tries": telephone_tasks.tried(task),
        "told": told,
        "others": others if mine else [],
        "there": screen.now.astimezone(calling_hours.local(task.zones)) if task.zones else None,
        "language": language,
        "languages": Customer.Language.choices,
        "standing": screen.standing,
        "typed": typed,
        "chosen": typed["outcome"].value() if typed else "",
    }


def blanks(task: TelephoneTask, language: str) -> dict[str, str]:
    """What the script says of the version that the customer is told of."""
    version = task.policy_version
    asked = task.delivery.campaign.notice.uses.all()
    named = [spoken(use.code, use.purpose, language) for use in asked]
    return {
        "policy_number": version.number,
        "policy_effective_on": date_in_words(version.effective_on, language),
        "changes": CHANGES[language].format(listed(named, language)) if named else version.title,
    }


def dialled(screen: Screen, task: TelephoneTask) -> list[tuple[str, str, str]]:
    """Key, number and kind of each place to call; the first is whose turn it is."""
    wrong = telephone_tasks.wrong_numbers(screen.customer)
    found = telephone_tasks.places(screen.customer, on=screen.today, wrong=wrong)
    turn = task.attempts % len(found) if found else 0
    return [
        (key_of(place), telephone_shown(number(place)), _words(place))
        for place in (*found[turn:], *found[:turn])
    ]


def key_of(place: Place) -> str:
    """How a form names ``place``; never by its number."""
    return f"{'service' if isinstance(place, Service) else 'point'}-{place.pk}"


def _words(place: Place) -> str:
    return "number of record" if isinstance(place, Service) else "contact number"


PANEL = Panel(NAME, "Change of policy", "cpni/desk/policy.html", fill, aside=False, follows=True)


@call_view
@require_POST
def record(request: HttpRequest, call: Call) -> HttpResponseBase:
    """Record what came of it. A call that reached nobody ends with it."""
    screen, form = Screen(request, call), PolicyForm(request.POST)
    ended = False

    def do() -> str:
        nonlocal ended
        data = form.cleaned_data
        task, outcome = data["task"], data["outcome"]
        found = telephone_tasks.places(screen.customer, on=screen.today)
        place = next((one for one in found if key_of(one) == data["place"]), None)
        now = timezone.now()
        if outcome in TelephoneAttempt.TOLD:
            accepted = task.answer == TelephoneTask.Answer.ACCEPTED
            policy_calls.record(
                call,
                task,
                script=data["script"],
                language=data["language"],
                answer=outcome,
                recording=data["recording"],
                place=place,
                token=data["token"],
                today=screen.today,
                at=now,
                by=screen.by,
            )
            return (
                taken_back(screen) if accepted else f"Recorded: {Outcome(outcome).label.lower()}."
            )
        again = data["again_at"]
        attempt = telephone_tasks.not_reached(
            task,
            call=call,
            outcome=outcome,
            place=place,
            again_at=again.replace(tzinfo=calling_hours.local(task.zones)) if again else None,
            at=now,
            on=screen.today,
            by=screen.by,
        )
        reached = outcome == Outcome.LATER
        how = Call.Outcome.FOLLOW_UP if reached else Call.Outcome.NOT_REACHED
        ended = calls.end(
            call,
            outcome=Call.Outcome.DROPPED if outcome == Outcome.CUT_OFF else how,
            by=screen.by,
            at=now,
        )
        TakenForm.objects.filter(call=call).delete()
        return f"{attempt}. The call has ended."

    answer = take(screen, NAME, do, form=form)
    if not ended:
        return answer
    address = reverse("desk:policy-calls")
    if request.headers.get("HX-Request"):
        gone = HttpResponseRedirect(address)
        gone.status_code = 204  # htmx follows no redirect to another page; this header it does
        del gone["Location"]
        gone["HX-Redirect"] = address
        return gone
    return HttpResponseRedirect(address)


def taken_back(screen: Screen) -> str:
    """That an acceptance was taken back, and what governs from when."""
    move = policies.moves(screen.customer).first()
    if move is None:
        return "Recorded: they refuse the change."
    day = in_words(move.since)
    return f"Taken back. From {day} their information is under {move.policy_version} again."


def unsaid(call: Call) -> bool:
    """Whether ``call`` was made for a task and nobody has said what came of it."""
    return call.is_open and telephone_tasks.of_call(call) is not None
