"""Purges of history: what retention removed, kept so that nobody else's removal looks like one."""

from django.db import models

from accounts.counted_words import several


class HistoryPurge(models.Model):
    """One removal of history rows whose time is over. ``cpni.history_purges`` writes it."""

    at = models.DateTimeField("purged at")
    actor = models.CharField("by", max_length=150)
    because = models.CharField("reason", max_length=200)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"Purge #{self.pk}"


class PurgedRows(models.Model):
    """Up to a page of removed rows of one table, as their seals knew them."""

    purge = models.ForeignKey(HistoryPurge, models.PROTECT, related_name="removed")
    table = models.CharField(max_length=100)
    first_key = models.BigIntegerField()
    last_key = models.BigIntegerField()
    rows = models.PositiveIntegerField()
    # As in SealedPage; it is bytes, so its seal covers only the digest beside it.
    entries = models.BinaryField()
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "purged rows"
        indexes = [models.Index(fields=["table", "first_key"], name="cpni_purged_of_table")]

    def __str__(self) -> str:
        return f"{several(self.rows, 'row')} of {self.table}"


class OpenPurge(models.Model):
    """The purge that is being done. It exists only inside the transaction that does it.

    The triggers read it; nobody else's transaction ever sees it.
    """

    purge = models.OneToOneField(HistoryPurge, models.PROTECT, primary_key=True, related_name="+")

    def __str__(self) -> str:
        return f"Open: {self.purge}"
