"""Disclosures: each use or disclosure of a customer's CPNI, with the decision that allowed it."""

from django.conf import settings
from django.db import models

from accounts.history import History
from accounts.models import Customer, WrittenOnce
from cpni.models.marketing_campaigns import CallingList, MarketingCampaign
from cpni.models.recipients import Recipient
from cpni.models.requested_disclosures import RequestedDisclosure
from notices.models import Delivery, Use


class Disclosure(WrittenOnce):
    """One use of one customer's CPNI (64.2009(c)). Written once; never changed or deleted."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    use = models.ForeignKey(Use, models.PROTECT, related_name="+")
    used_on = models.DateField()
    # As it was called then; with ``received_by``, whoever that is of the register.
    recipient = models.CharField(max_length=200, help_text="Who used or received it.")
    received_by = models.ForeignKey(
        Recipient,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Of the register of recipients. Empty: the carrier itself.",
    )
    what = models.CharField(
        max_length=200, help_text="The specific CPNI, and what it was used for."
    )
    data_classes = models.JSONField(default=list, blank=True)
    reason = models.CharField(max_length=30, help_text="Code of the decision that allowed it.")
    evidence = models.JSONField(default=list)
    recorded_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    # By what it was made, where that is on record here.
    campaign = models.ForeignKey(MarketingCampaign, models.PROTECT, null=True, related_name="+")
    calling_list = models.ForeignKey(
        CallingList, models.PROTECT, null=True, related_name="disclosures"
    )
    delivery = models.ForeignKey(Delivery, models.PROTECT, null=True, related_name="+")
    requested = models.ForeignKey(
        RequestedDisclosure, models.PROTECT, null=True, related_name="disclosures"
    )

    history = History()

    class Meta:
        verbose_name = "use of CPNI"
        verbose_name_plural = "uses of CPNI"
        ordering = ["-used_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["calling_list", "customer"], name="cpni_disclosure_once_a_list"
            ),
            models.UniqueConstraint(fields=["delivery"], name="cpni_disclosure_once_a_delivery"),
        ]
        permissions = [
            ("print_disclosure", "Can print for a customer who received their information"),
        ]

    def __str__(self) -> str:
        return f"{self.use} by {self.recipient} on {self.used_on}"
