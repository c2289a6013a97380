"""Choosing a customer by account number: a list of a million to choose from is no choice."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import Customer


class AccountField(forms.CharField):
    """A text field that becomes the customer with that account number."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", "Account number")
        super().__init__(max_length=40, **kwargs)

    def clean(self, value: Any) -> Any:
        """The customer, or None when nothing was entered and nothing need be."""
        number = super().clean(value)
        if not number:
            return None
        customer = Customer.objects.filter(account_number=number).first()
        if customer is None:
            raise ValidationError(f"There is no account {number}. Check the number.")
        return customer
