"""Mail that came back: what it was taken for, whose it is, what followed; and its correction."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Case, F, Prefetch, QuerySet, When
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter, RangeDateFilter
from unfold.decorators import display
from unfold.enums import ActionVariant

from accounts import looks
from accounts.admin.account_field import AccountField
from accounts.admin.acts import ActForm, Outlook, confirmed_act, person
from accounts.admin.base import ReadOnlyRecordAdmin
from accounts.admin.labels import BAD, CALM, GAP, GOOD, WAIT, choice_label, label
from accounts.models import Customer
from cpni.inbound import acting
from cpni.inbound.consequences import uses_under
from cpni.inbound.reading import read
from cpni.matching import MOST
from cpni.models import InboundMessage
from notices.models import Delivery
from notices.references import delivery_id

Kind, MatchedBy = InboundMessage.Kind, InboundMessage.MatchedBy
TONES = {
    Kind.PERMANENT: BAD,
    Kind.TEMPORARY: GAP,
    Kind.DELAYED: CALM,
    Kind.AUTO_REPLY: CALM,
    Kind.COMPLAINT: BAD,
    Kind.OPT_OUT: GOOD,
    Kind.QUESTION: WAIT,
    Kind.OTHER: CALM,
}
HEADERS = (
    "Return-Path",
    "From",
    "Reply-To",
    "To",
    "Cc",
    "Date",
    "Subject",
    "Message-ID",
    "In-Reply-To",
    "Auto-Submitted",
)


class ReadFilter(DropdownFilter):
    """Whether a person has still to read it."""

    title = "To be read"
    parameter_name = "read"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Waiting or done."""
        return [("open", "To be read"), ("done", "Nothing to be read")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those."""
        if self.value() not in ("open", "done"):
            return queryset
        return queryset.filter(to_read=self.value() == "open")


class CorrectForm(ActForm):
    """What a message really is, and whose."""

    kind = forms.ChoiceField(label="It is", choices=Kind.choices)
    reference = forms.CharField(
        label="Reference of the notice",
        required=False,
        max_length=20,
        help_text="N-…, as printed on the notice that it answers; empty: the match stays.",
    )
    account = AccountField(label="Or account number", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].initial = self.obj.kind

    def clean_reference(self) -> Delivery | None:
        """The delivery that it names."""
        typed = self.cleaned_data["reference"].strip()
        if not typed:
            return None
        found = Delivery.objects.filter(pk=delivery_id(typed) or 0).first()
        if found is None:
            raise forms.ValidationError(f"There is no notice {typed}. Compare it once more.")
        return found

    def clean(self) -> dict[str, Any] | None:
        """A reference or an account, not both."""
        data = super().clean() or {}
        if data.get("reference") and data.get("account"):
            raise forms.ValidationError("Enter a reference or an account number, not both.")
        return data


def correct_outlook(self: Any, request: HttpRequest, message: InboundMessage) -> Outlook:
    """What correcting does."""
    return Outlook(
        "What follows from it follows at once: an opt-out is applied to its customer, a permanent"
        " failure makes its notice undeliverable and opens a substitute. What had followed from a"
        " mistake is taken back; but marketing that was stopped stays so until it is allowed on"
        " the customer’s page. An opt-out that answers an offer stops marketing by e-mail; if it"
        " means the use of their information, enter their account. The message counts as read.",
        facts(message),
    )


def read_outlook(self: Any, request: HttpRequest, message: InboundMessage) -> Outlook:
    """What marking as read does."""
    return Outlook(
        "It says nothing that changes what we may do: approval may be assumed for its customer"
        " again. If it is an objection, in whatever words, correct it instead.",
        facts(message),
    )


def facts(message: InboundMessage) -> list[tuple[str, Any]]:
    """A message as facts to check."""
    return [
        ("From", message.sender or "–"),
        ("Subject", message.subject or "–"),
        ("What was written", message.words or "–"),
        ("Taken for", kind_words(message)),
        ("Customer", message.customer or "Not known"),
        ("What followed", message.outcome or "Nothing"),
    ]


def likely(message: InboundMessage) -> list[Customer]:
    """Whom it may be from, as many as a person is shown."""
    return list(message.candidates.all()[:MOST])


def kind_words(message: InboundMessage) -> str:
    """Its kind, and why."""
    return ": ".join(filter(None, (message.get_kind_display(), message.detail)))


@admin.register(InboundMessage)
class InboundMessageAdmin(ReadOnlyRecordAdmin):
    """The inbox: bounces and replies. Nothing of a message is rendered, fetched or run."""

    shows_customers = True

    list_display = ("received_at", "state", "kind_label", "who", "about", "match_label")
    list_display_links = ("received_at",)
    list_filter = (
        ReadFilter,
        ("kind", ChoicesDropdownFilter),
        ("matched_by", ChoicesDropdownFilter),
        ("received_on", RangeDateFilter),
    )
    list_filter_submit = True
    list_select_related = ("customer",)
    search_fields = ("customer__account_number__exact",)
    search_help_text = "Reference of the notice (N-…) or whole account number"
    # What waits first, and of that whatever has waited longest; then the newest.
    ordering = (
        Case(When(to_read=True, then=F("received_at"))).asc(nulls_last=True),
        "-received_at",
        "-id",
    )
    fieldsets = (
        (
            "The message",
            {"fields": ("state", "received_at", "door", "sender", "subject", "text", "as_it_came")},
        ),
        (
            "What it was taken for",
            {"fields": ("kind_label", "detail", "match_label", "customer_link", "delivery_link")},
        ),
        ("What followed", {"fields": ("outcome", "request_link", "used", "read_at", "read_by")}),
    )
    readonly_fields = (
        "state",
        "text",
        "as_it_came",
        "kind_label",
        "match_label",
        "customer_link",
        "delivery_link",
        "request_link",
        "used",
    )
    actions_detail = ("correct", "mark_read")

    def get_queryset(self, request: HttpRequest) -> Any:
        """With what its page names."""
        found = super().get_queryset(request).select_related("customer", "delivery", "request")
        return found.prefetch_related(Prefetch("candidates", Customer.objects.order_by("pk")))

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        """Those about a notice, by its reference, or of an account."""
        if number := delivery_id(search_term.strip()):
            return queryset.filter(delivery=number), False
        return super().get_search_results(request, queryset, search_term)

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        """The message; whom it may be from is shown as well, so it is noted."""
        message = super().get_object(request, object_id, from_field)
        if message is not None and request.method == "GET":
            looks.note(request, [c.pk for c in likely(message)], record=message.pk)
        return message

    # --- Acts ------------------------------------------------------------------------------------

    @confirmed_act(
        "Correct",
        permission=acting.CORRECT,
        outlook=correct_outlook,
        form=CorrectForm,
        icon="edit",
    )
    def correct(self, request: HttpRequest, message: InboundMessage, data: dict[str, Any]) -> str:
        """Say what it is."""
        done = acting.correct(
            message,
            kind=data["kind"],
            delivery=data["reference"],
            customer=data["account"],
            at=timezone.now(),
            by=person(request),
            because=data["because"],
        )
        return f"Corrected. {done}".strip()

    @confirmed_act(
        "Mark as read",
        permission=acting.CORRECT,
        outlook=read_outlook,
        shown=lambda message: message.to_read,
        icon="mark_email_read",
        variant=ActionVariant.PRIMARY,
    )
    def mark_read(self, request: HttpRequest, message: InboundMessage, data: dict[str, Any]) -> str:
        """Nothing follows from it."""
        acting.mark_read(message, at=timezone.now(), by=person(request), because=data["because"])
        return "The message is read."

    # --- Columns and fields ----------------------------------------------------------------------

    @display(description="Status", ordering="to_read")
    def state(self, message: InboundMessage) -> str:
        """Whether a person must read it."""
        if message.to_read:
            return label("To be read", WAIT)
        return label("Read", GOOD) if message.read_at else label("Nothing to do", CALM)

    @display(description="Taken for", ordering="kind")
    def kind_label(self, message: InboundMessage) -> str:
        """What it is."""
        return choice_label(message, "kind", TONES)

    @display(description="From")
    def who(self, message: InboundMessage) -> str:
        """The customer, or what the message says of itself."""
        if message.customer:
            return str(message.customer)
        return Truncator(message.sender or "–").chars(40)

    @display(description="Says")
    def about(self, message: InboundMessage) -> str:
        """The beginning of its words, or of its subject."""
        return Truncator(" ".join((message.words or message.subject or "–").split())).chars(60)

    @display(description="Matched by", ordering="matched_by")
    def match_label(self, message: InboundMessage) -> str:
        """By what, and how surely."""
        if not message.matched_by:
            return label("Not matched", GAP)
        tone = GOOD if message.is_certain else WAIT
        return choice_label(message, "matched_by", {message.matched_by: tone})

    @display(description="What was written")
    def text(self, message: InboundMessage) -> SafeString:
        """Above what it quotes, as text."""
        return format_html('<div class="desk-lines">{}</div>', message.words or "–")

    @display(description="The rest")
    def as_it_came(self, message: InboundMessage) -> str:
        """All of its text, headers, the names of attachments; as text, folded."""
        if not (message.raw and message.raw.storage.exists(message.raw.name or "")):
            return "Its file is not in the store."
        # The library asks for a field twice.
        mail = message.__dict__.get("mail")
        if mail is None:
            with message.raw.storage.open(message.raw.name or "") as file:
                mail = message.__dict__["mail"] = read(file.read())
        return render_to_string(
            "cpni/admin/message.html",
            {
                "headers": [(name, mail.headers(name)) for name in HEADERS if mail.header(name)],
                "whole": mail.text,
                "attachments": mail.attachments,
                "unfold": not message.words,
            },
        )

    @display(description="Customer")
    def customer_link(self, message: InboundMessage) -> str | SafeString:
        """The customer, or those whom it may be from, as links."""
        known = [message.customer] if message.customer else []
        maybe = [c for c in likely(message) if c not in known]
        if not known and not maybe:
            return "Not known"
        links = format_html_join(
            "; ",
            '<a class="text-link" href="{}">{}</a>',
            ((reverse("admin:accounts_customer_change", args=[c.pk]), c) for c in (*known, *maybe)),
        )
        more = len(message.candidates.all()) - MOST
        if more > 0:
            links = format_html("{}; {} more, who are held as well", links, more)
        return links if known and not maybe else format_html("Perhaps {}", links)

    @display(description="Notice")
    def delivery_link(self, message: InboundMessage) -> str | SafeString:
        """The delivery that it answers."""
        if message.delivery is None:
            return "–"
        address = reverse("admin:notices_delivery_change", args=[message.delivery_id])
        return format_html(
            '<a class="text-link" href="{}">{}</a>', address, message.delivery.reference
        )

    @display(description="Opt-out request")
    def request_link(self, message: InboundMessage) -> str | SafeString:
        """The request that it became."""
        if message.request is None:
            return "–"
        address = reverse("admin:cpni_optoutrequest_change", args=[message.request_id])
        words = f"{message.request.reference}, {message.request.get_status_display().lower()}"
        return format_html('<a class="text-link" href="{}">{}</a>', address, words)

    @display(description="Uses made meanwhile")
    def used(self, message: InboundMessage) -> str | SafeString:
        """Uses of CPNI on approvals that its notice had led to, before it was known to fail."""
        if not message.bounced or message.delivery is None:
            return "–"
        uses = uses_under(message.delivery).select_related("use")[:100]
        return render_to_string("cpni/admin/used_in_between.html", {"uses": uses})
