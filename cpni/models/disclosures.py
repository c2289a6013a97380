"""Disclosures: each use or disclosure of a customer's CPNI, with the decision that allowed it."""

from typing import Any

from django.conf import settings
from django.db import models

from accounts.history import History
from accounts.models import Customer
from notices.models import Use


class Disclosure(models.Model):
    """One use of one customer's CPNI (64.2009(c)). Written once; never changed or deleted."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    use = models.ForeignKey(Use, models.PROTECT, related_name="+")
    used_on = models.DateField()
    recipient = models.CharField(max_length=200, help_text="Who used or received it.")
    what = models.CharField(
        max_length=200, help_text="The specific CPNI, and what it was used for."
    )
    reason = models.CharField(max_length=30, help_text="Code of the decision that allowed it.")
    evidence = models.JSONField(default=list)
    recorded_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    history = History()

    class Meta:
        verbose_name = "use of CPNI"
        verbose_name_plural = "uses of CPNI"
        ordering = ["-used_on", "-id"]

    def __str__(self) -> str:
        return f"{self.use} by {self.recipient} on {self.used_on}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise ValueError("a disclosure is written once")
        super().save(*args, **kwargs)
