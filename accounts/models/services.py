"""Services that a customer subscribes to."""

from datetime import date

from django.db import models
from django.db.models import Q

from accounts.fields import validate_telephone
from accounts.history import History
from accounts.models.customers import Customer


class Service(models.Model):
    """One service of a customer. Its category decides what needs no approval (64.2005(a))."""

    class Category(models.TextChoices):
        LOCAL = "local", "Local"
        LONG_DISTANCE = "long_distance", "Long distance"
        WIRELESS = "wireless", "Wireless"
        OTHER = "other", "Other (internet, equipment)"

    # The three categories of the total service approach; "other" is none of them.
    TELECOMMUNICATIONS = (Category.LOCAL, Category.LONG_DISTANCE, Category.WIRELESS)

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="services")
    category = models.CharField(max_length=14, choices=Category)
    telephone_number = models.CharField(
        "telephone number of record",
        max_length=20,
        blank=True,
        validators=[validate_telephone],
        help_text="The number of the service itself (64.2003(q)), not a contact number.",
    )
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)

    history = History()

    class Meta:
        ordering = ["started_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "category", "telephone_number"],
                condition=Q(ended_on=None),
                name="accounts_service_one_current",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=models.F("started_on")),
                name="accounts_service_ends_after_start",
                violation_error_message="A service cannot end before it starts.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_category_display()} {self.telephone_number}".strip()

    def current(self, on: date) -> bool:
        """Whether the service is provided on the civil day ``on``."""
        return self.started_on <= on and (self.ended_on is None or on <= self.ended_on)
