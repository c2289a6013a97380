"""Scripts: what representatives read aloud, in versions that never change once approved."""

import hashlib
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from accounts.history import History
from accounts.models import Customer
from cpni.script_check import (
    ONE_TIME,
    OPT_BACK,
    OPT_IN,
    POLICY_CHANGE,
    READ_BACK,
    wrong_placeholders,
)


def validate_placeholders(text: str) -> None:
    """Raise ValidationError when ``text`` has a placeholder that no script knows."""
    if wrong := wrong_placeholders(text):
        raise ValidationError(wrong)


class ScriptQuerySet(models.QuerySet["Script"]):
    """Questions about scripts."""

    def current(self, kind: str) -> "Script | None":
        """The script of ``kind`` that is read now: the newest approved version, or None."""
        approved = self.filter(kind=kind, status=Script.Status.APPROVED)
        return approved.order_by("-version").first()


class Script(models.Model):
    """One version of what is read to a caller, in every language at once (64.2008(c), (f)).

    draft -> approved (by someone other than its author, or as it comes with the product), and from
    then on fixed: what a customer agreed to can be read again word for word. A newer approved
    version of the same kind takes its place.
    """

    class Kind(models.TextChoices):
        ONE_TIME = ONE_TIME, "One-time consent for a call"
        OPT_IN = OPT_IN, "Express opt-in for named uses"
        OPT_BACK = OPT_BACK, "Opting back in"
        POLICY_CHANGE = POLICY_CHANGE, "Change of policy"
        READ_BACK = READ_BACK, "Reading back an opt-out"

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        APPROVED = "approved", "Approved"

    # What a yes to it gives the carrier for longer than the call.
    LASTING = (Kind.OPT_IN, Kind.OPT_BACK)

    kind = models.CharField(max_length=13, choices=Kind)
    version = models.PositiveSmallIntegerField(editable=False)
    # A portion that is translated means that all of it is (64.2008(c)(6)), so both are one record.
    english = models.TextField(validators=[validate_placeholders])
    spanish = models.TextField(validators=[validate_placeholders])
    status = models.CharField(max_length=8, choices=Status, default=Status.DRAFT, editable=False)
    standard = models.BooleanField("comes with the product", default=False, editable=False)
    digest = models.CharField("SHA-256", max_length=64, editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, editable=False)

    history = History()
    objects = ScriptQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "version"], name="cpni_script_version_once"),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=models.F("author")),
                name="cpni_script_second_person",
            ),
            models.CheckConstraint(
                condition=Q(status="draft", approved_at=None)
                | Q(status="approved", approved_at__isnull=False, approved_by__isnull=False)
                | Q(status="approved", approved_at__isnull=False, standard=True),
                name="cpni_script_approved_by_someone",
            ),
        ]
        permissions = [("approve_script", "Can approve a script")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, version {self.version}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        # The database refuses too (migration cpni 0004).
        self.digest = self.fingerprint
        super().save(*args, **kwargs)

    def clean(self) -> None:
        stored = Script.objects.filter(pk=self.pk).first()
        if stored and stored.status != self.Status.DRAFT:
            raise ValidationError("An approved script cannot change. Write a new version instead.")

    @property
    def fingerprint(self) -> str:
        """SHA-256, in hexadecimal, of all that whoever approves it decides upon."""
        return fingerprint(self.kind, self.english, self.spanish)

    def text(self, language: str) -> str:
        """The words in ``language`` ("en" or "es"), with their placeholders."""
        return self.spanish if language == Customer.Language.SPANISH else self.english


def fingerprint(kind: str, english: str, spanish: str) -> str:
    """SHA-256, in hexadecimal, of a script's kind and words."""
    return hashlib.sha256("\x00".join((kind, english, spanish)).encode()).hexdigest()
