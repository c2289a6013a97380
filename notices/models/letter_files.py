"""Files of a post batch: the letters as PDF, and the proof that they were mailed."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts import upload_checks
from accounts.civil import in_words
from accounts.history import History
from notices.models.deliveries import PostBatch


class LetterFile(models.Model):
    """Some thousands of letters of a batch as one PDF, with its part of the manifest.

    Asked for -> claimed by a worker -> made -> discarded. One that is claimed and not made was left
    by a worker that died, and is claimed again. The files are copies of what the deliveries say;
    they are discarded some time after the mailing, and the digest stays.
    """

    batch = models.ForeignKey(PostBatch, models.PROTECT, related_name="files")
    number = models.PositiveIntegerField()
    # Which letters, in their order. Fixed when the file is asked for, so that a worker that takes
    # over makes the same file, whatever was confirmed or cancelled in between.
    deliveries = models.JSONField()
    asked_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    claims = models.PositiveIntegerField(default=0, help_text="How often a worker began it.")
    typeset = models.PositiveIntegerField(default=0, help_text="Letters that are set so far.")
    letters = models.PositiveIntegerField(default=0)
    pages = models.PositiveIntegerField(default=0)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    pdf = models.FileField(blank=True)
    manifest = models.FileField(blank=True)
    # When its words were: what stands in them of the carrier is as it was then.
    made_at = models.DateTimeField(null=True, blank=True)
    discarded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["batch", "number"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "number"], name="notices_letterfile_once"),
        ]
        indexes = [
            models.Index(
                fields=["batch", "number"],
                condition=Q(made_at=None),
                name="notices_letterfile_to_make",
            ),
        ]

    def __str__(self) -> str:
        return f"letters-{self.batch_id}-{self.number:03}.pdf"


def statement_name(statement: "MailingStatement", name: str) -> str:
    """The name of an upload in the private store: the sender's own says nothing."""
    return f"mailings/{statement.mailed_on:%Y/%m}/{uuid4().hex}"


class MailingStatement(models.Model):
    """The post's statement that letters of a batch were handed over on a day: the proof, scanned.

    domain.md 11.3: the mailing date is that day, and its evidence is kept.
    """

    batch = models.ForeignKey(PostBatch, models.PROTECT, related_name="statements")
    mailed_on = models.DateField()
    proof = models.CharField(max_length=200)
    scan = models.FileField(
        upload_to=statement_name,
        validators=[upload_checks.validate_scan],
        help_text=upload_checks.SCAN_HELP,
    )
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    history = History()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        day = self.mailed_on
        return f"{self.proof}, {in_words(day)}"
