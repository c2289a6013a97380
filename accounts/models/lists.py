"""Saved lists of customers."""

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
