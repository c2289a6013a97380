"""Automatic notices: whom the rules ask to notice, and who is never forgotten again."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from accounts.history import History
from notices.models.limits import SendingLimits, hours_of_one_day
from notices.models.notices import Notice


class AutomaticNotice(SendingLimits):
    """A notice that goes every day to whoever has become due for it.

    proposed -> approved (by a person, once) -> stopped; proposed -> stopped. It proposes itself
    with the newest approved notice, and sends by a campaign of its own for each month, which has
    its hours and limits.
    ``notices.automatic`` is the only writer of ``status``.
    """

    class Kind(models.TextChoices):
        NEW = "new", "New customers"
        RENEWAL = "renewal", "Two-year renewal"

    class Status(models.TextChoices):
        PROPOSED = "proposed", "Proposed"
        APPROVED = "approved", "Approved"
        STOPPED = "stopped", "Stopped"

    kind = models.CharField(max_length=7, choices=Kind)
    notice = models.ForeignKey(Notice, models.PROTECT, related_name="+")
    within_days = models.PositiveSmallIntegerField(
        "within days",
        default=30,
        validators=[MinValueValidator(1)],
        help_text="Of new customers: from the start of service. Who waits longer is shown.",
    )
    status = models.CharField(max_length=8, choices=Status, default=Status.PROPOSED, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, editable=False)

    history = History()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind"],
                condition=Q(status="approved"),
                name="notices_automatic_one_of_a_kind",
            ),
            models.UniqueConstraint(
                fields=["kind", "notice"], name="notices_automatic_proposed_once"
            ),
            hours_of_one_day("notices_automatic_hours_of_one_day"),
        ]
        permissions = [("approve_automaticnotice", "Can approve and stop automatic notices")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.notice}"
