"""The panel “May I talk about new services?”: the answer, and what the caller says about it."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts import contact_optouts
from accounts.models import Call, ContactOptOut, Customer
from cpni import on_call, scripts
from cpni.admin.customer_page import Answer as Proved
from cpni.desk.frame import call_view
from cpni.desk.panels import Panel, take
from cpni.desk.screen import Screen
from cpni.may_offer import answers
from cpni.models import OptOutRequest, Script, ScriptReading
from cpni.one_time import may_be_asked
from cpni.reasons import Verdict
from cpni.script_words import spoken
from notices.models import Use

NAME = "consent"
Kind = Script.Kind
TONES = {
    Verdict.YES: "good",
    Verdict.NO: "bad",
    Verdict.NOT_YET: "wait",
    Verdict.GAP: "wait",
}


class OptOutForm(forms.Form):
    """Which uses the opt-out is for; none named means all."""

    uses = forms.ModelMultipleChoiceField(
        Use.objects.filter(mechanism__in=Use.NEED_APPROVAL), required=False
    )


class StopForm(forms.Form):
    """Which of the three switches the caller means."""

    cpni = forms.BooleanField(required=False)
    channels = forms.MultipleChoiceField(choices=ContactOptOut.Channel.choices, required=False)
    email_notices = forms.BooleanField(required=False)


class AllowForm(forms.Form):
    """By which channels marketing may come again."""

    channels = forms.MultipleChoiceField(choices=ContactOptOut.Channel.choices)


class AskForm(forms.Form):
    """Which script was read, in what language, for what, and what the caller answered."""

    script = forms.ModelChoiceField(Script.objects.filter(status=Script.Status.APPROVED))
    language = forms.ChoiceField(choices=Customer.Language.choices)
    uses = forms.ModelMultipleChoiceField(
        Use.objects.all(), error_messages={"required": "Tick the uses that were read out."}
    )
    recipients = forms.CharField(max_length=300, required=False)
    recording = forms.CharField(max_length=100, required=False)
    answer = forms.ChoiceField(choices=ScriptReading.Answer.choices)
    token = forms.UUIDField()


def fill(screen: Screen) -> dict[str, Any]:
    """The answers, what was said on this call, and the scripts that can be read now."""
    call, customer = screen.call, screen.customer
    language = customer.language
    found = answers(call, on=screen.today)
    lasting, once = scripts.current_of(
        Kind.OPT_BACK if found.opted_out else Kind.OPT_IN, Kind.ONE_TIME
    )
    uses = found.need_approval
    stopped = contact_optouts.stopped_channels(customer, on=screen.today)
    channel = dict(ContactOptOut.Channel.choices)
    new = found.new_services
    return {
        "new": new,
        "tone": TONES[new.decision.verdict] if new else "wait",
        "proofs": Proved(new.decision).proofs if new else [],
        "others": [(a, TONES[a.decision.verdict]) for a in (*found.within, *found.shared)],
        "standing": screen.standing,
        "outbound": call.direction == Call.Direction.OUTBOUND,
        "language": language,
        "languages": Customer.Language.choices,
        "uses": [(use, spoken(use.code, use.purpose, language)) for use in uses],
        "read_back": read_back(call, language),
        "once": once,
        "once_uses": [use for use in uses if may_be_asked(use)],
        "once_aloud": [
            (label, scripts.aloud(once, language=code)) for code, label in ordered(language)
        ],
        "lasting": lasting,
        "lasting_aloud": [
            (label, scripts.aloud(lasting, language=code, uses=(), values=BLANKS[code]))
            for code, label in ordered(language)
        ],
        "answers": ScriptReading.Answer.choices,
        "readings": ScriptReading.objects.filter(call=call).select_related("script"),
        "channels": [(code, words, code in stopped) for code, words in channel.items()],
        "stopped": [(code, channel[code]) for code in stopped],
        "email_notices": customer.email_notices_since is not None,
        "typed": screen.typed.get(NAME),
        "open": opened(screen.typed.get(NAME), once),
    }


def opened(typed: forms.Form | None, once: Script) -> str:
    """Which part of the panel was not taken, and is shown open with what was typed."""
    if isinstance(typed, AskForm):
        return "once" if typed["script"].value() == str(once.pk) else "lasting"
    return "stop" if isinstance(typed, (StopForm, AllowForm)) else ""


# What stands in the script where the representative reads what is ticked and typed below it.
BLANKS = {
    "en": {"uses": "[what is ticked below]", "recipients": "[whoever is named below, or we alone]"},
    "es": {
        "uses": "[lo marcado abajo]",
        "recipients": "[quienes se nombran abajo, o solo nosotros]",
    },
}


def ordered(language: str) -> list[tuple[str, str]]:
    """The languages of the scripts, the customer's own first."""
    return sorted(Customer.Language.choices, key=lambda choice: choice[0] != language)


