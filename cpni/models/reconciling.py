"""Reconciliations: a billing export that was compared with the records, and what differs."""

from django.conf import settings
from django.db import models

from accounts.models import Customer


class Reconciliation(models.Model):
    """One file that was compared and not imported: by whom, why, its digest, and the counts."""

    file_name = models.CharField(max_length=255)
    digest = models.CharField("SHA-256 of the file", max_length=64)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    because = models.CharField("reason", max_length=200, blank=True)
    rows = models.PositiveIntegerField("rows of the file", default=0)
    agree = models.PositiveIntegerField("rows that agree", default=0)
    tells_choices = models.BooleanField(
        "tells who opted out",
        default=False,
        help_text="Without that column no denial that was lost can be found.",
    )

    class Meta:
        ordering = ["-started_at"]
        permissions = [("export_reconciliation", "Can export differences")]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.started_at:%Y-%m-%d})"


class Difference(models.Model):
    """One customer of whom the file and the records say different things, or a row not read.

    Each row of the file is in one kind, the gravest first; ``MISSING_THERE`` has no row.
    """

    class Kind(models.TextChoices):
        DENIAL_LOST = "denial_lost", "Opted out here, not in the file"
        DENIAL_UNKNOWN = "denial_unknown", "Opted out in the file, not here"
        MISSING_HERE = "missing_here", "In the file, not here"
        STATE = "state", "Active in one, discontinued in the other"
        UNREAD = "unread", "Rows that could not be read"
        MISSING_THERE = "missing_there", "Active here, not in the file"

    reconciliation = models.ForeignKey(
        Reconciliation, models.CASCADE, related_name="differences", db_index=False
    )
    kind = models.CharField(max_length=14, choices=Kind)
    line = models.PositiveIntegerField(
        null=True, help_text="Line of the file, the header being line 1."
    )
    account_number = models.CharField(max_length=40, blank=True)
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="+")
    ours = models.CharField("here", max_length=60, blank=True)
    theirs = models.CharField("in the file", max_length=200, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["reconciliation", "kind", "id"], name="cpni_difference_list")
        ]

    def __str__(self) -> str:
        return f"{self.account_number}: {self.get_kind_display().lower()}"
