"""Reports by e-mail that were sent to members of staff."""

from django.conf import settings
from django.db import models


class SentReport(models.Model):
    """One report to one person for one day. The row is there before it is sent: it goes once.

    A row without ``sent_at`` is of a sending that a worker did not live to finish: whether it left
    is not known, and it is not sent again.
    """

    class Kind(models.TextChoices):
        DAILY = "daily", "What needs someone, each day"
        WEEKLY = "weekly", "Figures, each Monday"

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=6, choices=Kind)
    day = models.DateField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind", "day"], name="accounts_sentreport_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.day}"
