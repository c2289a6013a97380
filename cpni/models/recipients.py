"""The register of recipients: who outside the carrier receives or sees CPNI, and as what."""

from datetime import date
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from accounts import upload_checks
from accounts.fields import validate_one_line
from accounts.history import History
from accounts.models import Service


def contract_name(recipient: "Recipient", name: str) -> str:
    """The name of a scanned contract in the private store, whatever the sender called it."""
    return f"contracts/{uuid4().hex}"


class Recipient(models.Model):
    """A company that receives or sees CPNI, under one contract and in one legal relationship.

    What it is in law decides which approval its use needs (64.2007(b)); so only the compliance
    officer says it. Another relationship or contract is another row: what was so on a past day
    stays known. ``cpni.recipients`` is the only writer.
    """

    class Relationship(models.TextChoices):
        AGENT = "agent", "Agent"
        AFFILIATE = "affiliate", "Communications affiliate"
        OTHER_AFFILIATE = "other_affiliate", "Affiliate without communications services"
        JOINT_VENTURE = "joint_venture", "Joint-venture partner"
        CONTRACTOR = "contractor", "Independent contractor"
        THIRD_PARTY = "third_party", "Unrelated third party"
        VENDOR = "vendor", "Vendor that provides, bills or collects"

    name = models.CharField(max_length=200, validators=[validate_one_line])
    relationship = models.CharField(
        max_length=15,
        choices=Relationship,
        help_text="A legal status, not a label: from the contract, by the compliance officer.",
    )
    contract = models.CharField(
        max_length=200,
        validators=[validate_one_line],
        help_text="Its number or name, and where the paper is kept.",
    )
    scan = models.FileField(
        "scanned contract",
        upload_to=contract_name,
        blank=True,
        validators=[upload_checks.validate_scan],
        help_text=upload_checks.SCAN_HELP,
    )
    safeguards = models.TextField(
        help_text="How the contract protects CPNI: what it may be used for, who may see it, until"
        " when it is kept."
    )
    began_on = models.DateField("from", help_text="The first day on which it may receive CPNI.")
    ended_on = models.DateField(
        "until", null=True, blank=True, help_text="The last day on which it may."
    )
    categories = models.JSONField(
        "services that it provides to our customers",
        default=list,
        blank=True,
        help_text="Of an affiliate: within these, and for customers who have services of more than"
        " one category, CPNI may be shared without approval (64.2005(a)(1)).",
    )

    history = History()

    class Meta:
        ordering = ["name", "-began_on", "id"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                condition=Q(ended_on=None),
                name="cpni_recipient_one_current",
                violation_error_message=(
                    "It is in the register already. End that row first, if it is another contract."
                ),
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("began_on")),
                name="cpni_recipient_ends_after_start",
                violation_error_message="A contract cannot end before it began.",
            ),
        ]
        permissions = [
            ("set_relationship_recipient", "Can say what a recipient is to us in law"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        unknown = set(self.categories) - set(Service.TELECOMMUNICATIONS)
        if unknown:
            raise ValidationError({"categories": "Choose among local, long distance and wireless."})
        if self.categories and self.relationship != self.Relationship.AFFILIATE:
            words = "Only a communications affiliate provides services to our customers."
            raise ValidationError({"categories": words})

    def current(self, on: date) -> bool:
        """Whether it may receive CPNI on the civil day ``on``, its last day included."""
        return self.began_on <= on and (self.ended_on is None or on <= self.ended_on)
