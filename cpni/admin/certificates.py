"""Annual certificates: gathered, drafted, signed, filed; and actions against data brokers."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter
from unfold.decorators import display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.admin.acts import ActForm, Outlook, confirmed_act, dress, person, reading_page
from accounts.admin.base import ReasonForm, RecordAdmin
from accounts.admin.labels import BAD, CALM, GOOD, WAIT, choice_label, label
from accounts.admin.pages import page
from accounts.admin.scans import HasScan, download
from accounts.admin.written_once import WrittenOnceAdmin
from accounts.civil import in_words
from accounts.counted_words import several
from accounts.models import Carrier
from accounts.upload_checks import SCAN_HELP, validate_scan
from cpni import certificate_paper, certificates
from cpni.certificate_lines import FOLLOWED, NOT_FOLLOWED, VERDICTS, not_followed
from cpni.certificate_paper import day_in_words
from cpni.models import AnnualCertificate, BrokerAction

State = AnnualCertificate.State
VIEW = "cpni.view_annualcertificate"
TONES = {State.GATHERING: WAIT, State.DRAFTED: WAIT, State.SIGNED: WAIT, State.FILED: GOOD}
VERDICT_TONES = {FOLLOWED: GOOD, NOT_FOLLOWED: BAD}
NEXT = {
    State.GATHERING: "Complete it, then draft it",
    State.DRAFTED: "Have the officer sign it, and upload it",
    State.SIGNED: "File it, and enter the confirmation",
    State.FILED: "–",
}


def gathering(certificate: AnnualCertificate) -> bool:
    """Whether it can still be written."""
    return certificate.state == State.GATHERING


def figures(certificate: AnnualCertificate) -> dict[str, Any]:
    """The figures, kept or as they are now."""
    return certificates.figures_of(certificate, today=Carrier.today(), at=timezone.now())


class CertificateForm(ReasonForm):
    """What the officer writes."""

    class Meta:
        widgets = {
            "procedures": UnfoldAdminTextareaWidget(attrs={"rows": 20}),
            "pretexters": UnfoldAdminTextareaWidget(attrs={"rows": 5}),
        }


class ExplainForm(ActForm):
    """One field for each procedure that was not followed."""

    def __init__(self, *args: Any, request: HttpRequest, obj: Any, **kwargs: Any) -> None:
        super().__init__(*args, request=request, obj=obj, **kwargs)
        for line in not_followed(figures(obj)["lines"]):
            self.fields[f"line_{line['code']}"] = forms.CharField(
                label=line["question"],
                required=False,
                max_length=2_000,
                initial=obj.explanations.get(line["code"], ""),
                widget=forms.Textarea(attrs={"rows": 3}),
                help_text=f"{line['figure']} ({line['section']}). Why, and what is done about it?",
            )
        self.order_fields([name for name in self.fields if name != "because"])
        for field in self.fields.values():
            dress(field)


class SignedForm(ActForm):
    """The signed paper."""

    on = forms.DateField(label="Signed on", widget=forms.DateInput)
    paper = forms.FileField(
        label="Signed certificate and statement",
        validators=[validate_scan],
        help_text=f"All pages, as they are filed. {SCAN_HELP}",
    )


class FiledForm(ActForm):
    """The proof of filing."""

    on = forms.DateField(label="Filed on", widget=forms.DateInput)
    confirmation = forms.CharField(
        label="Confirmation number",
        max_length=100,
        widget=forms.TextInput,
        help_text="As the FCC’s filing system (ECFS) gave it.",
    )
    receipt = forms.FileField(
        label="Receipt",
        required=False,
        validators=[validate_scan],
        help_text=f"The confirmation page or message. {SCAN_HELP}",
    )


def draft_outlook(self: Any, request: HttpRequest, certificate: AnnualCertificate) -> Outlook:
    """What is missing, or that nothing is."""
    wanting = certificates.lacks(certificate, figures(certificate), today=Carrier.today())
    return Outlook(
        "The figures are fixed as the records have them now, and the paper is made for the officer"
        " to sign. Until it is filed it can be taken back.",
        [("Still missing", "\n".join(wanting) or "Nothing")],
    )


@admin.register(AnnualCertificate)
class AnnualCertificateAdmin(RecordAdmin):
    """The certificate of each year (64.2009(e))."""

    form = CertificateForm
    list_display = ("__str__", "state_label", "due_label", "filed_on", "confirmation", "next_step")
    list_filter = (("state", ChoicesDropdownFilter),)
    ordering = ("-year",)
    fieldsets = (
        (None, {"fields": ("year", "state_label", "due_label", "next_step")}),
        ("Who signs", {"fields": ("signer_name", "signer_title")}),
        ("Accompanying statement", {"fields": ("procedures", "pretexters")}),
        ("Signed and filed", {"fields": ("drafted_at", "signed_on", "filed_on", "confirmation")}),
    )
    add_fieldsets = ((None, {"fields": ("year",)}),)
    readonly_fields = (
        "state_label",
        "due_label",
        "next_step",
        "drafted_at",
        "signed_on",
        "filed_on",
        "confirmation",
    )
    actions_detail = (
        "figures",
        "paper",
        "explain",
        "draft",
        "sign",
        "file_it",
        "reopen",
        "signed_paper",
        "receipt",
    )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was drafted is what is signed."""
        return (obj is None or gathering(obj)) and super().has_change_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The year is chosen once."""
        found = super().get_readonly_fields(request, obj)
        return (*found, "year") if obj else ()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A new one is only a year; a statement is offered with it."""
        if obj is None:
            return self.add_fieldsets
        return super().get_fieldsets(request, obj)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Most often that of the year before."""
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        return {"year": Carrier.today().year - 1, **initial}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """A new one begins through the verb."""
        if change:
            super().save_model(request, obj, form, change)
            return
        because = form.cleaned_data.get("because") or "Begun"
        certificates.begin(obj, today=Carrier.today(), by=person(request), because=because)

    @display(description="Status", ordering="state")
    def state_label(self, certificate: AnnualCertificate) -> str:
        """Gathering, drafted, signed or filed."""
        return choice_label(certificate, "state", TONES)

    @display(description="To be filed by")
    def due_label(self, certificate: AnnualCertificate) -> str:
        """1 March, or the business day after it."""
        if certificate.year is None:
            return "–"
        day = certificates.due(certificate.year)
        words = f"{day:%A}, {in_words(day)}"
        late = certificate.state != State.FILED and day < Carrier.today()
        return format_html("{} {}", words, label("Overdue", BAD)) if late else words

    @display(description="Next step")
    def next_step(self, certificate: AnnualCertificate) -> str:
        """What is to be done."""
        return NEXT[State(certificate.state)]

    @reading_page("Figures and procedures", permission=VIEW, icon="fact_check")
    def figures(self, request: HttpRequest, certificate: AnnualCertificate) -> HttpResponse:
        """What the records of the year say, line by line, and what is missing."""
        found = figures(certificate)
        today = Carrier.today()
        return page(
            self,
            request,
            "cpni/admin/certificate_figures.html",
            certificate,
            title=f"Figures for {certificate.year}",
            figures=found,
            lines=[
                (
                    line,
                    label(VERDICTS[line["verdict"]], VERDICT_TONES.get(line["verdict"], CALM)),
                    list_address(line),
                    certificate.explanations.get(line["code"], ""),
                )
                for line in found["lines"]
            ],
            wanting=certificates.lacks(certificate, found, today=today)
            if gathering(certificate)
            else [],
            gathering=gathering(certificate),
            until=day_in_words(found["until"]),
            brokers=[(day_in_words(day), *rest) for day, *rest in found["brokers"]],
            campaigns=[
                (name, day_in_words(day), by or "Nobody", sent)
                for name, day, by, sent in found["campaigns"]
            ],
            marketing=[
                (name, day_in_words(begins), day_in_words(ends), cpni, by or "Nobody", uses)
                for name, begins, ends, cpni, by, _, uses in found.get("marketing", [])
            ],
            breaches=[
                (day_in_words(day), what, intent, number, day_in_words(closed) or "–")
                for day, what, intent, number, closed in found.get("breaches", [])
            ],
        )

    @reading_page("PDF", permission=VIEW, icon="picture_as_pdf")
    def paper(self, request: HttpRequest, certificate: AnnualCertificate) -> HttpResponse:
        """Certificate and statement: a draft while it is gathered, then what is signed."""
        return HttpResponse(
            certificate_paper.pdf(certificate, figures(certificate)),
            content_type="application/pdf",
            headers={
                "Content-Disposition": f'attachment; filename="certificate-{certificate.year}.pdf"',
            },
        )

    @confirmed_act(
        "Explain",
        permission=certificates.CHANGE,
        outlook="What was not followed is said in the statement, with why. An empty field takes an"
        " explanation back.",
        form=ExplainForm,
        shown=gathering,
        icon="edit_note",
    )
    def explain(
        self, request: HttpRequest, certificate: AnnualCertificate, data: dict[str, Any]
    ) -> str:
        """Keep the explanations."""
        words = {k.removeprefix("line_"): v for k, v in data.items() if k.startswith("line_")}
        number = certificates.explain(
            certificate, words, by=person(request), because=data["because"]
        )
        return f"{several(number, 'explanation')} changed."

    @confirmed_act(
        "Draft",
        permission=certificates.FILE,
        outlook=draft_outlook,
        shown=gathering,
        icon="draw",
        variant=ActionVariant.PRIMARY,
    )
    def draft(
        self, request: HttpRequest, certificate: AnnualCertificate, data: dict[str, Any]
    ) -> str:
        """Fix the figures."""
        certificates.draft(
            certificate,
            today=Carrier.today(),
            at=timezone.now(),
            by=person(request),
            because=data["because"],
        )
        return "It is drafted. Download the PDF for the officer to sign."

    @confirmed_act(
        "Upload signed paper",
        permission=certificates.FILE,
        outlook="The officer has signed the paper that was drafted, from personal knowledge.",
        form=SignedForm,
        shown=lambda certificate: certificate.state == State.DRAFTED,
        icon="history_edu",
        variant=ActionVariant.PRIMARY,
    )
    def sign(
        self, request: HttpRequest, certificate: AnnualCertificate, data: dict[str, Any]
    ) -> str:
        """Keep what was signed."""
        certificates.sign(
            certificate,
            on=data["on"],
            paper=data["paper"],
            today=Carrier.today(),
            by=person(request),
            because=data["because"],
        )
        return "The signed paper is kept. File it in EB Docket 06-36."

    @confirmed_act(
        "Enter proof of filing",
        permission=certificates.FILE,
        outlook="After this nothing of the certificate changes any more. Many carriers that had"
        " filed were fined because they could not prove it: keep the receipt, too.",
        form=FiledForm,
        shown=lambda certificate: certificate.state == State.SIGNED,
        icon="verified",
        variant=ActionVariant.PRIMARY,
    )
    def file_it(
        self, request: HttpRequest, certificate: AnnualCertificate, data: dict[str, Any]
    ) -> str:
        """Keep the proof."""
        certificates.file(
            certificate,
            on=data["on"],
            confirmation=data["confirmation"],
            receipt=data["receipt"],
            today=Carrier.today(),
            by=person(request),
            because=data["because"],
        )
        return "It is filed, and its proof is kept."

    @confirmed_act(
        "Take back",
        permission=certificates.FILE,
        outlook="It goes back to gathering: the figures are no longer fixed, and what was signed is"
        " not of this one any more.",
        shown=lambda certificate: certificate.state in (State.DRAFTED, State.SIGNED),
        icon="undo",
    )
    def reopen(
        self, request: HttpRequest, certificate: AnnualCertificate, data: dict[str, Any]
    ) -> str:
        """Gather again."""
        certificates.reopen(certificate, by=person(request), because=data["because"])
        return "It is gathered again."

    @reading_page(
        "Signed paper",
        permission=VIEW,
        icon="download",
        shown=lambda certificate: bool(certificate.signed_paper),
    )
    def signed_paper(self, request: HttpRequest, certificate: AnnualCertificate) -> Any:
        """What the officer signed."""
        return self._kept(certificate.signed_paper, request, certificate, "signed-certificate")

    @reading_page(
        "Receipt",
        permission=VIEW,
        icon="download",
        shown=lambda certificate: bool(certificate.receipt),
    )
    def receipt(self, request: HttpRequest, certificate: AnnualCertificate) -> Any:
        """What proves that it was filed."""
        return self._kept(certificate.receipt, request, certificate, "filing-receipt")

    def _kept(
        self, stored: Any, request: HttpRequest, certificate: AnnualCertificate, named: str
    ) -> Any:
        if stored:
            return download(stored, f"{named}-{certificate.year}")
        messages.info(request, "There is no such paper yet.")
        address = reverse("admin:cpni_annualcertificate_change", args=[certificate.pk])
        return HttpResponseRedirect(address)


def list_address(line: dict[str, Any]) -> str:
    """The list that shows what a line counts."""
    name = line["list_name"]
    suffix = "" if name.endswith("_looked") else "_changelist"
    return reverse(f"admin:{name}{suffix}") + str(line["query"])


@admin.register(BrokerAction)
class BrokerActionAdmin(HasScan, WrittenOnceAdmin):
    """What was done against whom, for the certificate."""

    scan_named = "broker-action"
    list_display = ("taken_on", "against", "kind", "proof", "by")
    list_display_links = ("taken_on", "against")
    list_filter = (("kind", ChoicesDropdownFilter), ("taken_on", RangeDateFilter))
    list_filter_submit = True
    list_select_related = ("by",)
    ordering = ("-taken_on", "-id")
    add_fields = ("taken_on", "against", "kind", "what", "proof", "scan")
    fields = ("taken_on", "against", "kind", "what", "proof", "scan_link", "at", "by")
    readonly_fields = ("scan_link", "at", "by")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Most are recorded on the day."""
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        return {"taken_on": Carrier.today(), **initial}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Record it through the verb."""
        certificates.record_broker_action(
            obj, today=Carrier.today(), at=timezone.now(), by=person(request)
        )

    @display(description="Paper")
    def scan_link(self, action: BrokerAction) -> str:
        """The scanned paper."""
        if not action.scan:
            return "–"
        address = self.scan_address(action.pk)
        return format_html('<a class="text-link" href="{}">Download the scan</a>', address)
