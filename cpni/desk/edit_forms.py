"""Forms of the changes that a caller may ask for on a call."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts import credentials, fields
from accounts.models import AuthorisedUser, Customer
from cpni.desk.screen import Screen

# What is mostly the reason; whoever has another writes it.
REASONS = (
    "The caller asked for it",
    "The caller has moved",
    "The caller corrected a mistake of ours",
    "The caller forgot the old one",
)


class EditForm(forms.Form):
    """What is changed, with the reason; ``seen`` names what was there when the form was opened."""

    because = forms.CharField(
        label="Reason", max_length=200, initial=REASONS[0], widget=forms.TextInput
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, screen: Screen, **kwargs: Any) -> None:
        self.screen = screen
        super().__init__(*args, **kwargs)
        self.order_fields([name for name in self.fields if name != "because"])
        self.fields["because"].widget.attrs["list"] = "desk-reasons"
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")
        self.visible_fields()[0].field.widget.attrs["autofocus"] = True

    def clean_because(self) -> str:
        """Spaces are no reason, and a reason is one line."""
        because = fields.one_line(self.cleaned_data["because"])
        if not because:
            raise ValidationError("Say why.")
        return because


class NameForm(EditForm):
    """The name, corrected."""

    name = forms.CharField(max_length=200, validators=[fields.validate_one_line])


class PostForm(EditForm):
    """A postal address, checked as the contact verb will check it."""

    line1 = forms.CharField(label="Address, line 1", max_length=100)
    line2 = forms.CharField(label="Line 2", max_length=100, required=False)
    city = forms.CharField(max_length=60)
    state = forms.CharField(max_length=2, widget=forms.TextInput(attrs={"size": 2}))
    postcode = forms.CharField(label="ZIP code", max_length=10)

    def clean_state(self) -> str:
        """Two letters."""
        return fields.state(self.cleaned_data["state"])

    def clean_postcode(self) -> str:
        """Five digits or nine."""
        return fields.postcode(self.cleaned_data["postcode"])


class EmailForm(EditForm):
    """An e-mail address."""

    value = forms.CharField(
        label="E-mail address", max_length=254, widget=forms.TextInput(attrs={"inputmode": "email"})
    )

    def clean_value(self) -> str:
        """In its normal form."""
        return fields.email_address(self.cleaned_data["value"].strip())


class NumbersForm(EditForm):
    """Contact numbers: one more, and those that are gone."""

    value = forms.CharField(
        label="New contact number",
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
    gone = forms.TypedMultipleChoiceField(
        label="Remove", coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        points = self.screen.points("telephone")
        self.fields["gone"].choices = [(p.pk, str(p)) for p in points]  # type: ignore[attr-defined]
        if not points:
            del self.fields["gone"]

    def clean_value(self) -> str:
        """In its normal form."""
        text = self.cleaned_data["value"].strip()
        return fields.telephone_shown(fields.telephone(text)) if text else ""

    def clean(self) -> dict[str, Any] | None:
        """Something must change."""
        if not self.errors and not (self.cleaned_data["value"] or self.cleaned_data.get("gone")):
            raise ValidationError("Enter a number, or tick one to remove.")
        return super().clean()


class LanguageForm(EditForm):
    """The language in which the customer is written to."""

    language = forms.ChoiceField(choices=Customer.Language.choices, widget=forms.RadioSelect)


class ConsentForm(EditForm):
    """Consent to notices by e-mail, given with its proof, or withdrawn."""

    consents = forms.TypedChoiceField(
        label="Notices by e-mail",
        choices=[("yes", "Yes, by e-mail"), ("no", "No, by post")],
        widget=forms.RadioSelect,
    )
    recording = forms.CharField(
        label="Recording of this call",
        max_length=120,
        required=False,
        help_text="Its number: the rule asks for consent that can be verified.",
    )

    def clean(self) -> dict[str, Any] | None:
        """A yes needs its proof."""
        if self.cleaned_data.get("consents") == "yes" and not self.cleaned_data.get("recording"):
            self.add_error("recording", "Consent needs its proof: the number of the recording.")
        return super().clean()


class UsersForm(EditForm):
    """Authorised users: one more, and those whose authority ends today."""

    name = forms.CharField(
        label="New authorised user",
        max_length=200,
        required=False,
        validators=[fields.validate_one_line],
    )
    authority = forms.ChoiceField(
        choices=AuthorisedUser.Authority.choices, initial=AuthorisedUser.Authority.ASK
    )
    ended = forms.TypedMultipleChoiceField(
        label="Ends today", coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        users = self.screen.users
        self.fields["ended"].choices = [(u.pk, str(u)) for u in users]  # type: ignore[attr-defined]
        if not users:
            del self.fields["ended"]

    def clean(self) -> dict[str, Any] | None:
        """Something must change."""
        if not self.errors and not (self.cleaned_data["name"] or self.cleaned_data.get("ended")):
            raise ValidationError("Enter a name, or tick one whose authority ends.")
        return super().clean()


class PasswordForm(EditForm):
    """A new password. What was typed is not sent back to the page."""

    new = forms.CharField(
        label="New password",
        max_length=credentials.LONGEST,
        help_text="Said by the caller. Nothing about their life, their account or their numbers.",
    )


class BackupForm(EditForm):
    """A back-up question of the customer's own, and its answer."""

    question = forms.CharField(max_length=200, help_text="In the caller’s own words.")
    answer = forms.CharField(max_length=credentials.LONGEST)
