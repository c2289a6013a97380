"""What staff can do with a customer: contacts, consent, marketing channels, end and return."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from unfold.enums import ActionVariant

from accounts import contact_optouts, contacts, customers, online_accounts
from accounts.admin.acts import ActForm, Outlook, confirmed_act, more, person
from accounts.civil import in_words
from accounts.models import AccountChange, Carrier, ContactOptOut, ContactPoint, Customer

CHANGE = "accounts.change_customer"


class ContactForm(ActForm):
    """A new address or number."""

    kind = forms.ChoiceField(
        label="What", choices=ContactPoint.Kind.choices, widget=forms.RadioSelect
    )
    value = forms.CharField(
        label="E-mail address or contact number",
        required=False,
        max_length=254,
        widget=forms.TextInput,
    )
    line1 = forms.CharField(
        label="Postal address, line 1", required=False, max_length=100, widget=forms.TextInput
    )
    line2 = forms.CharField(
        label="Postal address, line 2", required=False, max_length=100, widget=forms.TextInput
    )
    city = forms.CharField(label="City", required=False, max_length=60, widget=forms.TextInput)
    state = forms.CharField(
        label="State",
        required=False,
        max_length=2,
        widget=forms.TextInput,
        help_text="Two letters, such as UT.",
    )
    postcode = forms.CharField(
        label="ZIP code", required=False, max_length=10, widget=forms.TextInput
    )


class DayForm(ActForm):
    """The day from which it counts."""

    on = forms.DateField(label="On", widget=forms.DateInput, initial=Carrier.today)


class ConsentForm(DayForm):
    """A consent that can be verified."""

    proof = forms.CharField(
        label="Proof",
        max_length=200,
        widget=forms.TextInput,
        help_text="Where the approval can be looked up: form, order or recording number.",
    )


class StopForm(ActForm):
    """By which channels marketing stops."""

    channels = forms.MultipleChoiceField(
        label="No more marketing by",
        choices=ContactOptOut.Channel.choices,
        initial=ContactOptOut.Channel.values,
        widget=forms.CheckboxSelectMultiple,
    )


class AllowForm(ActForm):
    """By which of the channels that are stopped marketing may come again."""

    channels = forms.MultipleChoiceField(
        label="Marketing may come again by",
        choices=ContactOptOut.Channel.choices,
        widget=forms.CheckboxSelectMultiple,
    )


def active(customer: Customer) -> bool:
    """Whether there is service now."""
    return customer.status == Customer.Status.ACTIVE


def contact_outlook(self: Any, request: HttpRequest, customer: Customer) -> Outlook:
    """What changing does, and what there is now."""
    return Outlook(
        "The present address ends today and stays on record; the new one begins today and is"
        " “of record” in 30 days (64.2003(b)). A contact number is added to the others.",
        [
            (
                f"Present {point.get_kind_display().lower()}",
                f"{point}, since {in_words(point.since)}",
            )
            for point in customer.contact_points.current()
        ],
    )


def not_merged(customer: Customer) -> bool:
    """Whether it is still an account of its own."""
    return customer.status != Customer.Status.MERGED


def stopped_outlook(sentence: str) -> Callable[[Any, HttpRequest, Customer], Outlook]:
    """``sentence``, and by which channels there is no marketing now."""

    def outlook(self: Any, request: HttpRequest, customer: Customer) -> Outlook:
        words = dict(ContactOptOut.Channel.choices)
        stopped = contact_optouts.stopped_channels(customer, on=Carrier.today())
        now = ", ".join(words[channel] for channel in stopped) or "Nothing"
        return Outlook(sentence, [("Stopped now", now)])

    return outlook


def listed(channels: list[str]) -> str:
    """Names of ``channels`` in a sentence."""
    words = dict(ContactOptOut.Channel.choices)
    return ", ".join(words[channel].lower() for channel in channels)


class CustomerActs:
    """Acts of the customer page; each runs one verb."""

    acts = ("change_contact",)
    seldom = (
        "record_consent",
        "withdraw_consent",
        "stop_marketing",
        "allow_marketing",
        "online_account_changed",
        "discontinue",
        "reconnect",
    )
    actions_detail: tuple[Any, ...] = (*acts, more(*seldom))

    @confirmed_act(
        "Change contact",
        permission="accounts.change_contactpoint",
        outlook=contact_outlook,
        form=ContactForm,
        shown=lambda customer: customer.status != Customer.Status.MERGED,
        icon="contact_mail",
    )
    def change_contact(self, request: HttpRequest, customer: Customer, data: dict[str, Any]) -> str:
        """End the present one and begin another."""
        because = data.pop("because")
        point = contacts.change_contact(
            customer,
            at=timezone.now(),
            on=Carrier.today(),
            route=AccountChange.Route.ADMIN,
            by=person(request),
            because=because,
            **data,
        )
        return f"{point.get_kind_display()}: {point}."

    @confirmed_act(
        "Record e-mail consent",
        permission=CHANGE,
        outlook=(
            "Notices may then go by e-mail. The rule asks for express, verifiable, prior approval"
            " (64.2008(d)(3)(i)): a notice that went by e-mail before the day given here counts as"
            " none. It takes the place of what is on record, so give the day of the first consent."
        ),
        form=ConsentForm,
        shown=active,
        icon="mark_email_read",
    )
    def record_consent(self, request: HttpRequest, customer: Customer, data: dict[str, Any]) -> str:
        """Record it with its proof."""
        customers.record_email_consent(
            customer,
            on=data["on"],
            proof=data["proof"],
            by=person(request),
            because=data["because"],
        )
        return "Notices may go by e-mail."

    @confirmed_act(
        "Withdraw e-mail consent",
        permission=CHANGE,
        outlook="Notices go by post from now on. No import brings the consent back.",
        shown=lambda customer: customer.email_notices_since is not None,
        icon="unsubscribe",
    )
    def withdraw_consent(
        self, request: HttpRequest, customer: Customer, data: dict[str, Any]
    ) -> str:
        """Take it back."""
        customers.withdraw_email_consent(
            customer, on=Carrier.today(), by=person(request), because=data["because"]
        )
        return "Notices go by post."

    @confirmed_act(
        "Stop marketing by a channel",
        permission=contact_optouts.STOP,
        outlook=stopped_outlook(
            "We send no marketing by it, whatever it is about. Notices that the law requires still"
            " go, and it is no opt-out from the use of CPNI: that is “Record choice”."
        ),
        form=StopForm,
        shown=not_merged,
        icon="notifications_off",
    )
    def stop_marketing(self, request: HttpRequest, customer: Customer, data: dict[str, Any]) -> str:
        """Stop it; whoever asks, as it only restricts us."""
        stopped = contact_optouts.stop(
            customer,
            channels=data["channels"],
            on=Carrier.today(),
            by=person(request),
            because=data["because"],
        )
        return f"No more marketing by: {listed(stopped)}." if stopped else "It was stopped before."

    @confirmed_act(
        "Allow marketing by a channel again",
        permission=contact_optouts.ALLOW,
        outlook=stopped_outlook(
            "Only as the customer asks. An opt-out from the use of CPNI stays."
        ),
        form=AllowForm,
        shown=not_merged,
        icon="notifications",
    )
    def allow_marketing(
        self, request: HttpRequest, customer: Customer, data: dict[str, Any]
    ) -> str:
        """Allow it."""
        allowed = contact_optouts.allow(
            customer,
            channels=data["channels"],
            on=Carrier.today(),
            by=person(request),
            because=data["because"],
        )
        return f"Allowed again: {listed(allowed)}." if allowed else "None of it was stopped."

    @confirmed_act(
        "Online account created or changed",
        permission=CHANGE,
        outlook=(
            "Online accounts are kept elsewhere. The customer is told at once that theirs was"
            " created or changed, where they could be reached before (64.2010(f))."
        ),
        shown=lambda customer: customer.status != Customer.Status.MERGED,
        icon="manage_accounts",
    )
    def online_account_changed(
        self, request: HttpRequest, customer: Customer, data: dict[str, Any]
    ) -> str:
        """Note it, so that the customer is told."""
        online_accounts.note_change(
            customer,
            at=timezone.now(),
            on=Carrier.today(),
            route=AccountChange.Route.ADMIN,
            by=person(request),
            because=data["because"],
        )
        return "The customer is told."

    @confirmed_act(
        "Discontinue",
        permission=CHANGE,
        outlook="Service ends. Approvals end with it; an opt-out stays on record for good.",
        form=DayForm,
        shown=active,
        icon="block",
        variant=ActionVariant.DANGER,
    )
    def discontinue(self, request: HttpRequest, customer: Customer, data: dict[str, Any]) -> str:
        """End the service."""
        customers.discontinue(customer, on=data["on"], by=person(request), because=data["because"])
        return f"Service of {customer} is discontinued."

    @confirmed_act(
        "Reconnect",
        permission=CHANGE,
        outlook=(
            "A new period of service begins. Earlier notices and approvals do not count for it;"
            " an opt-out does."
        ),
        form=DayForm,
        shown=lambda customer: customer.status == Customer.Status.DISCONTINUED,
        icon="power",
    )
    def reconnect(self, request: HttpRequest, customer: Customer, data: dict[str, Any]) -> str:
        """Begin again."""
        customers.reconnect(customer, on=data["on"], by=person(request), because=data["because"])
        return f"Service of {customer} begins anew."
