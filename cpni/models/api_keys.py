"""The keys of other systems, and the answers that they may ask for a second time."""

from datetime import datetime

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from accounts.encrypted_fields import EncryptedTextField, SealedRow
from accounts.history import History


class ApiKey(models.Model):
    """What another system proves itself with: billing, a dialler, a marketing tool.

    Only a digest is kept, so nobody can read the key here; ``prefix``, its beginning, is no secret
    and finds the row. A key holds until it is revoked or its time is over, and never again.
    ``cpni.api_keys`` is the only writer.
    """

    class Scope(models.TextChoices):
        DECISIONS = "decisions", "Ask what is allowed"
        CUSTOMERS = "customers", "Add and change customers and their addresses"
        OPT_OUTS = "opt_outs", "Record opt-outs"
        OPT_INS = "opt_ins", "Record opt-ins, with their proof"
        DISCLOSURES = "disclosures", "Record uses made of CPNI"
        AUDIENCES = "audiences", "Read who is in a campaign"
        CHANGES = "changes", "Follow approvals as they change"

    # The account in whose name whatever it does is recorded; several keys of one system share it.
    client = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name="system",
        limit_choices_to={"is_program": True},
    )
    prefix = models.CharField("begins with", max_length=12, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    scopes = models.JSONField("may", default=list)
    per_minute = models.PositiveIntegerField(
        "requests in a minute",
        default=600,
        validators=[MinValueValidator(1), MaxValueValidator(100_000)],
        help_text="More are answered with “too many”, and when to come back.",
    )
    made_at = models.DateTimeField("made", editable=False)
    expires_at = models.DateTimeField("ends")
    revoked_at = models.DateTimeField("revoked", null=True, editable=False)
    last_used_at = models.DateTimeField("last used", null=True, editable=False)

    # That it was used is no change that an auditor reads; each read is a look.
    history = History(excluded_fields=["digest", "last_used_at"])

    class Meta:
        verbose_name = "API key"
        ordering = ["-id"]
        permissions = [("revoke_apikey", "Can revoke an API key")]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("made_at")),
                name="cpni_api_key_ends_after_it_was_made",
            )
        ]

    def __str__(self) -> str:
        return f"{self.client}, {self.prefix}…"

    def holds(self, at: datetime) -> bool:
        """Whether it opens anything at the aware instant ``at``."""
        return self.revoked_at is None and at < self.expires_at

    @property
    def scope_words(self) -> str:
        """What it may, in words."""
        return "; ".join(self.Scope(code).label for code in self.scopes)


class ApiAnswer(SealedRow):
    """What was answered to a request with an ``Idempotency-Key``, for when it comes again.

    claimed (no ``status`` yet, until ``claimed_until``) -> answered. Forgotten after two days
    (``cpni.api_answers``, its only writer). The request itself is kept as a digest, the answer
    encrypted, as it may name a customer.
    """

    client = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    key = models.CharField(max_length=64, help_text="SHA-256 of the Idempotency-Key.")
    request = models.CharField(max_length=64, help_text="SHA-256 of what was asked.")
    claim = models.UUIDField()
    claimed_until = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    answer = EncryptedTextField(blank=True)
    made_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "key"], name="cpni_api_answer_once")
        ]

    def __str__(self) -> str:
        return f"Answer {self.pk}"
