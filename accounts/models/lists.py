"""Saved lists of customers."""

import hashlib

from django.db import models

from accounts.history import History
from accounts.models.customers import Customer


class CustomerList(models.Model):
    """A named list of customers, as an audience."""

    name = models.CharField(max_length=100, unique=True)
    customers = models.ManyToManyField(Customer, through="CustomerListEntry", related_name="+")

    history = History()

    def __str__(self) -> str:
        return self.name

    @property
    def digest(self) -> str:
        """SHA-256, in hexadecimal, of who is on it now."""
        customers = self.entries.order_by("customer").values_list("customer", flat=True)
        return hashlib.sha256(",".join(map(str, customers)).encode()).hexdigest()


class CustomerListEntry(models.Model):
    """One customer on one list."""

    customer_list = models.ForeignKey(CustomerList, models.CASCADE, related_name="entries")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")

    class Meta:
        verbose_name_plural = "customer list entries"
        constraints = [
            models.UniqueConstraint(
                fields=["customer_list", "customer"], name="accounts_list_once_each"
            )
        ]

    def __str__(self) -> str:
        return f"{self.customer_list}: {self.customer}"
