"""Approvals: the present state for each customer and use; its history is the ledger."""

from django.db import models
from django.db.models import Q

from accounts.history import History
from accounts.models import Customer, Run
from cpni.models.optouts import OptOutRequest
from notices.models import Delivery, Use


class Approval(models.Model):
    """Whether a customer approves one use, on what evidence, from which day.

    (none) -> assumed | express -> denied / suspended / ended; back only by a new grant or notice,
    and from denied only by the customer's own opting in. ``cpni.approvals`` is the only writer.
    ``effective_on`` is when it counts; when we recorded it is in the history.
    """

    class State(models.TextChoices):
        ASSUMED = "assumed", "Assumed"
        EXPRESS = "express", "Express"
        DENIED = "denied", "Denied"
        SUSPENDED = "suspended", "Suspended"
        ENDED = "ended", "Ended"

    # Only the customer leaves these.
    CUSTOMER_DECIDED = (State.EXPRESS, State.DENIED)

    # The constraint on the pair is the index that both are looked up by.
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_index=False)
    use = models.ForeignKey(Use, models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=9, choices=State)
    effective_on = models.DateField()
    because = models.CharField(max_length=200)
    delivery = models.ForeignKey(
        Delivery,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text="The notice on which it is assumed.",
    )
    request = models.ForeignKey(
        OptOutRequest,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text="The customer's choice on which it rests.",
    )
    # The run of the daily job that wrote it last: how history finds the rows of one statement.
    run = models.ForeignKey(Run, models.PROTECT, null=True, related_name="+", db_index=False)
    version = models.PositiveIntegerField(default=1)

    history = History()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "use"], name="cpni_approval_one_each"),
            models.CheckConstraint(
                condition=~Q(state="assumed") | Q(delivery__isnull=False),
                name="cpni_approval_assumed_has_notice",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("express", "denied")) | Q(request__isnull=False),
                name="cpni_approval_choice_has_request",
            ),
        ]
        permissions = [
            ("ask_past_approval", "Can ask what was so, and known, on a past day"),
            ("print_evidence", "Can print evidence: binders and samples"),
        ]

    def __str__(self) -> str:
        return f"{self.customer}: {self.use} {self.get_state_display().lower()}"
