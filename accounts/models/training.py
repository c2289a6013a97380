"""Training of staff (64.2009(b)): its texts, who acknowledged them, and what misuse led to."""

import hashlib
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts import upload_checks
from accounts.civil import in_words
from accounts.encrypted_fields import EncryptedTextField, SealedRow
from accounts.history import History
from accounts.models.written_once import WrittenOnce


class TrainingText(models.Model):
    """One version of the text of a course: what staff may and may not do with CPNI, in Markdown.

    draft -> published -> withdrawn, by a newer version or by hand. ``accounts.training`` is the
    only writer of ``status``. Where nothing is published nobody has anything to acknowledge.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"
        WITHDRAWN = "withdrawn", "Withdrawn"

    course = models.CharField(
        max_length=100, help_text="Such as “CPNI for everyone”. A version counts for its course."
    )
    version = models.PositiveIntegerField(default=0, editable=False)
    text = models.TextField(
        max_length=60_000,
        help_text="In Markdown: who may use what, and what misuse leads to.",
    )
    status = models.CharField(max_length=9, choices=Status, default=Status.DRAFT, editable=False)
    published_at = models.DateTimeField(null=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )

    history = History()

    class Meta:
        ordering = ["course", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["course", "version"], name="accounts_training_version_once"
            ),
            models.UniqueConstraint(
                fields=["course"],
                condition=Q(status="published"),
                name="accounts_training_one_published",
            ),
            models.CheckConstraint(
                condition=Q(status="draft") | Q(published_at__isnull=False),
                name="accounts_training_published_has_day",
            ),
        ]
        permissions = [("publish_trainingtext", "Can publish and withdraw a training text")]

    def __str__(self) -> str:
        return f"{self.course}, version {self.version}"

    @property
    def digest(self) -> str:
        """What is signed: course, version and every character of the text (SHA-256)."""
        return hashlib.sha256(f"{self.course}\0{self.version}\0{self.text}".encode()).hexdigest()


def proof_name(acknowledgement: "Acknowledgement", name: str) -> str:
    """The name of a proof in the private store: the sender's own may hold a name, or lie."""
    return f"training/{acknowledgement.on:%Y/%m}/{uuid4().hex}"


class Acknowledgement(WrittenOnce):
    """That a member of staff read and signed a training text. Written once, never changed.

    Here, by its button; or elsewhere, which somebody recorded with the proof.
    """

    class How(models.TextChoices):
        HERE = "here", "Read and signed here"
        ELSEWHERE = "elsewhere", "Held elsewhere"

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="acknowledgements"
    )
    training = models.ForeignKey(TrainingText, models.PROTECT, related_name="acknowledgements")
    digest = models.CharField(max_length=64, editable=False)
    how = models.CharField(max_length=9, choices=How)
    on = models.DateField("acknowledged on", help_text="The carrier’s civil day.")
    proof = models.CharField(
        max_length=200, blank=True, help_text="Such as the list of who attended, and where it is."
    )
    scan = models.FileField(
        upload_to=proof_name,
        blank=True,
        max_length=200,
        validators=[upload_checks.validate_scan],
        help_text=f"The signed paper. {upload_checks.SCAN_HELP}",
    )
    at = models.DateTimeField("recorded at", editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        editable=False,
        related_name="+",
        verbose_name="recorded by",
    )

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "training", "on"], name="accounts_acknowledged_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(how="here") | ~Q(proof=""),
                name="accounts_acknowledged_elsewhere_has_proof",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.training}, {in_words(self.on)}"


class Sanction(SealedRow):
    """What a member of staff did with CPNI, and what was decided. Written once, never changed.

    The “express disciplinary process” of 64.2009(b). Sealed, for it is about staff.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    happened_on = models.DateField()
    happened = EncryptedTextField("what happened", max_length=4_000)
    decided_on = models.DateField()
    decided = EncryptedTextField(
        "what was decided", max_length=4_000, help_text="Such as retrained, warned, dismissed."
    )
    decided_by = models.CharField(max_length=100, help_text="Name and title.")
    at = models.DateTimeField("recorded at", editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        editable=False,
        related_name="+",
        verbose_name="recorded by",
    )

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_on__gte=models.F("happened_on")),
                name="accounts_sanction_decided_after",
                violation_error_message="It cannot be decided before it happened.",
            )
        ]

    def __str__(self) -> str:
        return f"Sanction {self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise ValueError("a sanction is written once")
        super().save(*args, **kwargs)
