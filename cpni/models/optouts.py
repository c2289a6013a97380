"""Opt-out requests: what customers told us, by any route, and what was done with it."""

from datetime import date
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from accounts import upload_checks
from accounts.civil import EARLIEST, LATEST, add_months, in_words
from accounts.encrypted_fields import EncryptedTextField, SealedRow
from accounts.history import History
from accounts.models import Call, Customer
from cpni import references
from cpni.models.scripts import Script
from notices.models import Use


def scan_name(request: "OptOutRequest", name: str) -> str:
    """The name of a scan in the private store: the sender's own may hold a customer's, or lie."""
    return f"scans/{request.received_on:%Y/%m}/{uuid4().hex}"


class OptOutRequest(SealedRow):
    """A customer's choice: to opt out, or to opt back in.

    received -> applied (matched to a customer) | rejected (not a choice, with the reason) | split
    (it speaks for several, each of whom then has a request of their own); applied -> received again
    when the match was wrong. Nothing is ever deleted.
    ``cpni.optouts`` is the only writer of ``status``.
    """

    class Wish(models.TextChoices):
        OPT_OUT = "opt_out", "Opt out"
        OPT_IN = "opt_in", "Opt back in"

    class Route(models.TextChoices):
        LETTER = "letter", "Letter"
        EMAIL = "email", "E-mail reply"
        TELEPHONE = "telephone", "Telephone"
        WEB = "web", "Web page"
        PERSON = "person", "In person"
        MIGRATION = "migration", "Earlier system"
        MERGE = "merge", "Merged account"

    class Status(models.TextChoices):
        RECEIVED = "received", "To be matched"
        APPLIED = "applied", "Applied"
        REJECTED = "rejected", "Rejected"
        SPLIT = "split", "Split"

    wish = models.CharField(max_length=7, choices=Wish, default=Wish.OPT_OUT)
    route = models.CharField(max_length=9, choices=Route, default=Route.LETTER)
    stated = EncryptedTextField(
        "as stated",
        blank=True,
        help_text="Who the customer says they are and what they ask, in their words.",
    )
    letter_date = models.DateField(null=True, blank=True)
    postmark = models.DateField(null=True, blank=True)
    received_on = models.DateField(help_text="The day it reached us, by whatever route.")
    all_uses = models.BooleanField(
        "for all uses",
        default=True,
        help_text=(
            "Opting out: every use that needs approval, now and later. Opting back in: every use"
            " that opt-out allows; name those that need opt-in."
        ),
    )
    uses = models.ManyToManyField(
        Use,
        blank=True,
        related_name="+",
        limit_choices_to=Q(mechanism__in=Use.NEED_APPROVAL),
        help_text="When not for all uses: which.",
    )
    proof = EncryptedTextField(
        blank=True,
        help_text=(
            "For opting back in: the signed form, or the recording's reference and the version of"
            " the script that was read. The carrier bears the burden of proof (64.2007(a)(1))."
        ),
    )
    script = models.ForeignKey(
        Script,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        help_text="What was read to the customer before they opted in on a call.",
    )
    call = models.ForeignKey(
        Call,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        help_text="The call on which it was said.",
    )
    scan = models.FileField(
        upload_to=scan_name,
        blank=True,
        validators=[upload_checks.validate_scan],
        help_text=upload_checks.SCAN_HELP,
    )
    status = models.CharField(max_length=8, choices=Status, default=Status.RECEIVED, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, blank=True, related_name="+")
    in_time = models.BooleanField(
        null=True,
        editable=False,
        help_text="Whether letter date, postmark or receipt fell within the customer's window.",
    )
    effective_on = models.DateField(
        null=True, editable=False, help_text="The day from which it counts."
    )
    decided_because = models.CharField(max_length=200, blank=True, editable=False)
    split_from = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="parts",
        help_text="The request that spoke for several customers.",
    )
    token = models.UUIDField(
        null=True,
        unique=True,
        editable=False,
        help_text="Of the web form that it was written in, so that sent twice it is one request.",
    )
    entered_at = models.DateTimeField(editable=False)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )

    # What came is kept as it came, so its history need not repeat it.
    history = History(m2m_fields=[uses], excluded_fields=["stated", "proof"])

    class Meta:
        verbose_name = "opt-out request"
        ordering = ["received_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="applied", customer__isnull=False, effective_on__isnull=False)
                | ~Q(status="applied"),
                name="cpni_request_applied_has_customer",
            ),
            models.CheckConstraint(
                condition=Q(wish="opt_out") | ~Q(proof=""),
                name="cpni_request_opt_in_has_proof",
                violation_error_message=(
                    "Opting back in needs its proof: the carrier bears the burden of proving it"
                    " (64.2007(a)(1))."
                ),
            ),
        ]
        indexes = [models.Index(fields=["status", "received_on"], name="cpni_request_queue")]
        permissions = [
            ("apply_optoutrequest", "Can match and apply an opt-out request"),
            ("opt_in_optoutrequest", "Can record a customer's opting back in"),
            ("undo_optoutrequest", "Can take back a wrong match"),
        ]

    def __str__(self) -> str:
        day = self.received_on
        words = f"{self.get_wish_display()} by {self.get_route_display().lower()}"
        return f"{words}, {in_words(day)}"

    def clean(self) -> None:
        errors: dict[str, Any] = {}
        if self.received_on and not EARLIEST <= self.received_on <= LATEST:
            raise ValidationError({"received_on": "It is not a day of our time."})
        for field in ("letter_date", "postmark"):
            day = getattr(self, field)
            if day and self.received_on and day > self.received_on:
                errors[field] = "It cannot be later than the day it was received."
            elif day and self.received_on and day < add_months(self.received_on, -12):
                errors[field] = "It is more than a year before the day it was received."
        if self.wish == self.Wish.OPT_IN and not self.proof.strip():
            errors["proof"] = "Opting back in needs its proof (64.2007(a)(1))."
        if errors:
            raise ValidationError(errors)

    @property
    def reference(self) -> str:
        """What is read back of it to whoever calls."""
        return references.reference(self.pk)

    @property
    def earliest_date(self) -> date:
        """The earliest of letter date, postmark and receipt."""
        return min(d for d in (self.letter_date, self.postmark, self.received_on) if d)


