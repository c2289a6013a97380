"""What happened with a customer: the newest of it for the customer page, and a page with all."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString

from accounts.admin.acts import dress
from accounts.admin.labels import label
from accounts.admin.pages import page
from accounts.models import Carrier, Customer
from cpni import timeline
from cpni.admin.answers import Answer
from cpni.decisions import judge_all
from cpni.evidence.binders import PRINT
from cpni.facts import gather
from cpni.timeline_events import Event, Kind, Span

PANEL = 40  # events on the customer page
PANEL_KINDS = (*(Kind.NOTICE, Kind.RETURN, Kind.MAIL, Kind.OBJECTION, Kind.DECISION, Kind.CHANGE),)
AT_ONCE = 50  # events on a page of the timeline
FURTHEST = 100  # pages; who looks for more gives days


@dataclass(frozen=True)
class Shown:
    """An event as a row of a table."""

    event: Event

    @property
    def what(self) -> SafeString:
        """What happened, in colour and words."""
        return label(self.event.what, self.event.tone)

    @property
    def link(self) -> str:
        """Where its record is, "" when it has no page."""
        if self.event.record is None:
            return ""
        model, number = self.event.record
        page = "history" if model == "accounts.customer" else "change"
        try:
            return reverse(f"admin:{model.replace('.', '_')}_{page}", args=[number])
        except NoReverseMatch:
            return ""


def newest(request: HttpRequest, customer: Customer) -> list[Shown]:
    """What the customer page shows: the newest of what concerns notices, choices and changes."""
    found = timeline.events(
        customer,
        Span(Carrier.zone_or_default()),
        most=PANEL,
        viewer=request.user,  # type: ignore[arg-type]
        kinds=PANEL_KINDS,
    )
    return [Shown(event) for event in found]


class TimelineForm(forms.Form):
    """Which events: of which kinds, and of which days."""

    kind = forms.MultipleChoiceField(
        label="Only", required=False, widget=forms.CheckboxSelectMultiple
    )
    first = forms.DateField(label="From", required=False, widget=forms.DateInput)
    as_of = forms.DateField(
        label="As of",
        required=False,
        widget=forms.DateInput,
        help_text="What had happened by that day, and the answers of that day. Empty: today.",
    )

    def __init__(self, data: QueryDict, *, kinds: list[Kind], today: date) -> None:
        super().__init__(data)
        self.today = today
        field: Any = self.fields["kind"]
        field.choices = [(kind.value, kind.label) for kind in kinds]
        for each in self.fields.values():
            dress(each)

    def clean_as_of(self) -> date | None:
        """Nobody knows what will have happened."""
        day: date | None = self.cleaned_data["as_of"]
        if day and day > self.today:
            raise forms.ValidationError("That day has not come yet. Give today or an earlier day.")
        return day

    def clean(self) -> dict[str, Any] | None:
        """In order."""
        data = super().clean() or {}
        first, last = data.get("first"), data.get("as_of") or self.today
        if first and last < first:
            raise forms.ValidationError("“From” lies after “As of”. Exchange them.")
        return data


def timeline_page(model_admin: Any, request: HttpRequest, customer: Customer) -> HttpResponse:
    """The timeline of ``customer`` as it is asked for, a page of it at a time."""
    viewer: Any = request.user
    today = Carrier.today()
    form = TimelineForm(request.GET, kinds=timeline.kinds_for(viewer), today=today)
    asked = form.cleaned_data if form.is_valid() else {}
    as_of = asked.get("as_of") or today
    number = _page_number(request)
    found: list[Event] = []
    if form.is_valid():
        found = timeline.events(
            customer,
            Span(Carrier.zone_or_default(), asked.get("first"), as_of),
            most=number * AT_ONCE + 1,
            viewer=viewer,
            kinds=[Kind(code) for code in asked["kind"]] or None,
        )
    begins = (number - 1) * AT_ONCE
    family = Customer.objects.family([customer.pk]) - {customer.pk}
    return page(
        model_admin,
        request,
        "cpni/admin/timeline.html",
        customer,
        title=f"Timeline of {customer}",
        customer=customer,
        form=form,
        media=model_admin.media + form.media,
        as_of=as_of,
        is_today=as_of == today,
        answers=[Answer(one) for one in judge_all(gather(customer, as_of), as_of)],
        events=[Shown(event) for event in found[begins : begins + AT_ONCE]],
        newer=_query(request, number - 1) if number > 1 else "",
        older=_query(request, number + 1) if len(found) > begins + AT_ONCE else "",
        number=number,
        may_print=viewer.has_perm(PRINT),
        family=Customer.objects.filter(pk__in=family).order_by("pk"),
    )


def _page_number(request: HttpRequest) -> int:
    asked = request.GET.get("p", "")
    return min(max(int(asked), 1), FURTHEST) if asked.isdecimal() and len(asked) < 5 else 1


def _query(request: HttpRequest, number: int) -> str:
    asked = request.GET.copy()
    asked["p"] = str(number)
    return f"?{asked.urlencode()}"
