"""Approvals as they change, in an order that others can follow, and whom we tell of it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.encrypted_fields import EncryptedTextField, SealedRow
from accounts.history import History


class ChangedApproval(models.Model):
    """A row of the approvals' history, with its place in the order in which rows became visible.

    Derived from history and from nothing else (``cpni.changed_approvals``, its only writer).
    """

    position = models.BigAutoField(primary_key=True)
    history_row = models.BigIntegerField(unique=True)
    listed_at = models.DateTimeField()

    class Meta:
        ordering = ["position"]
        indexes = [models.Index(fields=["listed_at", "history_row"], name="cpni_changed_listed")]

    def __str__(self) -> str:
        return f"Change {self.position}"


class WebhookSubscription(SealedRow):
    """Another system that is told when approvals change.

    enabled <-> disabled: by a person, or by itself after too many failures in a row.
    ``cpni.webhooks`` is the only writer.
    """

    client = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name="system",
        limit_choices_to={"is_program": True},
    )
    url = models.CharField(
        "address", max_length=300, help_text="An https address of theirs, without a query."
    )
    secret = EncryptedTextField(editable=False)
    position = models.BigIntegerField(
        default=0, editable=False, help_text="Up to which change messages were made."
    )
    failures = models.PositiveIntegerField("failures in a row", default=0, editable=False)
    disabled_at = models.DateTimeField("stopped", null=True, editable=False)
    disabled_because = models.CharField("why", max_length=200, blank=True, editable=False)
    made_at = models.DateTimeField("made", editable=False)

    history = History(excluded_fields=["secret", "position", "failures"])

    class Meta:
        ordering = ["-id"]
        permissions = [("stop_webhooksubscription", "Can stop and start webhooks")]
        constraints = [
            models.CheckConstraint(
                condition=Q(disabled_at=None, disabled_because="")
                | (Q(disabled_at__isnull=False) & ~Q(disabled_because="")),
                name="cpni_webhook_stopped_has_reason",
            )
        ]

    def __str__(self) -> str:
        return f"{self.client} at {self.host}"

    @property
    def host(self) -> str:
        """Where it goes, without the path, which may hold a secret of theirs."""
        return self.url.partition("//")[2].partition("/")[0]


class WebhookDelivery(models.Model):
    """One message to one subscriber: the changes after ``after`` up to ``until``.

    waiting -> delivered, the oldest first: none is given up, a subscription that fails for long is
    stopped with what it has not heard. What a message says is read from history when it is sent.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        DELIVERED = "delivered", "Delivered"

    subscription = models.ForeignKey(WebhookSubscription, models.PROTECT, related_name="deliveries")
    after = models.BigIntegerField()
    until = models.BigIntegerField()
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    last_status = models.PositiveSmallIntegerField("last answer", null=True)
    last_error = models.CharField("what went wrong", max_length=100, blank=True)
    made_at = models.DateTimeField("made")
    delivered_at = models.DateTimeField("delivered", null=True)

    class Meta:
        verbose_name_plural = "webhook deliveries"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "until"], name="cpni_webhook_delivery_once"
            ),
            models.CheckConstraint(
                condition=Q(after__lt=models.F("until")), name="cpni_webhook_delivery_of_something"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"], condition=Q(state="waiting"), name="cpni_webhook_due"
            )
        ]

    def __str__(self) -> str:
        return f"Message {self.pk}"
