"""Services that a customer subscribes to."""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q

from accounts import encryption
from accounts.encrypted_fields import BlindIndexField, EncryptedTextField, SealedRow
from accounts.fields import telephone_shown, validate_telephone
from accounts.history import History
from accounts.models.customers import Customer


class ServiceQuerySet(models.QuerySet["Service"]):
    """Questions about services."""

    def numbered(self, number: str) -> "ServiceQuerySet":
        """Those with this telephone number of record (E.164), ended ones too."""
        return self.filter(number_index__in=encryption.blind_indexes("telephone", number))


class Service(SealedRow):
    """One service of a customer. Its category decides what needs no approval (64.2005(a)).

    Its number never changes: another number is another service.
    """

    class Category(models.TextChoices):
        LOCAL = "local", "Local"
        LONG_DISTANCE = "long_distance", "Long distance"
        WIRELESS = "wireless", "Wireless"
        OTHER = "other", "Other (internet, equipment)"

    # The three categories of the total service approach; "other" is none of them.
    TELECOMMUNICATIONS = (Category.LOCAL, Category.LONG_DISTANCE, Category.WIRELESS)

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="services")
    category = models.CharField(max_length=14, choices=Category)
    telephone_number = EncryptedTextField(
        "telephone number of record",
        max_length=20,
        blank=True,
        validators=[validate_telephone],
        help_text="The number of the service itself (64.2003(q)), not a contact number.",
    )
    number_index = BlindIndexField(help_text="What the number is searched by.")
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)

    objects = ServiceQuerySet.as_manager()
    # What never changes need not stand in every row of its history.
    history = History(excluded_fields=["telephone_number", "number_index"])

    class Meta:
        ordering = ["started_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "category", "number_index"],
                condition=Q(ended_on=None),
                name="accounts_service_one_current",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=models.F("started_on")),
                name="accounts_service_ends_after_start",
                violation_error_message="A service cannot end before it starts.",
            ),
        ]
        indexes = [models.Index(fields=["number_index"], name="accounts_service_search")]

    def __str__(self) -> str:
        return f"{self.get_category_display()} {telephone_shown(self.telephone_number)}".strip()

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding:
            self.number_index = encryption.blind_index("telephone", self.telephone_number)
        elif Service.objects.get(pk=self.pk).telephone_number != self.telephone_number:
            raise ValueError("a service's number never changes: end it and add another")
        super().save(*args, **kwargs)

    def blind_indexes(self) -> dict[str, bytes]:
        """Its index by the newest key, for a change of keys."""
        return {"number_index": encryption.blind_index("telephone", self.telephone_number)}

    def current(self, on: date) -> bool:
        """Whether the service is provided on the civil day ``on``."""
        return self.started_on <= on and (self.ended_on is None or on <= self.ended_on)
