"""Contact points: where a customer can be written to, mailed or called.

A contact point never changes its value. A change ends one row and begins another, so that whatever
was sent keeps pointing at the address it was sent to, and "of record" is a matter of dates.
"""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q

from accounts.civil import of_record_from
from accounts.fields import telephone_shown
from accounts.history import History
from accounts.models.customers import Customer


class ContactPointQuerySet(models.QuerySet["ContactPoint"]):
    """Questions about contact points."""

    def current(self) -> "ContactPointQuerySet":
        """Those that have not been replaced or removed."""
        return self.filter(until=None)


class ContactPoint(models.Model):
    """A postal address, e-mail address or contact telephone number, with the day it came."""

    class Kind(models.TextChoices):
        POST = "post", "Postal address"
        EMAIL = "email", "E-mail address"
        TELEPHONE = "telephone", "Contact number"

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="contact_points")
    kind = models.CharField(max_length=9, choices=Kind)
    value = models.CharField(
        max_length=254, blank=True, help_text="The e-mail address or telephone number."
    )
    line1 = models.CharField("address, line 1", max_length=100, blank=True)
    line2 = models.CharField("address, line 2", max_length=100, blank=True)
    city = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=2, blank=True)
    postcode = models.CharField("ZIP code", max_length=10, blank=True)
    since = models.DateField(help_text="The day it came onto the account.")
    until = models.DateField(null=True, blank=True, help_text="The day it was replaced.")
    undeliverable_since = models.DateField(
        null=True, blank=True, help_text="The day we learnt that nothing reaches it."
    )

    objects = ContactPointQuerySet.as_manager()
    history = History()

    VALUE_FIELDS = ("value", "line1", "line2", "city", "state", "postcode")

    class Meta:
        ordering = ["kind", "-since"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "kind"],
                condition=Q(until=None) & ~Q(kind="telephone"),
                name="accounts_contact_one_current",
            ),
            models.UniqueConstraint(
                fields=["customer", "value"],
                condition=Q(until=None, kind="telephone"),
                name="accounts_contact_number_once",
            ),
            models.CheckConstraint(
                condition=(Q(kind="post") & ~Q(line1="") & ~Q(city="") & ~Q(postcode=""))
                | (~Q(kind="post") & ~Q(value="")),
                name="accounts_contact_has_value",
                violation_error_message="A contact point needs its address or number.",
            ),
        ]

    def __str__(self) -> str:
        return self.text.replace("\n", ", ")

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            stored = ContactPoint.objects.filter(pk=self.pk).values(*self.VALUE_FIELDS).first()
            if stored and any(stored[f] != getattr(self, f) for f in self.VALUE_FIELDS):
                raise ValueError("a contact point's value never changes: end it and add another")
        super().save(*args, **kwargs)

    @property
    def text(self) -> str:
        """The value as one would write it, a postal address on lines."""
        if self.kind == self.Kind.POST:
            last = f"{self.city}, {self.state} {self.postcode}".replace(",  ", ", ")
            return "\n".join(x for x in (self.line1, self.line2, last) if x)
        if self.kind == self.Kind.TELEPHONE:
            return telephone_shown(self.value)
        return self.value

    @property
    def of_record_from(self) -> date:
        """First day on which this is "of record": 30 days on the account (64.2003(b))."""
        return of_record_from(self.since)

    def of_record(self, on: date) -> bool:
        """Whether this is "of record" on the civil day ``on``."""
        return self.of_record_from <= on and (self.until is None or on < self.until)