def read_back(call: Call, language: str) -> str:
    """What to read back of the opt-out that was recorded on ``call``; "" when none was."""
    said = OptOutRequest.objects.filter(
        call=call, wish=OptOutRequest.Wish.OPT_OUT, status=OptOutRequest.Status.APPLIED
    )
    request = said.order_by("-pk").first()
    if request is None:
        return ""
    return scripts.aloud(
        scripts.current(Kind.READ_BACK),
        language=language,
        uses=None if request.all_uses else request.uses.all(),
        values={"reference": request.reference},
    )


PANEL = Panel(NAME, "May I talk about new services?", "cpni/desk/consent.html", fill, follows=True)


@call_view
@require_POST
def opt_out(request: HttpRequest, call: Call) -> HttpResponseBase:
    """Record the opt-out that the caller says."""
    screen, form = Screen(request, call), OptOutForm(request.POST)

    def do() -> str:
        on_call.opt_out(
            call,
            uses=form.cleaned_data["uses"],
            today=screen.today,
            at=timezone.now(),
            by=screen.by,
        )
        return "The opt-out is recorded. Read it back to the caller."

    return take(screen, NAME, do, form=form)


@call_view
@require_POST
def stop_using(request: HttpRequest, call: Call) -> HttpResponseBase:
    """Throw the switches that the caller means."""
    screen, form = Screen(request, call), StopForm(request.POST)

    def do() -> str:
        stopped = on_call.stop_using(
            call, **form.cleaned_data, today=screen.today, at=timezone.now(), by=screen.by
        )
        words = dict(ContactOptOut.Channel.choices)
        done = [
            *(["use of their information for marketing"] if stopped.optout else []),
            *(f"marketing by {words[code].lower()}" for code in stopped.channels),
            *(["notices by e-mail (they go by post)"] if stopped.email_notices else []),
        ]
        return f"Stopped: {'; '.join(done)}." if done else "All of it was stopped already."

    return take(screen, NAME, do, form=form)


@call_view
@require_POST
def allow_marketing(request: HttpRequest, call: Call) -> HttpResponseBase:
    """Allow marketing by a channel again."""
    screen, form = Screen(request, call), AllowForm(request.POST)

    def do() -> str:
        allowed = on_call.allow_marketing(
            call,
            channels=form.cleaned_data["channels"],
            today=screen.today,
            at=timezone.now(),
            by=screen.by,
        )
        return "Marketing by it is allowed again." if allowed else "It was not stopped."

    return take(screen, NAME, do, form=form)


@call_view
@require_POST
def ask(request: HttpRequest, call: Call) -> HttpResponseBase:
    """Record what the caller answered to a script."""
    screen, form = Screen(request, call), AskForm(request.POST)

    def do() -> str:
        given = dict(form.cleaned_data)
        once = given["script"].kind == Kind.ONE_TIME
        verb = on_call.one_time if once else on_call.opt_in
        if once:
            del given["recipients"]
        reading = verb(call, **given, today=screen.today, at=timezone.now(), by=screen.by)
        if reading.answer != ScriptReading.Answer.YES:
            return f"Recorded: {reading.get_answer_display().lower()}. Nothing has changed."
        return "Yes, for this call only." if once else "The approval is recorded."

    return take(screen, NAME, do, form=form)
