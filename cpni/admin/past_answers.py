"""The answer for a past day: what was so then, and what we knew of it when."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.admin.acts import dress
from accounts.admin.pages import page
from accounts.civil import in_words
from accounts.models import Carrier, Customer
from cpni.admin.customer_page import Answer
from cpni.contacting import may_contact
from cpni.decisions import decide
from cpni.models import Recipient
from notices.models import PolicyUse, Use


class PastForm(forms.Form):
    """Which use, by whom, of what, on which day, known when."""

    use = forms.ModelChoiceField(Use.objects.all(), to_field_name="code", label="Use")
    recipient = forms.ModelChoiceField(
        Recipient.objects.all(), required=False, label="Received by", empty_label="Nobody named"
    )
    data_classes = forms.MultipleChoiceField(
        label="Of which data",
        choices=PolicyUse.DataClass.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    on = forms.DateField(label="On the day", widget=forms.DateInput)
    known_on = forms.DateField(
        label="As we knew it on",
        required=False,
        widget=forms.DateInput,
        help_text="At the end of that day. Empty: as we know it now.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            dress(field)

    def clean_known_on(self) -> Any:
        """Nothing is known of days to come."""
        day = self.cleaned_data["known_on"]
        if day and day > Carrier.today():
            raise forms.ValidationError("That day has not come. Leave it empty for now.")
        return day


def past_answer_page(model_admin: Any, request: HttpRequest, customer: Customer) -> HttpResponse:
    """The form, and once it is filled in the answers: as known then, and as known now."""
    asked = "use" in request.GET
    form = PastForm(request.GET if asked else None, initial={"on": Carrier.today()})
    answers: list[tuple[str, Answer]] = []
    contact = None
    if asked and form.is_valid():
        data = form.cleaned_data
        question = {
            "on": data["on"],
            "recipient": data["recipient"],
            "data_classes": data["data_classes"],
        }
        if day := data["known_on"]:
            at = min(_end_of(day), timezone.now())
            then = decide(customer, data["use"], known_at=at, **question)
            answers.append((f"As we knew it on {in_words(day)}", Answer(then)))
        answers.append(("As we know it now", Answer(decide(customer, data["use"], **question))))
        contact = may_contact(customer, on=data["on"])
    return page(
        model_admin,
        request,
        "cpni/admin/past_answer.html",
        customer,
        title="Answer for a past day",
        form=form,
        answers=answers,
        contact=contact,
    )


def _end_of(day: Any) -> datetime:
    """The last instant of a civil day of the carrier's zone."""
    zone = Carrier.zone_or_default()
    tomorrow = datetime.combine(day + timedelta(days=1), time(), tzinfo=zone)
    return tomorrow - timedelta(microseconds=1)
