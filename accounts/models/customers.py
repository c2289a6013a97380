"""Customers: the parties with whom the carrier has accounts."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from accounts.history import History


class CustomerQuerySet(models.QuerySet["Customer"]):
    """Questions about customers."""

    def active(self) -> "CustomerQuerySet":
        """Those to whom service is provided now (64.2003(f))."""
        return self.filter(status=Customer.Status.ACTIVE)


class Customer(models.Model):
    """An account holder."""

    class Kind(models.TextChoices):
        RESIDENTIAL = "residential", "Residential"
        BUSINESS = "business", "Business"

    class Status(models.TextChoices):
        ACTIVE = "active", "Active"
        DISCONTINUED = "discontinued", "Discontinued"
        MERGED = "merged", "Merged into another"

    class Language(models.TextChoices):
        ENGLISH = "en", "English"
        SPANISH = "es", "Spanish"

    account_number = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.RESIDENTIAL)
    status = models.CharField(max_length=12, choices=Status, default=Status.ACTIVE)
    active_since = models.DateField(
        help_text="First day of the present period of service; a reconnection starts a new one."
    )
    discontinued_on = models.DateField(null=True, blank=True)
    language = models.CharField(max_length=2, choices=Language, default=Language.ENGLISH)
    email_notices_since = models.DateField(
        "consented to notices by e-mail on",
        null=True,
        blank=True,
        help_text="Express, verifiable, prior approval (64.2008(d)(3)(i)).",
    )
    email_notices_proof = models.CharField(
        "proof of that consent",
        max_length=200,
        blank=True,
        help_text="Where the approval can be looked up: form, order or recording number.",
    )
    email_notices_withdrawn_on = models.DateField(
        "withdrew that consent on",
        null=True,
        blank=True,
        help_text="An import brings back no consent that was given before this day.",
    )
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged_from"
    )

    objects = CustomerQuerySet.as_manager()
    history = History()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status="active", discontinued_on=None)
                | (~Q(status="active") & Q(discontinued_on__isnull=False)),
                name="accounts_customer_discontinued_has_day",
                violation_error_message=(
                    "A discontinued customer needs the day of discontinuation; "
                    "an active one must not have one."
                ),
            ),
            models.CheckConstraint(
                condition=Q(email_notices_since=None) | ~Q(email_notices_proof=""),
                name="accounts_customer_consent_has_proof",
                violation_error_message=(
                    "Consent to notices by e-mail needs its proof (64.2008(d)(3)(i))."
                ),
            ),
            models.CheckConstraint(
                condition=Q(status="merged", merged_into__isnull=False)
                | (~Q(status="merged") & Q(merged_into=None)),
                name="accounts_customer_merged_names_other",
            ),
        ]
        permissions = [
            ("import_customer", "Can import customers"),
            ("export_customer", "Can export customers"),
            ("merge_customer", "Can merge customers"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.account_number})"

    def clean(self) -> None:
        if self.merged_into_id is not None and self.merged_into_id == self.pk:
            raise ValidationError({"merged_into": "A customer cannot be merged into itself."})
