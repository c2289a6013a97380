"""What was done against data brokers, for the annual certificate (64.2009(e))."""

from uuid import uuid4

from django.conf import settings
from django.db import models

from accounts import upload_checks
from accounts.models import WrittenOnce


def proof_name(action: "BrokerAction", name: str) -> str:
    """The name of a proof in the private store: the sender's own may lie."""
    return f"brokers/{action.taken_on:%Y/%m}/{uuid4().hex}"


class BrokerAction(WrittenOnce):
    """One action against someone who deals in customers' data. Written once, never changed.

    The certificate names each, so nothing about a customer belongs here.
    """

    class Kind(models.TextChoices):
        COURT = "court", "Proceeding in court"
        FCC = "fcc", "Petition to the FCC"
        STATE = "state", "Petition to a state commission"
        POLICE = "police", "Report to law enforcement"
        LETTER = "letter", "Letter of cease and desist"
        OTHER = "other", "Other"

    taken_on = models.DateField()
    against = models.CharField(max_length=200, help_text="The broker, as far as it is known.")
    kind = models.CharField(max_length=6, choices=Kind)
    what = models.TextField(
        "what was done",
        max_length=2_000,
        help_text="As the certificate says it: no customers’ names or numbers.",
    )
    proof = models.CharField(max_length=200, help_text="Such as the docket or report number.")
    scan = models.FileField(
        upload_to=proof_name,
        blank=True,
        max_length=200,
        validators=[upload_checks.validate_scan],
        help_text=f"The paper itself. {upload_checks.SCAN_HELP}",
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
        verbose_name = "action against a data broker"
        verbose_name_plural = "actions against data brokers"
        ordering = ["-taken_on", "-id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} against {self.against}"
