"""Printing evidence: the acts of a customer's and a campaign's page, and the page of samples."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from accounts import looks
from accounts.admin.acts import ActForm, Outlook, person, reason_field
from accounts.admin.exports import warning
from accounts.admin.pages import page
from accounts.admin.period_form import PeriodForm
from accounts.civil import add_months
from accounts.models import Carrier, Customer
from cpni import timeline
from cpni.evidence import of_customer, of_sample, to_customer
from cpni.evidence.binders import PRINT
from cpni.evidence.chains import chains
from cpni.evidence.sampling import MOST, USUAL, Population, draw, new_seed
from cpni.models import Disclosure
from cpni.timeline_events import Kind
from notices.models import Campaign

SEED_LENGTH = 40


def packed(content: Iterable[bytes], name: str) -> StreamingHttpResponse:
    """A binder as a download, which leaves while it is made."""
    return StreamingHttpResponse(
        content,
        content_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="{name}.zip"',
        },
    )


# --- One customer --------------------------------------------------------------------------------


class BinderForm(ActForm):
    """As of which day, and what goes in."""

    as_of = forms.DateField(label="As of", help_text="What had happened by that day.")
    kind = forms.MultipleChoiceField(
        label="What goes in",
        widget=forms.CheckboxSelectMultiple,
        help_text="What is left out is said in the binder.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = timeline.kinds_for(person(self.request))
        field: Any = self.fields["kind"]
        field.choices = [(kind.value, kind.label) for kind in kinds]
        field.initial = [kind.value for kind in kinds]
        field.widget.choices = field.choices
        self.fields["as_of"].initial = _day_asked(self.request)


def _day_asked(request: HttpRequest) -> date:
    """The day that the page which leads here showed; today without one."""
    try:
        return date.fromisoformat(request.GET.get("as_of", ""))
    except ValueError:
        return Carrier.today()


def binder_outlook(self: Any, request: HttpRequest, customer: Customer) -> Outlook:
    """What will be in the file."""
    return Outlook(
        "One ZIP file: the timeline as a PDF and as a table, the answers of that day, the notices"
        " as they were sent, the scans, the seal of the history, and a manifest of digests by which"
        f" anybody can check it. {warning(1)}"
    )


def print_binder(
    request: HttpRequest, customer: Customer, data: dict[str, Any]
) -> HttpResponseBase:
    """The binder of ``customer``."""
    content = of_customer.binder(
        customer,
        as_of=data["as_of"],
        kinds=[Kind(code) for code in data["kind"]],
        by=person(request),
        at=timezone.now(),
    )
    detail = f"Evidence binder as of {data['as_of']}; reason: {data['because']}"
    looks.note(request, [customer.pk], what=looks.What.EXPORTED, record=customer.pk, detail=detail)
    return packed(content, f"evidence-{customer.pk}-{data['as_of']}")


class LetterForm(ActForm):
    """Of which days, and in which language."""

    first = forms.DateField(label="From")
    last = forms.DateField(label="To")
    language = forms.ChoiceField(label="In", choices=Customer.Language.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = Carrier.today()
        self.fields["first"].initial = add_months(today, -12)
        self.fields["last"].initial = today
        self.fields["language"].initial = self.obj.language


def letter_outlook(self: Any, request: HttpRequest, customer: Customer) -> Outlook:
    """What it is, and what to look at before it is handed out."""
    used = Disclosure.objects.filter(customer=customer)
    compelled = used.filter(use__code="legal").count()
    facts: list[tuple[str, Any]] = [("Recorded uses and disclosures", used.count())]
    if compelled:
        facts.append(
            (
                "Compelled by law",
                f"{compelled}. Ask counsel first whether the customer may be told of it.",
            )
        )
    return Outlook(
        "A PDF to hand to the customer, in plain words: who used or received their information,"
        " when, for what, and why that was allowed. Be sure who asks before you hand it out. That"
        " you made it is recorded.",
        facts,
    )


def print_letter(
    request: HttpRequest, customer: Customer, data: dict[str, Any]
) -> HttpResponseBase:
    """The letter to ``customer`` about uses and disclosures."""
    pdf = to_customer.letter(
        customer,
        first=data["first"],
        last=data["last"],
        language=data["language"],
        by=person(request),
        at=timezone.now(),
    )
    detail = (
        f"Who received their data, {data['first']} to {data['last']}; reason: {data['because']}"
    )
    looks.note(request, [customer.pk], what=looks.What.EXPORTED, record=customer.pk, detail=detail)
    return HttpResponse(
        pdf,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="who-received-{customer.pk}.pdf"',
        },
    )


# --- A sample ------------------------------------------------------------------------------------


class SampleForm(PeriodForm):
    """How many, by which seed, of which approvals."""

    size = forms.IntegerField(label="How many", min_value=1, max_value=MOST)
    seed = forms.RegexField(
        r"^[\w.-]+$",
        label="Seed",
        max_length=SEED_LENGTH,
        help_text="The seed is letters, digits, dots and hyphens; the auditor may give one.",
        error_messages={"invalid": "A seed has letters, digits, dots and hyphens, no spaces."},
    )
    campaign = forms.ModelChoiceField(
        Campaign.objects.filter(channel="").exclude(started_at=None).order_by("-id"),
        label="Of the campaign",
        required=False,
        empty_label="Any",
    )
    first = forms.DateField(label="Effective from", required=False, widget=forms.DateInput)
    last = forms.DateField(label="to", required=False, widget=forms.DateInput)


class PrintForm(forms.Form):
    """Why it is printed."""

    because = reason_field(label="Reason")


def sample_page(model_admin: Any, request: HttpRequest) -> HttpResponseBase:
    """Draw a sample and show its chains; posted with a reason, print it."""
    if not (request.user.has_perm(PRINT) and model_admin.has_view_permission(request)):
        raise PermissionDenied
    usual = {"size": str(USUAL), "seed": new_seed()}
    form = SampleForm(usual | {name: value for name, value in request.GET.items() if value})
    because = PrintForm(request.POST if request.method == "POST" else None)
    sample, found = None, []
    # Without a question nothing is drawn, so that nobody sees customers by opening a page.
    if "seed" in request.GET and form.is_valid():
        asked = form.cleaned_data
        population = Population(asked["campaign"], asked["first"], asked["last"])
        sample = draw(population, size=asked["size"], seed=asked["seed"])
        customers = [approval.customer_id for approval in sample.approvals]
        detail = f"Sample of {len(customers)} of {sample.count} assumed approvals"
        if sample.approvals and request.method == "POST" and because.is_valid():
            content = of_sample.binder(sample, by=person(request), at=timezone.now())
            detail += f"; reason: {because.cleaned_data['because']}"
            looks.note(request, customers, what=looks.What.EXPORTED, detail=detail)
            return packed(content, f"sample-{sample.seed}")
        found = chains(sample.approvals)
        looks.note(request, customers, what=looks.What.LISTED, detail=detail)
    return page(
        model_admin,
        request,
        "cpni/admin/sample.html",
        None,
        title="Random sample of assumed approvals",
        form=form,
        media=model_admin.media + form.media,
        because=because,
        sample=sample,
        chains=found,
        broken=sum(1 for chain in found if chain.problems),
        warning=warning(len(found)),
    )
