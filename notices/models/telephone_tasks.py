"""Customers who are to be told of a changed policy by telephone, and each try to reach them."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.history import History
from accounts.models import Call, ContactPoint, Customer, Service, WrittenOnce
from notices.models.deliveries import Delivery
from notices.models.policies import PolicyVersion

TRIES = 6  # without reaching them, after which it is given up


class TelephoneTask(models.Model):
    """To tell one customer of one policy version by telephone, as nothing written reaches them.

    open -> done (with the answer) | given up | not needed; given up -> open again, by hand. A done
    or given-up one takes a later answer, when the customer calls. ``notices.telephone_tasks`` is
    the only writer. Of a CPNI opt-out notice there is none: it may not be given orally
    (64.2008(d)).
    """

    class State(models.TextChoices):
        OPEN = "open", "To be called"
        DONE = "done", "Told"
        GIVEN_UP = "given_up", "Given up"
        NOT_NEEDED = "not_needed", "Not needed any more"

    class Answer(models.TextChoices):
        NONE = "", "Not asked yet"
        ACCEPTED = "accepted", "Accepts the change"
        REFUSED = "refused", "Refuses it"
        UNDECIDED = "undecided", "Wants to think about it"

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    policy_version = models.ForeignKey(PolicyVersion, models.PROTECT, related_name="+")
    delivery = models.ForeignKey(
        Delivery, models.PROTECT, related_name="+", help_text="The notice that did not arrive."
    )
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    answer = models.CharField(max_length=9, choices=Answer, blank=True, default=Answer.NONE)
    answered_on = models.DateField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("times tried", default=0)
    tries_allowed = models.PositiveSmallIntegerField(
        "given up after", default=TRIES, help_text="So many tries, and more when it is reopened."
    )
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    next_try_at = models.DateTimeField("call from")
    by_appointment = models.BooleanField(
        default=False, help_text="The customer asked for that time, so it holds at any hour."
    )
    # Names of time zones with spaces between (notices.calling_hours), "" until they are found out.
    zones = models.CharField("time zones", max_length=200, blank=True)
    # One representative at a time: whose it is until when, and the call that they make.
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    claimed_until = models.DateTimeField(null=True, blank=True)
    call = models.ForeignKey(Call, models.PROTECT, null=True, blank=True, related_name="+")

    # What each try said is in the tries.
    history = History(
        excluded_fields=[
            "next_try_at",
            "by_appointment",
            "zones",
            "claimed_by",
            "claimed_until",
            "call",
        ]
    )

    class Meta:
        verbose_name = "policy-change call"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "policy_version"], name="notices_telephone_once_a_version"
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_on=None)
                | (~Q(answer="") & Q(answered_on__isnull=False, state="done")),
                name="notices_telephone_answer_when_done",
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None)
                | (~Q(state="open") & Q(closed_at__isnull=False)),
                name="notices_telephone_closed_iff_not_open",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"], condition=Q(state="open"), name="notices_telephone_due"
            )
        ]
        permissions = [
            ("call_telephonetask", "Can call customers about a changed policy"),
            ("reopen_telephonetask", "Can put a customer who was given up back on the list"),
        ]

    def __str__(self) -> str:
        return f"{self.policy_version} to {self.customer} by telephone"


class TelephoneAttempt(WrittenOnce):
    """One try to tell a customer by telephone, and what came of it. Written once, never changed."""

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", "Told: accepts the change"
        REFUSED = "refused", "Told: refuses it"
        UNDECIDED = "undecided", "Told: wants to think about it"
        NO_ANSWER = "no_answer", "Nobody answered"
        NO_MESSAGE = "no_message", "A machine or somebody else: left no message"
        LATER = "later", "Asked to be called at another time"
        WRONG_NUMBER = "wrong_number", "Wrong number"
        CUT_OFF = "cut_off", "The line was cut off"

    TOLD = (Outcome.ACCEPTED, Outcome.REFUSED, Outcome.UNDECIDED)

    task = models.ForeignKey(TelephoneTask, models.PROTECT, related_name="tries")
    # Copied: a wrong number is asked for by customer.
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    call = models.ForeignKey(Call, models.PROTECT, related_name="+")
    service = models.ForeignKey(
        Service, models.PROTECT, null=True, related_name="+", verbose_name="number of record"
    )
    contact_point = models.ForeignKey(
        ContactPoint, models.PROTECT, null=True, related_name="+", verbose_name="contact number"
    )
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="representative"
    )
    outcome = models.CharField(max_length=12, choices=Outcome)
    again_at = models.DateTimeField("to be called again", null=True, blank=True)

    class Meta:
        verbose_name = "try by telephone"
        verbose_name_plural = "tries by telephone"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.get_outcome_display()
