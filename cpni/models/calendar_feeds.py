"""Secret addresses at which a calendar program reads the deadlines."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.history import History


class CalendarFeed(models.Model):
    """One person's address of the calendar of deadlines; only a digest of its secret is kept.

    in use -> revoked. ``cpni.calendar_feeds`` is the only writer.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField("made")
    revoked_at = models.DateTimeField("revoked", null=True)

    history = History(excluded_fields=["digest"])

    class Meta:
        verbose_name = "calendar address"
        verbose_name_plural = "calendar addresses"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(revoked_at=None),
                name="cpni_calendarfeed_one_each",
            )
        ]

    def __str__(self) -> str:
        return f"Calendar address of {self.person}"
