"""Sign-offs: what a person decided about a line of a notice's content check."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.history import History
from accounts.models import WrittenOnce
from notices.models.notices import Notice


class ContentSignOff(WrittenOnce):
    """A judgement of one line, or the override of one that failed. Written once, never changed.

    It holds for the words for which it was given: ``fingerprint`` is that of the notice then.
    """

    class Verdict(models.TextChoices):
        GOOD = "good", "Good"
        NOT_GOOD = "not_good", "Not good"
        OVERRIDDEN = "overridden", "Goes out all the same"

    notice = models.ForeignKey(Notice, models.PROTECT, related_name="sign_offs")
    line = models.CharField(max_length=40)
    fingerprint = models.CharField("SHA-256 of the notice", max_length=64)
    verdict = models.CharField(max_length=10, choices=Verdict)
    remark = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    history = History()

    class Meta:
        ordering = ["id"]
        verbose_name = "sign-off of a notice's content"
        verbose_name_plural = "sign-offs of notices' content"
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict="good") | ~Q(remark=""),
                name="notices_contentsignoff_says_why",
                violation_error_message="Say why.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.line}: {self.get_verdict_display()}"
