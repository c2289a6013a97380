"""Contact points: where a customer can be written to, mailed or called.

A contact point never changes its value. A change ends one row and begins another, so that whatever
was sent keeps pointing at the address it was sent to, and "of record" is a matter of dates.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q

from accounts import encryption
from accounts.civil import of_record_from
from accounts.encrypted_fields import BlindIndexField, EncryptedTextField, SealedRow
from accounts.fields import house_number, telephone_shown
from accounts.history import History
from accounts.models.customers import Customer

POSTCODE = "postcode"  # the kind of blind index of a ZIP code alone


class ContactPointQuerySet(models.QuerySet["ContactPoint"]):
    """Questions about contact points."""

    def current(self) -> "ContactPointQuerySet":
        """Those that have not been replaced or removed."""
        return self.filter(until=None)

    def found_by(self, kind: str, text: str) -> "ContactPointQuerySet":
        """Those of ``kind`` with exactly this value, ended ones too.

        ``text`` in its normal form; of a postal address what :func:`postal_key` gives.
        """
        text = text.casefold() if kind == ContactPoint.Kind.EMAIL else text
        return self.filter(index__in=encryption.blind_indexes(kind, text))

    def in_postcode(self, postcode: str) -> "ContactPointQuerySet":
        """Postal addresses in the area of a ZIP code (its first five digits), ended ones too."""
        indexes = encryption.blind_indexes(POSTCODE, postcode[:5])
        return self.filter(kind=ContactPoint.Kind.POST, postcode_index__in=indexes)


def postal_key(line1: str, postcode: str) -> str:
    """What a postal address is searched by: five digits of the ZIP code and the house number."""
    return f"{postcode[:5]} {house_number(line1)}"


class ContactPoint(SealedRow):
    """A postal address, e-mail address or contact telephone number, with the day it came.

    What leads to a person is encrypted; city and state stay plain.
    """

    class Kind(models.TextChoices):
        POST = "post", "Postal address"
        EMAIL = "email", "E-mail address"
        TELEPHONE = "telephone", "Contact number"

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="contact_points")
    kind = models.CharField(max_length=9, choices=Kind)
    value = EncryptedTextField(
        max_length=254, blank=True, help_text="The e-mail address or telephone number."
    )
    line1 = EncryptedTextField("address, line 1", max_length=100, blank=True)
    line2 = EncryptedTextField("address, line 2", max_length=100, blank=True)
    city = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=2, blank=True)
    postcode = EncryptedTextField("ZIP code", max_length=10, blank=True)
    index = BlindIndexField(help_text="What it is searched by.")
    # A stolen database tells by it which addresses share a ZIP code, and how many: about what the
    # plain city and state tell already.
    postcode_index = BlindIndexField(help_text="What a postal address's ZIP code is searched by.")
    since = models.DateField(help_text="The day it came onto the account.")
    until = models.DateField(null=True, blank=True, help_text="The day it was replaced.")
    undeliverable_since = models.DateField(
        null=True, blank=True, help_text="The day we learnt that nothing reaches it."
    )

    objects = ContactPointQuerySet.as_manager()
    # What never changes need not stand in every row of its history.
    history = History(
        excluded_fields=["value", "line1", "line2", "postcode", "index", "postcode_index"]
    )

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
                fields=["customer", "index"],
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
        indexes = [
            models.Index(fields=["index"], name="accounts_contact_search"),
            models.Index(
                fields=["postcode_index", "customer"],
                condition=Q(kind="post"),
                name="accounts_contact_postcode",
            ),
        ]

    def __str__(self) -> str:
        return self.text.replace("\n", ", ")

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding:
            self.index = self.blind_index(self.kind, self.values)
            self.postcode_index = self.postcode_blind_index(self.postcode)
        else:
            stored = ContactPoint.objects.get(pk=self.pk)
            if stored.values != self.values:
                raise ValueError("a contact point's value never changes: end it and add another")
        super().save(*args, **kwargs)

    @property
    def values(self) -> tuple[str, ...]:
        """What it consists of, in the order of ``VALUE_FIELDS``."""
        return tuple(getattr(self, name) for name in self.VALUE_FIELDS)

    @staticmethod
    def blind_index(kind: str, values: Sequence[str]) -> bytes:
        """What a contact point of ``kind`` with these ``values`` is searched by."""
        value, line1, *_, postcode = values
        if kind == ContactPoint.Kind.POST:
            return encryption.blind_index(kind, postal_key(line1, postcode))
        return encryption.blind_index(
            kind, value.casefold() if kind == ContactPoint.Kind.EMAIL else value
        )

    @staticmethod
    def postcode_blind_index(postcode: str) -> bytes:
        """What an address in the area of this ZIP code is searched by; nothing stays nothing."""
        return encryption.blind_index(POSTCODE, postcode[:5])

    def blind_indexes(self) -> dict[str, bytes]:
        """Its indexes by the newest key, for a change of keys."""
        return {
            "index": self.blind_index(self.kind, self.values),
            "postcode_index": self.postcode_blind_index(self.postcode),
        }

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
