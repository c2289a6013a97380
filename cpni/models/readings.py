"""Readings: which script was read to a caller, and what the caller answered."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Call, Customer, WrittenOnce
from cpni.models.optouts import OptOutRequest
from cpni.models.scripts import Script
from notices.models import Use


class ScriptReading(WrittenOnce):
    """One script read on one call, with the answer. Written once; never changed or deleted.

    Of a one-time script a yes is the consent itself, and it counts while the call is open
    (64.2008(f)); of the other scripts the request that it proves is named. An answer that is no yes
    is kept as well: nobody is opted in by silence, and that one was asked is part of the record.
    """

    class Answer(models.TextChoices):
        YES = "yes", "Yes"
        NO = "no", "No"
        UNCLEAR = "unclear", "Unclear"
        NOT_ASKED = "not_asked", "Did not ask"

    call = models.ForeignKey(Call, models.PROTECT, related_name="+")
    # Copied, as one question is about a customer and another about a kind of script.
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=13, choices=Script.Kind)
    script = models.ForeignKey(Script, models.PROTECT, related_name="+")
    language = models.CharField(max_length=2, choices=Customer.Language)
    answer = models.CharField(max_length=9, choices=Answer)
    uses = models.ManyToManyField(Use, related_name="+")
    recipients = models.CharField(
        max_length=300, blank=True, help_text="Who was named as receiving the information."
    )
    recording = models.CharField(
        max_length=100, blank=True, help_text="Where the recording of the answer can be found."
    )
    read_on = models.DateField()
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="representative"
    )
    request = models.ForeignKey(
        OptOutRequest,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text="The choice that this answer proves.",
    )
    # The number of the form: sent twice, it is one answer.
    token = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)

    class Meta:
        verbose_name = "script read"
        verbose_name_plural = "scripts read"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind__in=("opt_in", "opt_back"), answer="yes")
                | (Q(request__isnull=False) & ~Q(recording="")),
                name="cpni_reading_lasting_yes_is_proved",
            ),
            models.CheckConstraint(
                condition=Q(request=None) | Q(kind__in=("opt_in", "opt_back"), answer="yes"),
                name="cpni_reading_only_a_yes_grants",
            ),
        ]
        indexes = [models.Index(fields=["kind", "-at"], name="cpni_reading_by_kind")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_answer_display().lower()}"
