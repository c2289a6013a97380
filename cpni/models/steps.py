"""Steps that were taken in an incident or a breach: who, when, and the proof."""

from collections.abc import Iterable

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts import upload_checks
from accounts.history import History
from accounts.models import WrittenOnce
from cpni.models.breaches import Breach
from cpni.models.incidents import Incident, proof_name


class StepTaken(WrittenOnce):
    """One step, with its proof (64.2011(d)). Written once; a correction is another one."""

    incident = models.ForeignKey(Incident, models.PROTECT, null=True, related_name="steps")
    breach = models.ForeignKey(Breach, models.PROTECT, null=True, related_name="steps")
    # One of cpni.steps: what it means is in code, with its section.
    code = models.CharField("step", max_length=20)
    done_on = models.DateField()
    words = models.CharField("what was done", max_length=500)
    proof = models.CharField(max_length=200, blank=True)
    scan = models.FileField(
        upload_to=proof_name, blank=True, validators=[upload_checks.validate_scan]
    )
    recorded_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    history = History()

    class Meta:
        verbose_name = "step taken"
        verbose_name_plural = "steps taken"
        ordering = ["done_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(incident=None, breach__isnull=False)
                | Q(incident__isnull=False, breach=None),
                name="cpni_step_of_one",
            )
        ]

    @staticmethod
    def that_count(taken: Iterable["StepTaken"]) -> dict[str, "StepTaken"]:
        """Of ``taken`` the one of each code that counts: the one recorded last.

        Whoever mistook a day records the step once more, so the last entry is the correction,
        whichever day it names.
        """
        return {step.code: step for step in sorted(taken, key=lambda step: step.pk)}

    def __str__(self) -> str:
        return f"Step {self.code} on {self.done_on}"
