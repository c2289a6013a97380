"""Versions of the privacy policy, and the version that governs each customer's information."""

from django.core.exceptions import ValidationError
from django.db import models

from accounts.history import History
from accounts.models import Call, Customer
from notices.models.uses import Use


class PolicyVersion(models.Model):
    """One version of the carrier's privacy policy and the uses that it declares."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"

    number = models.CharField(max_length=10, unique=True)
    title = models.CharField(max_length=200)
    text = models.TextField()
    effective_on = models.DateField()
    uses = models.ManyToManyField(
        Use,
        related_name="+",
        limit_choices_to=~models.Q(mechanism=Use.Mechanism.PROHIBITED),
        help_text="What this version says the carrier may do with CPNI.",
    )
    status = models.CharField(max_length=9, choices=Status, default=Status.DRAFT, editable=False)

    history = History(m2m_fields=[uses])

    class Meta:
        ordering = ["-effective_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["effective_on"],
                condition=models.Q(status="published"),
                name="notices_policy_one_a_day",
            )
        ]
        permissions = [("publish_policyversion", "Can publish a policy version")]

    def __str__(self) -> str:
        return f"Policy {self.number}"

    def clean(self) -> None:
        stored = PolicyVersion.objects.filter(pk=self.pk).first()
        if stored and stored.status == self.Status.PUBLISHED:
            raise ValidationError(
                "A published policy version cannot change. Write a new version instead."
            )


class PolicyBinding(models.Model):
    """A customer's move to another policy version, from the day ``since``; the last one counts.

    To a later version after being told and asked; back to the one before, when they take back what
    they accepted on a call. Without one, the version in force when the information was collected
    governs it (see notices.policies.governing).
    """

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    policy_version = models.ForeignKey(PolicyVersion, models.PROTECT, related_name="+")
    since = models.DateField()
    delivery = models.ForeignKey(
        "notices.Delivery", models.PROTECT, null=True, blank=True, related_name="+"
    )
    call = models.ForeignKey(
        Call,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The call on which the customer chose it.",
    )

    history = History()

    class Meta:
        ordering = ["since"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "policy_version"],
                # By silence once; on calls a customer may choose as often as they like.
                condition=models.Q(call=None),
                name="notices_binding_once_a_version",
            )
        ]

    def __str__(self) -> str:
        return f"{self.customer} under {self.policy_version} since {self.since}"
