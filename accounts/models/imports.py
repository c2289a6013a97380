"""Imports of customers from the billing system."""

from django.conf import settings
from django.db import models


class ImportBatch(models.Model):
    """One file of customers: how far it got and what it did."""

    file_name = models.CharField(max_length=255)
    digest = models.CharField("SHA-256 of the file", max_length=64)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    because = models.CharField("reason", max_length=200, blank=True)
    rows = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "import"
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.started_at:%Y-%m-%d})"


class ImportProblem(models.Model):
    """A row that was refused: which, which field, why, and what to do."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="problems")
    row = models.PositiveIntegerField(help_text="Line of the file, the header being line 1.")
    field = models.CharField(max_length=40)
    message = models.CharField(max_length=300)

    class Meta:
        ordering = ["row"]

    def __str__(self) -> str:
        return f"row {self.row}, {self.field}: {self.message}"
