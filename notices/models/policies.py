"""Versions of the privacy policy, and the version that governs each customer's information."""

import hashlib
import json
from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from accounts.history import History
from accounts.models import Call, Customer
from notices.models.uses import Use


class PolicyUse(models.Model):
    """What one version declares of one use: for whom, of which data, by which approval.

    The catalogue says what a use is; a version may promise less. A row of its own for each version,
    so that the next one can add a recipient or a class of data to a use that it keeps.
    """

    class DataClass(models.TextChoices):
        """The classes of 47 USC 222(h)(1)."""

        QUANTITY = "quantity", "Quantity"
        CONFIGURATION = "configuration", "Technical configuration"
        TYPE = "type", "Type"
        DESTINATION = "destination", "Destination"
        LOCATION = "location", "Location"
        AMOUNT = "amount", "Amount of use"
        BILLS = "bills", "What bills contain"

    policy_version = models.ForeignKey("PolicyVersion", models.PROTECT, related_name="declared")
    use = models.ForeignKey(
        Use,
        models.PROTECT,
        related_name="+",
        limit_choices_to=~models.Q(mechanism=Use.Mechanism.PROHIBITED),
    )
    recipients = models.TextField(
        "who receives it",
        blank=True,
        help_text="One name a line. Empty: whoever is of the kind that the use names.",
    )
    data_classes = models.JSONField(
        "of which data", default=list, blank=True, help_text="None ticked: all CPNI."
    )
    # What the catalogue said when the version was published: a later rule does not rewrite what
    # customers were told. Empty in a draft.
    mechanism = models.CharField(
        max_length=10, choices=Use.Mechanism, blank=True, default="", editable=False
    )

    class Meta:
        verbose_name = "use"
        ordering = ["use_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["policy_version", "use"],
                name="notices_policy_use_once",
                violation_error_message="This version declares that use already.",
            )
        ]

    def __str__(self) -> str:
        return str(self.use)

    @staticmethod
    def data_in_words(row: Any) -> str:
        """The classes of data of a row or of one in the history, or that it is not limited."""
        labels = dict(PolicyUse.DataClass.choices)
        return ", ".join(str(labels[code]) for code in row.data_classes) or "All CPNI"

    @staticmethod
    def said(row: Any) -> str:
        """All that a row, or one in the history, declares, on one line."""
        who = "; ".join(row.recipients.split("\n")) or row.use.get_recipient_display()
        approval = row.mechanism or row.use.mechanism
        return (
            f"{row.use}. Who receives it: {who}. Of which data: {PolicyUse.data_in_words(row)}."
            f" {Use.Mechanism(approval).label}."
        )

    def names(self, recipient: str) -> bool:
        """Whether ``recipient`` may receive it: one of those named, or anyone where none is."""
        named = {" ".join(line.split()).casefold() for line in self.recipients.splitlines()} - {""}
        return not named or " ".join(recipient.split()).casefold() in named

    def covers(self, data_classes: Collection[str]) -> bool:
        """Whether all of ``data_classes`` are declared; where none is, all CPNI is."""
        return not self.data_classes or set(data_classes) <= set(self.data_classes)


class PolicyVersion(models.Model):
    """One version of the carrier's privacy policy and the uses that it declares.

    draft -> published (by someone other than its author; text, day and uses are then fixed for
    good, which migration notices 0005 sees to).
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"

    number = models.CharField(max_length=10, unique=True)
    title = models.CharField(max_length=200)
    text = models.TextField(
        help_text="Markdown, or pasted as it is: # headings, - lists, **bold**, [words](https://…)."
    )
    effective_on = models.DateField(
        help_text="Of a draft the day that is meant; publishing it sets the day."
    )
    uses = models.ManyToManyField(Use, through=PolicyUse, related_name="+")
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

    @property
    def fingerprint(self) -> str:
        """SHA-256, in hexadecimal, of all that whoever publishes it decides upon."""
        uses = self.declared.values_list("use", "recipients", "data_classes").order_by("use")
        whole = (self.number, self.title, self.text, [list(row) for row in uses])
        return hashlib.sha256(json.dumps(whole).encode()).hexdigest()

    def clean(self) -> None:
        stored = PolicyVersion.objects.filter(pk=self.pk).first()
        if stored and stored.status == self.Status.PUBLISHED:
            raise ValidationError(
                "A published policy version cannot change. Write a new version instead."
            )


class PolicyBinding(models.Model):
    """A customer's move to another policy version, from the day ``since``; the last one counts.

    To a later version after being told and asked; back to the one before, when they take back what
    they accepted on a call. It ends with the period of service. Without one, the version in force
    when the information was collected governs it (see notices.policies.governing).
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
