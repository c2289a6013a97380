"""Changes of an account of which the customer must be told at once (64.2010(f))."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.civil import in_words
from accounts.models.calls import Call
from accounts.models.contacts import ContactPoint
from accounts.models.customers import Customer
from accounts.models.services import Service


class AccountChange(models.Model):
    """That something was created or changed, and where the customer is told of it.

    Written in the transaction of the change, and never changed: the floor above reads it and tells
    the customer. It holds what kind of thing was changed and never what it was or became; the place
    is pinned here, so that nothing which is changed later can turn the notice to it.

    A choice about the use of CPNI that came in writing is confirmed in the same way, and says what
    was chosen.
    """

    class Kind(models.TextChoices):
        PASSWORD = "password", "Password"
        BACKUP = "backup", "Back-up question"
        ONLINE = "online", "Online account"
        POST = "post", "Postal address"
        EMAIL = "email", "E-mail address"
        CHOICE = "choice", "Choice about CPNI"

    class Route(models.TextChoices):
        CALL = "call", "Call desk"
        ADMIN = "admin", "Admin page"
        IMPORT = "import", "Billing import"
        API = "api", "Other system"
        WEB = "web", "Customers' page"
        REPLY = "reply", "E-mail reply"

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind)
    at = models.DateTimeField("changed at")
    on = models.DateField("changed on", help_text="The carrier's civil day.")
    route = models.CharField(max_length=6, choices=Route)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    call = models.ForeignKey(Call, models.PROTECT, null=True, related_name="+")
    because = models.CharField(
        "why", max_length=200, blank=True, help_text="Only where no other record says why."
    )
    says = models.CharField(
        "what is confirmed",
        max_length=500,
        blank=True,
        help_text="Of a choice alone: what the customer chose, in their language.",
    )
    at_start = models.BooleanField(
        "at the start of service",
        default=False,
        help_text="Exempt: the first password, address and so on need no notice.",
    )
    # Where it is told: what was of record before the change, of each sort, of which the floor above
    # takes what it has a channel for. None of them: nothing was of record, and a person must see.
    postal_point = models.ForeignKey(ContactPoint, models.PROTECT, null=True, related_name="+")
    email_point = models.ForeignKey(ContactPoint, models.PROTECT, null=True, related_name="+")
    service = models.ForeignKey(Service, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "account change"
        ordering = ["-id"]
        indexes = [models.Index(fields=["at"], name="accounts_change_by_time")]
        constraints = [
            models.CheckConstraint(
                condition=Q(at_start=False) | Q(postal_point=None, email_point=None, service=None),
                name="accounts_change_exempt_is_told_nowhere",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} changed on {in_words(self.on)}"
