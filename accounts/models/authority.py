"""Who may speak for an account: authorised users, and businesses whose contract says how."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from accounts.fields import validate_one_line
from accounts.history import History
from accounts.models.customers import Customer


class AuthorisedUser(models.Model):
    """Someone whom the account holder lets speak for the account, and how far."""

    class Authority(models.TextChoices):
        FULL = "full", "May ask and change everything"
        ASK = "ask", "May ask, not change"
        BILLING = "billing", "May ask about bills and pay"

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    name = models.CharField(max_length=200, validators=[validate_one_line])
    authority = models.CharField(max_length=7, choices=Authority, default=Authority.ASK)
    since = models.DateField()
    until = models.DateField(null=True, blank=True, help_text="The day the authority ended.")

    history = History()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=models.F("since")),
                name="accounts_authority_ends_after_start",
                violation_error_message="Authority cannot end before it began.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_authority_display().lower()})"

    def current(self, on: date) -> bool:
        """Whether it holds on the civil day ``on``; on the day it ended it holds no more."""
        return self.since <= on and (self.until is None or on < self.until)


class BusinessExemption(models.Model):
    """A contract that says how a business is authenticated instead of by the rule (64.2010(g)).

    It counts only with both: an account representative of the customer's own, and a contract that
    specifically addresses the protection of CPNI.
    """

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    account_representative = models.CharField(max_length=150, validators=[validate_one_line])
    contract = models.CharField(
        max_length=200, help_text="Its number or name, and the clause that addresses CPNI."
    )
    contract_on = models.DateField("date of the contract")
    terms = models.TextField(
        "how they are authenticated", help_text="What the contract says, for who takes the call."
    )
    until = models.DateField(null=True, blank=True, help_text="The day on which it ends.")

    history = History()

    class Meta:
        ordering = ["-contract_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(account_representative="") & ~Q(contract=""),
                name="accounts_exemption_has_both",
                violation_error_message=(
                    "The exemption needs both an account representative and a contract that"
                    " addresses CPNI (64.2010(g))."
                ),
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=models.F("contract_on")),
                name="accounts_exemption_ends_after_start",
                violation_error_message="A contract cannot end before its date.",
            ),
        ]

    def __str__(self) -> str:
        return f"Contract {self.contract}"

    def current(self, on: date) -> bool:
        """Whether it is in force on the civil day ``on``; on the day it ends it is not any more."""
        return self.contract_on <= on and (self.until is None or on < self.until)

    def clean(self) -> None:
        customer = Customer.objects.filter(pk=self.customer_id).first()
        if customer and customer.kind != Customer.Kind.BUSINESS:
            raise ValidationError("Only a business can be exempt (64.2010(g)).")
