"""Calls with customers, and each try to find out whether the caller is who they say they are."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.encrypted_fields import EncryptedTextField, SealedRow
from accounts.history import History
from accounts.models.authority import AuthorisedUser
from accounts.models.contacts import ContactPoint
from accounts.models.customers import Customer
from accounts.models.services import Service


class Call(SealedRow):
    """One conversation with one caller about one account; what is done meanwhile names it.

    open -> ended, with an outcome. A representative is in one call at a time.
    """

    class Direction(models.TextChoices):
        INBOUND = "inbound", "They called us"
        OUTBOUND = "outbound", "We called them"
        STORE = "store", "They are in a store"

    class Caller(models.TextChoices):
        HOLDER = "holder", "The account holder"
        AUTHORISED = "authorised", "An authorised user"
        OTHER = "other", "Someone else"

    class Outcome(models.TextChoices):
        DONE = "done", "Done"
        FOLLOW_UP = "follow_up", "To be followed up"
        NOT_AUTHENTICATED = "not_authenticated", "Not authenticated, nothing disclosed"
        NOT_REACHED = "not_reached", "Not reached"
        DROPPED = "dropped", "The line dropped"

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name="representative",
        db_index=False,
    )
    direction = models.CharField(max_length=8, choices=Direction, default=Direction.INBOUND)
    caller = models.CharField(max_length=10, choices=Caller, default=Caller.HOLDER)
    authorised_user = models.ForeignKey(
        AuthorisedUser, models.PROTECT, null=True, blank=True, related_name="+"
    )
    caller_name = EncryptedTextField("who they say they are", max_length=200, blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=17, choices=Outcome, blank=True)
    note = EncryptedTextField(max_length=1_000, blank=True)
    # The number of the form with which it was started: sent twice, it starts one call.
    token = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)

    # Given once each, so history need not repeat them.
    history = History(excluded_fields=["caller_name", "note", "token"])

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["by"], condition=Q(ended_at=None), name="accounts_call_one_open"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, outcome="")
                | (Q(ended_at__isnull=False) & ~Q(outcome="")),
                name="accounts_call_ended_iff_outcome",
            ),
            models.CheckConstraint(
                condition=Q(caller="authorised", authorised_user__isnull=False)
                | (~Q(caller="authorised") & Q(authorised_user=None)),
                name="accounts_call_names_authorised_user",
            ),
        ]
        indexes = [
            models.Index(fields=["by", "-started_at"], name="accounts_call_of_person"),
            models.Index(fields=["-started_at"], name="accounts_call_by_time"),
        ]

    def __str__(self) -> str:
        return f"Call {self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether it goes on."""
        return self.ended_at is None


class AuthenticationTry(models.Model):
    """One try to authenticate a caller, and what came of it. Written once, never changed.

    Wrong passwords and answers are counted from these rows (accounts/authenticating.py); neither
    what was said nor what would have been right is kept.
    """

    class Method(models.TextChoices):
        PASSWORD = "password", "Password"
        BACKUP = "backup", "Back-up question"
        CALL_BACK = "call_back", "Called back at the number of record"
        CODE = "code", "Code sent to the address or number of record"
        PHOTO_ID = "photo_id", "Photo ID"
        EXEMPTION = "exemption", "Business exemption"

    class Result(models.TextChoices):
        PASSED = "passed", "Passed"
        FAILED = "failed", "Failed"
        NOT_SET = "not_set", "None is set"
        DECLINED = "declined", "The caller declined"
        LOCKED = "locked", "Locked after wrong tries"

    call = models.ForeignKey(Call, models.PROTECT, related_name="+")
    # Copied from the call: by these wrong tries are counted.
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_index=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField()
    method = models.CharField(max_length=9, choices=Method)
    result = models.CharField(max_length=8, choices=Result)
    service = models.ForeignKey(
        Service,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Whose number of record was called back, or sent the code.",
    )
    contact_point = models.ForeignKey(
        ContactPoint,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The address of record to which the code went.",
    )
    detail = models.CharField(
        max_length=200,
        blank=True,
        help_text="Kind of document and its expiry, or the contract. No numbers of documents.",
    )
    # The number of the form with which it was made: sent twice, it is one try and counts once.
    token = models.UUIDField(null=True, unique=True, editable=False)

    class Meta:
        verbose_name = "authentication"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["customer", "-at"], name="accounts_try_of_customer"),
            models.Index(fields=["by", "-at"], name="accounts_try_by_person"),
        ]

    def __str__(self) -> str:
        return f"{self.get_method_display()}: {self.get_result_display().lower()}"


class LockRelease(models.Model):
    """That a supervisor let tries go on before a lock ended. Written once, never changed.

    It ends one lock: that of a customer, or that of a representative. It authenticates nobody.
    """

    customer = models.ForeignKey(Customer, models.PROTECT, null=True, blank=True, related_name="+")
    representative = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    because = models.CharField("reason", max_length=200)

    class Meta:
        verbose_name = "release of a lock"
        verbose_name_plural = "releases of locks"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(customer__isnull=False, representative=None)
                | Q(customer=None, representative__isnull=False),
                name="accounts_release_of_one_lock",
            ),
        ]

    def __str__(self) -> str:
        return f"Release of {self.customer or self.representative}"
