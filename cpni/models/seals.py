"""Seals: what history was at the end of each day, chained so that no day can be made anew."""

from typing import Any

from django.db import models


class Seal(models.Model):
    """One UTC day of history. ``cpni.sealing`` is the only writer; nothing is ever changed.

    ``manifest`` is JSON: for each table which columns, which range of keys, how many rows, and the
    digest of their pages. ``digest`` is the SHA-256 of ``previous``, a line feed and ``manifest``.
    """

    number = models.PositiveIntegerField(primary_key=True)
    day = models.DateField(unique=True, help_text="The UTC day.")
    sealed_at = models.DateTimeField()
    rows = models.BigIntegerField()
    manifest = models.TextField()
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"Seal of {self.day}"


class SealedPage(models.Model):
    """The rows of one page of a table: 32 bytes for each, in the order of their keys.

    Eight bytes of key, eight of the record's key, sixteen of the SHA-256 of what is in the row. A
    page holds keys with the same ``key >> 13``, at most 8,192.
    """

    # Written before its seal, in one transaction: the seal's digest needs the pages.
    seal = models.ForeignKey(Seal, models.PROTECT, related_name="pages")
    table = models.CharField(max_length=100)
    page = models.BigIntegerField()
    entries = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["seal", "table", "page"], name="cpni_page_once")
        ]
        indexes = [models.Index(fields=["table", "page"], name="cpni_page_of_table")]

    def __str__(self) -> str:
        return f"Page {self.page} of {self.table}"


class SealPublication(models.Model):
    """A seal's line that left the database."""

    class Channel(models.TextChoices):
        EMAIL = "email", "E-mail"
        FILE = "file", "File"

    seal_number = models.PositiveIntegerField()
    channel = models.CharField(max_length=5, choices=Channel)
    at = models.DateTimeField()
    digest = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["channel", "seal_number"], name="cpni_published_seal")]

    def __str__(self) -> str:
        return f"Seal {self.seal_number} by {self.get_channel_display().lower()}"


class SealCheck(models.Model):
    """What the latest verification found of a seal. Written anew each time."""

    seal_number = models.PositiveIntegerField(primary_key=True)
    checked_at = models.DateTimeField()
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["checked_at"], name="cpni_check_oldest")]

    def __str__(self) -> str:
        return f"Check of seal {self.seal_number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.problem = self.problem[:300]
        super().save(*args, **kwargs)
