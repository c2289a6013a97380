"""The record of looks: who saw which customer, and what of it was unusual.

Kept apart from the history of changes, and cheap: a page costs one INSERT and no question. So these
rows hold plain numbers and names, no foreign keys, and are never changed.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.history import History


class Look(models.Model):
    """One page, file or list about customers that a member of staff was shown, or was refused."""

    class What(models.TextChoices):
        OPENED = "opened", "Opened"
        LISTED = "listed", "Listed"
        SEARCHED = "searched", "Searched"
        EXPORTED = "exported", "Exported"
        REFUSED = "refused", "Refused"
        MISSING = "missing", "Not there"  # an address with a number that no record has

    at = models.DateTimeField("when")
    by_id = models.BigIntegerField("staff number")
    # Copied, so that the record still says who when the member of staff has left.
    actor = models.CharField("who", max_length=150)
    what = models.CharField(max_length=10, choices=What)
    screen = models.CharField(max_length=100, help_text="The page, by the name of its address.")
    customer_id = models.BigIntegerField("customer number", null=True)
    record_id = models.BigIntegerField(
        "record number", null=True, help_text="Of what the page is about, such as a delivery."
    )
    rows = models.PositiveIntegerField("customers shown", default=0)
    call = models.CharField(max_length=40, blank=True, help_text="The call in which it was seen.")
    detail = models.CharField(
        max_length=500,
        blank=True,
        help_text="Filters, kind of search (never its words), reason of an export.",
    )

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["customer_id", "-id"],
                condition=Q(customer_id__isnull=False),
                name="accounts_look_of_customer",
            ),
            models.Index(fields=["by_id", "-id"], name="accounts_look_by_person"),
            models.Index(fields=["at"], name="accounts_look_by_day"),
        ]
        permissions = [
            ("view_all_looks", "Can view the looks of those who may view looks, too"),
        ]

    def __str__(self) -> str:
        return f"{self.actor}, {self.get_what_display().lower()}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write it once."""
        if self.pk is not None:
            raise TypeError("a look is never changed")
        super().save(*args, force_insert=True)


class LookShown(models.Model):
    """A customer who was among several that one look showed."""

    # Also the index by which “who saw this customer?” is answered.
    pk = models.CompositePrimaryKey("customer_id", "look_id")
    customer_id = models.BigIntegerField()
    look_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"customer {self.customer_id} in look {self.look_id}"


class UnusualLook(models.Model):
    """What one member of staff did on one day that should be explained; see ``unusual_looks``."""

    class Rule(models.TextChoices):
        MANY = "many", "Many customers"
        MORE = "more", "More customers than usual"
        LISTED = "listed", "Went through lists"
        NAMESAKE = "namesake", "Customers of the same surname"
        HOURS = "hours", "Out of hours"
        NO_CALL = "no_call", "Without a call"
        REFUSED = "refused", "Refused, or not there"

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    day = models.DateField(help_text="The carrier's civil day.")
    rule = models.CharField(max_length=10, choices=Rule)
    count = models.PositiveIntegerField()
    limit = models.PositiveIntegerField(help_text="What the rule allows.")
    says = models.CharField("what was seen", max_length=300)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    explanation = models.CharField(max_length=200, blank=True)
    history = History()

    class Meta:
        ordering = ["-day", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "day", "rule"], name="accounts_unusual_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(reviewed_at=None, reviewed_by=None)
                | Q(reviewed_at__isnull=False, reviewed_by__isnull=False),
                name="accounts_unusual_review_has_who_and_when",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by=None) | ~Q(reviewed_by=models.F("person")),
                name="accounts_unusual_not_reviewed_by_oneself",
            ),
        ]
        permissions = [("review_unusuallook", "Can review unusual looks")]

    def __str__(self) -> str:
        return f"{self.get_rule_display()}, {self.day}"
