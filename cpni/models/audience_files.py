"""Files of account numbers that come back marked: may we, and why not."""

from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from cpni.models.offered import OFFERED, wrongly_offered
from cpni.models.recipients import Recipient
from notices.models import Use


def uploaded_name(file: "AudienceFile", name: str) -> str:
    """The name of an upload in the private store: the sender's own says nothing."""
    return f"audiences/{uuid4().hex}"


class AudienceFile(models.Model):
    """A list of account numbers, and the same list with the answer for each on a day.

    Asked for -> claimed by a worker -> marked -> discarded. What is marked is of its day only, so
    it expires with the day; ``cpni.audience_files`` is the only writer.
    """

    use = models.ForeignKey(Use, models.PROTECT, related_name="+")
    recipient = models.ForeignKey(
        Recipient, models.PROTECT, null=True, blank=True, related_name="+"
    )
    offered = models.CharField(
        "service that is offered",
        max_length=13,
        choices=OFFERED,
        blank=True,
        help_text="Of marketing within a category: which (64.2005(b)).",
    )
    on = models.DateField("for the day")
    because = models.CharField("reason", max_length=200)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    uploaded = models.FileField(upload_to=uploaded_name, blank=True)
    lines = models.PositiveIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True, blank=True)
    claims = models.PositiveIntegerField(default=0, help_text="How often a worker began it.")
    done = models.PositiveIntegerField("lines done", default=0)
    counts = models.JSONField(default=dict, help_text="Lines by the reason's code.")
    marked = models.FileField(blank=True)
    marked_at = models.DateTimeField(null=True, blank=True)
    discarded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "audience file"
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["id"],
                condition=Q(marked_at=None, discarded_at=None),
                name="cpni_audience_to_mark",
            )
        ]

    def __str__(self) -> str:
        return f"audience-{self.pk}.csv"

    def clean(self) -> None:
        """Marketing within a category says in which."""
        if wrong := wrongly_offered(getattr(self, "use", None), self.offered):
            raise ValidationError({"offered": wrong})
