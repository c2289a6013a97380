"""What a caller proves with who they are: the account's password, the back-up, a code sent once."""

from django.db import models
from django.db.models import Q

from accounts.encrypted_fields import EncryptedTextField, SealedRow
from accounts.history import History
from accounts.models.contacts import ContactPoint
from accounts.models.customers import Customer
from accounts.models.services import Service


class Credential(SealedRow):
    """A password or a back-up answer of an account (64.2010(b), (e)). It never changes in place.

    Setting another ends this one. Only a hash is kept: nobody can show or say what is right.
    """

    class Kind(models.TextChoices):
        PASSWORD = "password", "Password"
        BACKUP = "backup", "Back-up question"

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind)
    question = EncryptedTextField(
        max_length=200, blank=True, help_text="The customer's own; asks for nothing biographical."
    )
    # Sealed as well: what is short enough to be spoken could be guessed by whoever had the table.
    hash = EncryptedTextField(max_length=255, editable=False)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    history = History(excluded_fields=["question", "hash"])

    class Meta:
        ordering = ["-since"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "kind"],
                condition=Q(until=None),
                name="accounts_credential_one_current",
            ),
            models.CheckConstraint(
                condition=Q(kind="password", question="") | (Q(kind="backup") & ~Q(question="")),
                name="accounts_credential_backup_has_question",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} since {self.since:%Y-%m-%d}"


class OneTimeCode(SealedRow):
    """A code that is sent to the address or number of record, for the customer to read back.

    What is left on the table for the floor that sends. It opens nothing twice, and not for long.
    """

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    code = EncryptedTextField(max_length=12)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    contact_point = models.ForeignKey(
        ContactPoint, models.PROTECT, null=True, blank=True, related_name="+"
    )
    service = models.ForeignKey(Service, models.PROTECT, null=True, blank=True, related_name="+")

    history = History(excluded_fields=["code"])

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(contact_point__isnull=False, service=None)
                | Q(contact_point=None, service__isnull=False),
                name="accounts_code_goes_to_one_place",
            )
        ]

    def __str__(self) -> str:
        return f"Code {self.pk}"
