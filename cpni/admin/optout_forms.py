"""Forms about opt-out requests, and what their acts say before they are done."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts import looks
from accounts.admin.account_field import AccountField
from accounts.admin.acts import ActForm, Outlook
from accounts.admin.base import ReasonForm
from accounts.models import Customer
from cpni.matching import MOST, Candidate, candidates
from cpni.models import OptOutRequest
from notices.models import Use

Wish = OptOutRequest.Wish
OPT_IN = "cpni.opt_in_optoutrequest"


def checked_wish(wish: str, may_opt_in: bool) -> str:
    """``wish``; raises ValidationError for opting back in by someone who may not record that."""
    if wish == Wish.OPT_IN and not may_opt_in:
        raise forms.ValidationError("Your role may not record a customer's opting back in.")
    return wish


class RequestForm(ReasonForm):
    """A request as it came."""

    may_opt_in = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("stated", "proof"):
            if name in self.fields:
                self.fields[name].widget = UnfoldAdminTextareaWidget(attrs={"rows": 4})
        if "scan" in self.fields:
            self.fields["scan"].widget.attrs["accept"] = ".pdf,.png,.jpg,.jpeg,.tif,.tiff"

    def clean_wish(self) -> str:
        """Opting back in gives the carrier rights, so not everyone may record it."""
        return checked_wish(self.cleaned_data["wish"], self.may_opt_in)


class ChoiceForm(ActForm):
    """What a customer says on the telephone or at the counter."""

    wish = forms.ChoiceField(
        label="The customer wants to",
        choices=OptOutRequest.Wish.choices,
        initial=OptOutRequest.Wish.OPT_OUT,
        widget=forms.RadioSelect,
    )
    route = forms.ChoiceField(
        label="How they said it",
        choices=[
            (route.value, route.label)
            for route in (OptOutRequest.Route.TELEPHONE, OptOutRequest.Route.PERSON)
        ],
    )
    stated = forms.CharField(label="In their words", widget=forms.Textarea(attrs={"rows": 3}))
    uses = forms.ModelMultipleChoiceField(
        Use.objects.filter(mechanism__in=Use.NEED_APPROVAL),
        label="Only for these uses",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None ticked: for all. Opting in to uses that need opt-in must name them.",
    )
    proof = forms.CharField(
        label="Proof, for opting back in",
        required=False,
        widget=forms.TextInput,
        help_text="The recording's reference and the version of the script that was read.",
    )

    def clean_wish(self) -> str:
        """Opting back in gives the carrier rights, so not everyone may record it."""
        return checked_wish(self.cleaned_data["wish"], self.request.user.has_perm(OPT_IN))


class SuggestingForm(ActForm):
    """Customers whom the text of a request suggests, in the field ``suggested``, or others.

    ``others`` is the field for these, with what it is called when nobody is suggested.
    """

    others: tuple[str, str]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shown, more = suggestions(self.request, self.obj)
        self.found = {str(c.customer.pk): c.customer for c in shown}
        if self.found:
            field = self.fields["suggested"]
            field.choices = [(str(c.customer.pk), described(c)) for c in shown]  # type: ignore[attr-defined]
            field.help_text = more
        else:
            del self.fields["suggested"]
            name, label = self.others
            self.fields[name].label = label


class MatchForm(SuggestingForm):
    """Which customer it is: one that the text suggests, or another by account number."""

    others = ("account", "Account number")
    suggested = forms.ChoiceField(label="Customer", required=False, widget=forms.RadioSelect)
    account = AccountField(
        label="Or another account number",
        required=False,
        help_text="Compare name and address before you apply it.",
    )
    uses = forms.ModelMultipleChoiceField(
        Use.objects.filter(mechanism__in=Use.NEED_APPROVAL),
        label="Only for these uses",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="If its words say no to some only. None ticked: for all, now and later.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.obj.wish == Wish.OPT_OUT:
            self.fields["uses"].initial = self.obj.uses.all()
        else:
            del self.fields["uses"]  # what it allows is what its proof says

    def clean(self) -> dict[str, Any] | None:
        """Exactly one customer."""
        data = super().clean() or {}
        suggested = self.found.get(data.get("suggested", ""))
        if "account" not in self.errors and bool(suggested) == bool(data.get("account")):
            raise forms.ValidationError("Choose one of the customers, or enter one account number.")
        data["customer"] = suggested or data.get("account")
        return data


class SplitForm(SuggestingForm):
    """Which customers it speaks for."""

    others = ("accounts", "Account numbers")
    suggested = forms.MultipleChoiceField(
        label="Customers", required=False, widget=forms.CheckboxSelectMultiple
    )
    accounts = forms.CharField(
        label="Other account numbers",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="One on each line. Compare name and address before you apply it.",
    )
    rest = forms.CharField(
        label="What is left to be matched",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Who else it speaks for, in its words: a request of its own that waits.",
    )

    def clean_accounts(self) -> list[Customer]:
        """Each line is the number of an account."""
        field, found = AccountField(), []
        lines = self.cleaned_data["accounts"].splitlines()
        for number, line in enumerate((line.strip() for line in lines), 1):
            if line:
                try:
                    found.append(field.clean(line))
                except forms.ValidationError as error:
                    words = " ".join(error.messages)
                    raise forms.ValidationError(f"Line {number}, “{line}”: {words}") from error
        looks.note(self.request, [customer.pk for customer in found])
        return found

    def clean(self) -> dict[str, Any] | None:
        """At least two parts, no customer twice."""
        data = super().clean() or {}
        ticked = [self.found[key] for key in data.get("suggested", [])]
        data["customers"] = list(dict.fromkeys([*ticked, *data.get("accounts", [])]))
        if not self.errors and len(data["customers"]) + bool(data.get("rest", "").strip()) < 2:
            raise forms.ValidationError(
                "Name at least two parts. If it is one customer's, match it instead."
            )
        return data


def suggestions(request: HttpRequest, wished: OptOutRequest) -> tuple[list[Candidate], str]:
    """The likeliest candidates, as things are now, and how many more there are, in words."""
    found = candidates(wished.stated)
    shown = found[:MOST]
    looks.note(request, [candidate.customer.pk for candidate in shown])
    more = len(found) - len(shown)
    return shown, f"{more} more, who are less likely, are held as well." if more else ""


def described(candidate: Candidate) -> str:
    """A customer with what tells them from a namesake, and by what they were found."""
    customer = candidate.customer
    points = customer.contact_points.current().filter(kind="post")
    parts = [str(customer), customer.get_status_display(), *map(str, points)]
    return f"{' · '.join(parts)} — found by {candidate.why}"


def match_outlook(self: Any, request: HttpRequest, wished: OptOutRequest) -> Outlook:
    """What applying does."""
    if wished.wish == Wish.OPT_OUT:
        sentence = (
            "The customer's information may no longer be used as stated, from the day from which"
            " the objection counts. It beats an approval that was assumed meanwhile."
        )
    else:
        sentence = "The customer approves the uses expressly, until they say otherwise."
    return Outlook(sentence, facts(wished))


def facts(wished: OptOutRequest) -> Sequence[tuple[str, Any]]:
    """A request as facts to check."""
    days = [("Letter", wished.letter_date), ("postmark", wished.postmark)]
    known = [f"{name} {day:%b} {day.day}, {day.year}" for name, day in days if day]
    received = wished.received_on
    return [
        ("Wish", wished.get_wish_display()),
        ("Uses", uses_words(wished)),
        ("Route", wished.get_route_display()),
        ("Dates", ", ".join([*known, f"received {received:%b} {received.day}, {received.year}"])),
        ("As stated", wished.stated or "–"),
        *([("Proof", wished.proof)] if wished.proof else []),
    ]


def uses_words(wished: OptOutRequest) -> str:
    """For which uses."""
    if wished.all_uses:
        return "Every use that needs approval, now and later"
    return "; ".join(str(use) for use in wished.uses.all())


def split_outlook(self: Any, request: HttpRequest, wished: OptOutRequest) -> Outlook:
    """What splitting does."""
    return Outlook(
        "One request is made for each customer whom it speaks for, with the same wish and dates,"
        " and applied at once. What is left is a request of its own that waits to be matched.",
        facts(wished),
    )


def undo_outlook(self: Any, request: HttpRequest, wished: OptOutRequest) -> Outlook:
    """What taking back does."""
    return Outlook(
        f"The match to {wished.customer} is taken back, and the request waits to be matched again."
        " What that customer's other choices and notices say counts again.",
        facts(wished),
    )


def reject_outlook(self: Any, request: HttpRequest, wished: OptOutRequest) -> Outlook:
    """What rejecting does."""
    return Outlook(
        "It is set aside and nothing changes for any customer. Do this only when it is no choice at"
        " all, or its sender is no customer.",
        facts(wished),
    )