class RequestCandidate(models.Model):
    """A customer from whom an opt-out request may come, and by what it was found.

    Kept while the request waits, since nobody's approval is assumed meanwhile who may have
    objected. A person decides; ``cpni.optouts`` writes it, from what ``cpni.matching`` finds.
    """

    class Found(models.TextChoices):
        # The best proof first.
        REFERENCE = "reference", "the reference on a notice"
        ACCOUNT = "account", "the account number"
        TELEPHONE = "telephone", "the telephone number"
        EMAIL = "email", "the e-mail address"
        NAME = "name", "the name"
        LIKE = "like", "a name like it"
        ZIP = "zip", "the ZIP code"

    request = models.ForeignKey(OptOutRequest, models.CASCADE, related_name="candidates")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    rank = models.PositiveSmallIntegerField(help_text="1 is the likeliest.")
    found_by = models.CharField(max_length=80, help_text="Codes, the best first.")

    # It goes when the request is settled; that somebody waited for it stays known.
    history = History()

    class Meta:
        ordering = ["request", "rank"]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "customer"], name="cpni_candidate_once_a_request"
            )
        ]

    def __str__(self) -> str:
        return f"{self.customer}, by {self.why}"

    @property
    def why(self) -> str:
        """By what it was found, in words."""
        return found_words(self.found_by.split(","))


def found_words(codes: list[str]) -> str:
    """What ``codes`` of ``RequestCandidate.Found`` say, in words."""
    return ", ".join(RequestCandidate.Found(code).label for code in codes)
