"""The content check in the admin: each line with what was found, and who answers for it."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from unfold.decorators import display

from accounts.admin.acts import ActForm, Outlook, confirmed_act, person, reading_page
from accounts.admin.pages import page
from accounts.counted_words import several
from notices import signing_off
from notices.content_check import Place, State
from notices.content_check.facts import FORMS
from notices.elements import LANGUAGES
from notices.models import ContentSignOff, Notice
from notices.signing_off import OVERRIDE, SIGN_OFF, Checked

TONES = {
    State.FOUND: "good",
    State.MISSING: "bad",
    State.FORBIDDEN: "bad",
    State.CONTRADICTORY: "bad",
    State.TO_JUDGE: "wait",
    State.NOT_SAID: "calm",
}


def is_draft(notice: Notice) -> bool:
    """Whether its words can still change."""
    return notice.status == Notice.Status.DRAFT


def is_open(notice: Notice) -> bool:
    """Whether a line of its check may be open: of an approved one when the carrier moved since."""
    return is_draft(notice) or any(line.is_open for line in signing_off.checked(notice))


def page_of(notice: Notice) -> str:
    """The address of its content check."""
    return reverse("admin:notices_notice_content_check", args=[notice.pk])


@dataclass(frozen=True)
class Shown:
    """One line as the page shows it."""

    line: Checked

    @property
    def label(self) -> str:
        """What came of it, in a word or two."""
        word = self.line.word
        if word and not self.line.is_open:
            return "Overridden" if word.verdict == ContentSignOff.Verdict.OVERRIDDEN else "Judged"
        return str(self.line.result.state).capitalize()

    @property
    def tone(self) -> str:
        """Its colour."""
        answered = self.line.word and not self.line.is_open
        return "good" if answered else TONES[self.line.result.state]

    @property
    def places(self) -> list[tuple[str, str]]:
        """Where it stands, is wrong or is missing: language and form, and the words."""
        result = self.line.result
        said: dict[str, dict[str, None]] = {}  # the same words in two forms are shown once
        for words, place in (
            *(("Not found", place) for place in result.missing),
            *((place.excerpt, place) for place in result.wrong),
            *((f"“{place.excerpt}”", place) for place in ([] if result.wrong else result.found)),
        ):
            said.setdefault(words, {})[where_of(place)] = None
        return [(", ".join(places), words) for words, places in said.items()]


def where_of(place: Place) -> str:
    """Language and form of a place."""
    return f"{LANGUAGES[place.language]} {FORMS[place.form].lower()}"


def sentence(lines: list[Checked]) -> str:
    """How many lines fail, wait and pass, in one sentence."""
    failing = sum(line.is_open and line.result.fails for line in lines)
    waiting = sum(line.is_open and not line.result.fails for line in lines)
    if not failing and not waiting:
        return f"All {len(lines)} lines pass or are answered for."
    said = []
    if failing:
        said.append(f"{failing} of {len(lines)} lines {'fails' if failing == 1 else 'fail'}")
    if waiting:
        said.append(f"{several(waiting, 'waits', 'wait')} to be signed off")
    return f"{' and '.join(said)}."


class LineForm(ActForm):
    """For which line."""

    line = forms.ChoiceField()
    wanted = staticmethod(lambda line: line.result.fails)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lines = [
            line
            for line in signing_off.checked(self.obj)
            if self.wanted(line) and (line.is_open or is_draft(self.obj))
        ]
        field = self.fields["line"]
        field.choices = field.widget.choices = [  # type: ignore[attr-defined]
            (
                line.result.line.code,
                f"{capfirst(line.result.line.words)} ({line.result.line.section})",
            )
            for line in lines
        ]
        field.initial = self.request.GET.get("line")


class SignOffForm(LineForm):
    """What whoever read it judges of a line."""

    verdict = forms.ChoiceField(
        choices=[choice for choice in ContentSignOff.Verdict.choices if choice[0] != "overridden"],
        widget=forms.RadioSelect,
    )
    wanted = staticmethod(lambda line: line.result.state == State.TO_JUDGE)


def sign_off_outlook(self: Any, request: HttpRequest, notice: Notice) -> Outlook:
    """What a sign-off is worth."""
    return Outlook(
        "Only a reader can tell. Read the preview in each language and form first. What you say"
        " holds for these words; after a change of the notice it is asked again."
    )


def override_outlook(self: Any, request: HttpRequest, notice: Notice) -> Outlook:
    """What an override does."""
    return Outlook(
        "The notice could then go out although the line fails. Do this only where the check is"
        " wrong, or the words say the same in another way. Your reason is kept for good; whoever"
        " wrote the notice cannot do this."
    )


class ContentCheckPages:
    """The pages of the content check, for the admin of notices."""

    @display(description="Content check")
    def content_summary(self, notice: Notice) -> SafeString:
        """How many lines fail and wait, and the way to them."""
        return format_html(
            '{} <a class="text-primary-600 dark:text-primary-500 underline" href="{}">'
            "Open the content check</a>",
            sentence(signing_off.checked(notice)),
            page_of(notice),
        )

    @reading_page("Content check", permission="notices.view_notice", icon="fact_check")
    def content_check(self, request: HttpRequest, notice: Notice) -> HttpResponse:
        """Every line: what was found and where, why it is asked for, and what to do."""
        lines = signing_off.checked(notice)
        open_ones = [Shown(line) for line in lines if line.is_open]
        return page(
            self,
            request,
            "notices/admin/content_check.html",
            notice,
            title="Content check",
            sentence=sentence(lines),
            groups=(
                ("To be done", open_ones),
                ("Answered for by a person", [Shown(x) for x in lines if x.word and not x.is_open]),
                (
                    "Found",
                    [
                        Shown(x)
                        for x in lines
                        if x.result.state == State.FOUND and not x.is_open and not x.word
                    ],
                ),
                (
                    "Not said, and need not be",
                    [Shown(x) for x in lines if x.result.state == State.NOT_SAID and not x.is_open],
                ),
            ),
            earlier=[
                given
                for given in notice.sign_offs.select_related("by").order_by("-pk")
                if given.pk not in {line.word.pk for line in lines if line.word}
            ],
            may_sign_off=request.user.has_perm(SIGN_OFF),
            may_override=request.user.has_perm(OVERRIDE),
        )

    @confirmed_act(
        "Sign off",
        permission=SIGN_OFF,
        outlook=sign_off_outlook,
        form=SignOffForm,
        shown=is_open,
        version=lambda notice: notice.fingerprint,
    )
    def sign_off(
        self, request: HttpRequest, notice: Notice, data: dict[str, Any]
    ) -> HttpResponseRedirect:
        """Record what somebody judges of a line."""
        signing_off.sign_off(
            notice,
            data["line"],
            verdict=data["verdict"],
            remark=data["because"],
            by=person(request),
            at=timezone.now(),
            seen=data["seen"],
        )
        messages.success(request, "It is signed off.")
        return HttpResponseRedirect(page_of(notice))

    @confirmed_act(
        "Override",
        permission=OVERRIDE,
        outlook=override_outlook,
        form=LineForm,
        shown=is_open,
        version=lambda notice: notice.fingerprint,
    )
    def override(
        self, request: HttpRequest, notice: Notice, data: dict[str, Any]
    ) -> HttpResponseRedirect:
        """Let the notice go out although a line fails."""
        signing_off.override(
            notice,
            data["line"],
            by=person(request),
            because=data["because"],
            at=timezone.now(),
            seen=data["seen"],
        )
        messages.success(request, "It is overridden.")
        return HttpResponseRedirect(page_of(notice))
