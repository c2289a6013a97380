"""Marketing by e-mail, text, telephone or post that a customer does not want.

The second of three switches that are never one flag: approval to use CPNI, whether marketing may
reach the customer by a channel, and consent to get notices by e-mail. This one stops no notice.
"""

from django.db import models
from django.db.models import Q

from accounts.history import History
from accounts.models.customers import Customer


class ContactOptOut(models.Model):
    """That a customer wants no marketing by one channel, since a day (CAN-SPAM; 64.1200(a)(10))."""

    class Channel(models.TextChoices):
        EMAIL = "email", "E-mail"
        TEXT = "text", "Text message"
        CALL = "call", "Telephone call"
        POST = "post", "Post"

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    channel = models.CharField(max_length=5, choices=Channel)
    since = models.DateField()
    until = models.DateField(
        null=True, blank=True, help_text="The day the customer allowed it again."
    )

    history = History()

    class Meta:
        verbose_name = "marketing opt-out"
        ordering = ["customer", "channel", "-since"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "channel"],
                condition=Q(until=None),
                name="accounts_contact_optout_one_current",
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=models.F("since")),
                name="accounts_contact_optout_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"No marketing by {self.get_channel_display().lower()}"
