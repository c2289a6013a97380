"""Disclosures that are asked of the carrier: by the law, or by the customer in writing."""

from datetime import date
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts import upload_checks
from accounts.fields import validate_one_line
from accounts.history import History
from accounts.models import Customer


def paper_name(disclosure: "RequestedDisclosure", name: str) -> str:
    """The name of a scanned paper in the private store, whatever the sender called it."""
    return f"disclosure-papers/{uuid4().hex}"


class RequestedDisclosure(models.Model):
    """A paper that asks for one customer's CPNI, and what became of it.

    Compelled (222(c)(1)): a subpoena or court order. Of the customer (222(c)(2)): their affirmative
    written request to tell whomever they designate. open -> disclosed or declined, by the officer.
    ``cpni.requested_disclosures`` is the only writer.
    """

    class Kind(models.TextChoices):
        COMPELLED = "compelled", "Compelled by law"
        CUSTOMER = "customer", "Asked for by the customer"

    class Status(models.TextChoices):
        OPEN = "open", "To be decided"
        DISCLOSED = "disclosed", "Disclosed"
        DECLINED = "declined", "Declined"

    kind = models.CharField(max_length=9, choices=Kind)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    received_on = models.DateField()
    goes_to = models.CharField(
        "is disclosed to",
        max_length=200,
        validators=[validate_one_line],
        help_text="The court or agency; or whom the customer designates.",
    )
    reference = models.CharField(
        max_length=100,
        blank=True,
        validators=[validate_one_line],
        help_text="The number of the case or of the order.",
    )
    scope = models.TextField(
        "what is asked for", help_text="Which records, of which numbers and days."
    )
    due_on = models.DateField("due on", null=True, blank=True)
    scan = models.FileField(
        "the paper",
        upload_to=paper_name,
        validators=[upload_checks.validate_scan],
        help_text=f"The subpoena, order or written request. {upload_checks.SCAN_HELP}",
    )
    status = models.CharField(max_length=9, choices=Status, default=Status.OPEN, editable=False)
    disclosed = models.TextField("what was disclosed", blank=True, editable=False)
    decided_on = models.DateField(null=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    decided_because = models.CharField("reason", max_length=200, blank=True, editable=False)
    entered_at = models.DateTimeField(editable=False)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )

    history = History()

    class Meta:
        ordering = ["-received_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="customer") | ~Q(reference=""),
                name="cpni_requested_compelled_has_reference",
                violation_error_message="Give the number of the case or of the order.",
            ),
            models.CheckConstraint(
                condition=Q(status="open", decided_on=None)
                | ~Q(status="open") & Q(decided_on__isnull=False),
                name="cpni_requested_decided_has_day",
            ),
        ]
        permissions = [
            ("decide_requesteddisclosure", "Can decide about a disclosure that is asked for"),
            ("view_compelled_requesteddisclosure", "Can view what is compelled by law, too"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.goes_to}"

    @property
    def is_open(self) -> bool:
        """Whether nobody has decided yet."""
        return self.status == self.Status.OPEN

    def overdue(self, on: date) -> bool:
        """Whether its due day is over on ``on`` and nobody has decided."""
        return self.is_open and self.due_on is not None and self.due_on < on
