"""Customers: the parties with whom the carrier has accounts."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q, Value
from django.db.models.functions import Lower, Replace

from accounts.bulk_rows import insert_rows
from accounts.history import History
from accounts.models.name_words import NameWord, PlainCharField, word_rows

ACCOUNT_SEPARATORS = "-/. _#"  # what people put into an account number, and leave out again


def _account_key() -> Any:
    key: Any = Lower("account_number")
    for separator in ACCOUNT_SEPARATORS:
        key = Replace(key, Value(separator), Value(""))
    return key


class CustomerQuerySet(models.QuerySet["Customer"]):
    """Questions about customers."""

    def active(self) -> "CustomerQuerySet":
        """Those to whom service is provided now (64.2003(f))."""
        return self.filter(status=Customer.Status.ACTIVE)

    def family(self, ids: Iterable[int]) -> set[int]:
        """``ids`` with those of all accounts that were merged with them, however far."""
        found = set(ids)
        while True:
            near = Q(merged_into__in=found) | Q(merged_from__in=found)
            more = set(self.filter(near).values_list("pk", flat=True))
            if more <= found:
                return found
            found |= more

    def update(self, **kwargs: Any) -> int:
        """As ever, but not of names, whose words would stay behind."""
        if "name" in kwargs:
            raise TypeError("a name changes with its words: save the customer, or write in sets")
        return super().update(**kwargs)

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> Any:
        """As ever, with the words of their names."""
        with transaction.atomic():
            made: list[Any] = super().bulk_create(objs, *args, **kwargs)
            insert_rows(NameWord, NameWord.FIELDS, word_rows((c.pk, c.name) for c in made))
        return made


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

    # Without case and separators; computed by the database, so that it follows on every route.
    account_key = models.GeneratedField(
        expression=_account_key(), output_field=PlainCharField(max_length=40), db_persist=True
    )

    objects = CustomerQuerySet.as_manager()
    history = History(excluded_fields=["account_key"])

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
        indexes = [models.Index(fields=["account_key"], name="accounts_customer_account_key")]
        permissions = [
            ("import_customer", "Can import customers"),
            ("export_customer", "Can export customers"),
            ("merge_customer", "Can merge customers"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.account_number})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save it, and the words of its name with it."""
        new, fields = self._state.adding, kwargs.get("update_fields")
        with transaction.atomic():
            super().save(*args, **kwargs)
            if fields is None or "name" in fields:
                NameWord.objects.follow(self, new=new)

    def clean(self) -> None:
        if self.merged_into_id is not None and self.merged_into_id == self.pk:
            raise ValidationError({"merged_into": "A customer cannot be merged into itself."})

    @property
    def remaining(self) -> "Customer":
        """The account itself; where it was merged, the one that remains."""
        account = self
        while account.merged_into is not None:
            account = account.merged_into
        return account

    @property
    def merged_accounts(self) -> list[int]:
        """Ids of the accounts that were merged into this one, also by way of others."""
        found: list[int] = []
        more = [self.pk]
        while more := list(
            Customer.objects.filter(merged_into__in=more).values_list("pk", flat=True)
        ):
            found += more
        return found
