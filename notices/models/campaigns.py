"""Campaigns: one notice to one audience at one time."""

import hashlib
import json

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from accounts.history import History
from accounts.models import CustomerList
from notices.models.notices import Notice


class Campaign(models.Model):
    """Sending a notice to many customers.

    draft -> approved (by someone other than its author) -> scheduled -> freezing -> running
    <-> paused; running -> finished; anything before finished -> cancelled.
    ``notices.campaigns`` is the only writer of ``status``.
    """

    class Audience(models.TextChoices):
        ACTIVE = "active", "All active customers"
        NEVER_NOTICED = "never_noticed", "Active customers never noticed"
        NOTICE_DUE = "notice_due", "Two-year notice due"
        SAVED_LIST = "saved_list", "A saved list"
        AS_IT_HAPPENS = "as_it_happens", "Whom it concerns, as it happens"

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        APPROVED = "approved", "Approved"
        SCHEDULED = "scheduled", "Scheduled"
        FREEZING = "freezing", "Choosing recipients"
        RUNNING = "running", "Running"
        PAUSED = "paused", "Paused"
        FINISHED = "finished", "Finished"
        CANCELLED = "cancelled", "Cancelled"

    # Recipients are frozen and something may still be sent.
    OPEN = (Status.FREEZING, Status.RUNNING, Status.PAUSED)

    name = models.CharField(max_length=100, unique=True)
    notice = models.ForeignKey(Notice, models.PROTECT, related_name="campaigns")
    audience = models.CharField(max_length=13, choices=Audience, default=Audience.NEVER_NOTICED)
    customer_list = models.ForeignKey(
        CustomerList, models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Of a standing campaign: the one way by which its messages leave. It has a lease of its own, so
    # that a gateway that hangs delays no e-mail.
    channel = models.CharField(max_length=5, blank=True, default="", editable=False)
    scheduled_at = models.DateTimeField(
        "send at", null=True, blank=True, help_text="In the carrier's time zone."
    )
    rate_per_minute = models.PositiveIntegerField(
        "messages per minute",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="The most e-mail to hand to the relay in a minute; empty for no limit.",
    )
    status = models.CharField(max_length=9, choices=Status, default=Status.DRAFT, editable=False)
    paused_because = models.CharField(max_length=200, blank=True, editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    started_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)
    # The domain of this campaign's Message-IDs: fixed at the start, so that a message that is sent
    # a second time carries the same Message-ID even if the setting changed in between.
    message_domain = models.CharField(max_length=253, blank=True, editable=False)
    # The one sending loop that holds this campaign, until when (see notices.sending).
    lease = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)

    history = History(excluded_fields=["lease", "lease_until"])

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(audience="saved_list", customer_list__isnull=False)
                | (~Q(audience="saved_list") & Q(customer_list=None)),
                name="notices_campaign_list_if_saved",
                violation_error_message="Name a saved list exactly when the audience is one.",
            ),
            models.CheckConstraint(
                condition=Q(audience="as_it_happens") & ~Q(channel="")
                | ~Q(audience="as_it_happens") & Q(channel=""),
                name="notices_campaign_stands_by_channel",
            ),
            models.UniqueConstraint(
                fields=["notice", "channel"],
                condition=~Q(channel=""),
                name="notices_campaign_stands_once",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=models.F("author")),
                name="notices_campaign_second_person",
            ),
        ]
        permissions = [
            ("approve_campaign", "Can approve a campaign"),
            ("run_campaign", "Can schedule, start, pause, resume and cancel a campaign"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def stands(self) -> bool:
        """Whether it stays open for what happens, and has no audience to finish with."""
        return self.channel != ""

    @property
    def fingerprint(self) -> str:
        """SHA-256, in hexadecimal, of all that whoever approves it decides upon."""
        whole = (
            self.name,
            self.notice_id,
            self.audience,
            self.customer_list_id,
            self.scheduled_at and self.scheduled_at.timestamp(),
            self.rate_per_minute,
        )
        return hashlib.sha256(json.dumps(whole).encode()).hexdigest()

    def clean(self) -> None:
        stored = Campaign.objects.filter(pk=self.pk).first()
        if stored and stored.status != self.Status.DRAFT:
            raise ValidationError("Only a draft can be edited. Cancel this campaign and copy it.")
