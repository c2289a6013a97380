"""That somebody told a customer of an account change, where nothing that we sent did."""

from django.conf import settings
from django.db import models

from accounts.models import AccountChange, WrittenOnce


class Telling(WrittenOnce):
    """How and when a person told a customer of one change. Written once, never changed."""

    class How(models.TextChoices):
        PERSON = "person", "In person"
        TELEPHONE = "telephone", "By telephone"
        LETTER = "letter", "By a letter of one’s own"
        OTHER = "other", "Another way"

    change = models.OneToOneField(AccountChange, models.PROTECT, related_name="telling")
    how = models.CharField(max_length=9, choices=How)
    on = models.DateField("told on", help_text="The carrier's civil day.")
    because = models.CharField("reason", max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField("recorded at")

    class Meta:
        verbose_name = "customer told by a person"
        verbose_name_plural = "customers told by a person"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.get_how_display()} on {self.on:%b} {self.on.day}, {self.on.year}"
