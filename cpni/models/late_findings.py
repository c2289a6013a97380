"""Uses of CPNI that, with what we know now, should not have been made."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.history import History
from cpni.models.disclosures import Disclosure


class LateFinding(models.Model):
    """One use that was allowed by what was known then, and is not by what is known now.

    open -> settled, with what was done about it; by itself when it turns out to have been allowed
    after all, and open again when that turns out wrong. ``cpni.late_findings`` is the only writer.
    """

    disclosure = models.OneToOneField(Disclosure, models.PROTECT, related_name="+")
    found_at = models.DateTimeField()
    reason = models.CharField(max_length=30, help_text="Code of what is known now.")
    sentence = models.CharField("what is known now", max_length=300)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    note = models.CharField("what was done", max_length=500, blank=True)

    history = History()

    class Meta:
        verbose_name = "use to be looked into"
        verbose_name_plural = "uses to be looked into"
        ordering = ["-id"]
        permissions = [("settle_latefinding", "Can settle a use to be looked into")]
        constraints = [
            models.CheckConstraint(
                condition=Q(settled_at=None) | ~Q(note=""), name="cpni_latefinding_settled_has_note"
            )
        ]
        indexes = [
            models.Index(
                fields=["found_at"], condition=Q(settled_at=None), name="cpni_latefinding_open"
            )
        ]

    def __str__(self) -> str:
        return f"Use of {self.disclosure.used_on} by {self.disclosure.recipient}"

    @property
    def is_open(self) -> bool:
        """Whether nobody has said what was done about it."""
        return self.settled_at is None

    @property
    def settled_itself(self) -> bool:
        """Whether it was allowed after all, so that nobody had to do anything about it."""
        return not self.is_open and self.settled_by is None
