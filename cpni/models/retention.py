"""How long records are kept, what is held for a dispute, and what was purged."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from accounts.history import History
from accounts.models import Customer, ImportBatch
from cpni.retention_kinds import BY_CODE, Kind, choices
from notices.models import Campaign


class RetentionPeriod(models.Model):
    """How many months one kind of record is kept. Without a row, the kind's own number counts."""

    kind = models.CharField(max_length=30, choices=choices, unique=True)
    months = models.PositiveSmallIntegerField(
        "months kept",
        validators=[MaxValueValidator(1200)],
        help_text="Longer, where something still relies on a record or it is under a legal hold.",
    )

    history = History()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def rule(self) -> Kind:
        """The kind with its floor."""
        return BY_CODE[self.kind]

    def clean(self) -> None:
        if self.kind not in BY_CODE or self.months is None:
            return  # the field's own message says it
        if self.months < self.rule.floor:
            raise ValidationError(
                {
                    "months": f"{self.rule.label} are kept for at least {self.rule.floor} months"
                    f" ({self.rule.section})."
                }
            )


class LegalHold(models.Model):
    """An order that nothing about a customer, a campaign, an import, or anything at all is purged.

    active -> released, with the reason. ``cpni.holds`` is the only writer.
    """

    class Scope(models.TextChoices):
        EVERYTHING = "everything", "Everything"
        CUSTOMER = "customer", "A customer"
        CAMPAIGN = "campaign", "A campaign"
        IMPORT = "import", "An import"

    scope = models.CharField("what is held", max_length=10, choices=Scope)
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, blank=True, related_name="+")
    campaign = models.ForeignKey(Campaign, models.PROTECT, null=True, blank=True, related_name="+")
    import_batch = models.ForeignKey(
        ImportBatch,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="import",
    )
    matter = models.CharField(
        max_length=200, help_text="The dispute, inquiry or order, such as a docket or case number."
    )
    placed_on = models.DateField(editable=False)
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    released_on = models.DateField(null=True, editable=False)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    released_because = models.CharField(max_length=200, blank=True, editable=False)

    history = History()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(scope="everything", customer=None, campaign=None, import_batch=None)
                | Q(scope="customer", customer__isnull=False, campaign=None, import_batch=None)
                | Q(scope="campaign", customer=None, campaign__isnull=False, import_batch=None)
                | Q(scope="import", customer=None, campaign=None, import_batch__isnull=False),
                name="cpni_hold_names_what_is_held",
                violation_error_message="Name exactly what is held, and nothing else.",
            ),
            models.CheckConstraint(
                condition=Q(released_on=None, released_because="")
                | (Q(released_on__isnull=False) & ~Q(released_because="")),
                name="cpni_hold_released_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_scope_display()}: {self.matter}"

    def clean(self) -> None:
        # The constraint says it, too, but a form without the field would not ask the constraint.
        named = {
            self.Scope.CUSTOMER: self.customer_id,
            self.Scope.CAMPAIGN: self.campaign_id,
            self.Scope.IMPORT: self.import_batch_id,
        }
        if {scope for scope, pk in named.items() if pk} != {self.scope} & set(named):
            raise ValidationError("Name exactly what is held, and nothing else.")

    @property
    def held(self) -> str:
        """What is held, by name."""
        return str(self.customer or self.campaign or self.import_batch or "Everything")


class Purge(models.Model):
    """What one purge removed from one table. Written by ``cpni.purging``; never itself purged."""

    at = models.DateTimeField()
    as_of = models.DateField(help_text="The day for which the periods were counted.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    actor = models.CharField("who", max_length=150)
    because = models.CharField("reason", max_length=200)
    kind = models.CharField(max_length=30, choices=choices)
    table = models.CharField(max_length=63)
    cut_off = models.DateField(help_text="Only records from before this day were removed.")
    rows = models.PositiveIntegerField("records", default=0)
    history_rows = models.PositiveIntegerField("rows of history", default=0)
    files = models.PositiveIntegerField(default=0)
    ranges = models.JSONField(
        "ids", default=list, help_text="First id, last id and number of each part."
    )
    digest = models.CharField(
        "SHA-256",
        max_length=64,
        blank=True,
        help_text="Of the canonical text of what was removed, by which a copy can be recognised.",
    )
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        permissions = [("purge_records", "Can purge records whose time has passed")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.at:%Y-%m-%d}"
