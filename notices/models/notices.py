"""Notices: what customers are told, in each language, by e-mail and by letter."""

import hashlib
import json
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from accounts.fields import validate_one_line
from accounts.history import History
from accounts.models import Customer
from notices.models.policies import PolicyVersion
from notices.models.uses import Use
from notices.placeholders import check_placeholders, placeholders_in, placeholders_of

# 64.2008(d)(1): thirty days, which for post begin on the third day after mailing.
LEAST_DAYS_EMAIL = 30
LEAST_DAYS_POST = 33


class Notice(models.Model):
    """A notice under one policy version that asks approval for some of its uses.

    draft -> approved (by someone other than its author; the texts are then fixed for good).
    """

    class Kind(models.TextChoices):
        CPNI = "cpni", "CPNI opt-out notice"
        POLICY_CHANGE = "policy_change", "Change of policy"
        ACCOUNT_CHANGE = "account_change", "Change of an account"
        ONE_TIME_CODE = "one_time_code", "One-time code"
        CHOICE = "choice", "Confirmation of a choice"
        MARKETING = "marketing", "Marketing"

    # Sent to one customer when something happens: they ask nothing and nobody waits for an answer.
    AS_IT_HAPPENS = (Kind.ACCOUNT_CHANGE, Kind.ONE_TIME_CODE, Kind.CHOICE)

    class Channels(models.TextChoices):
        BOTH = "both", "E-mail or post"
        EMAIL = "email", "E-mail only"
        POST = "post", "Post only"

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        APPROVED = "approved", "Approved"

    title = models.CharField(max_length=100, help_text="For staff; customers do not see it.")
    kind = models.CharField(max_length=14, choices=Kind, default=Kind.CPNI)
    policy_version = models.ForeignKey(
        PolicyVersion, models.PROTECT, null=True, blank=True, related_name="notices"
    )
    uses = models.ManyToManyField(
        Use,
        related_name="+",
        blank=True,
        limit_choices_to=Q(mechanism=Use.Mechanism.OPT_OUT),
        help_text="Uses for which this notice asks approval by opt-out.",
    )
    channels = models.CharField(max_length=5, choices=Channels, default=Channels.BOTH)
    waiting_days = models.PositiveSmallIntegerField(
        default=LEAST_DAYS_POST,
        help_text="The days that the notice gives customers, counted from its mailing date.",
    )
    status = models.CharField(max_length=8, choices=Status, default=Status.DRAFT, editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, editable=False)

    history = History(m2m_fields=[uses])

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(waiting_days__gte=LEAST_DAYS_POST)
                | Q(channels="email", waiting_days__gte=LEAST_DAYS_EMAIL),
                name="notices_notice_waits_long_enough",
                violation_error_message=(
                    "A notice gives at least 30 days by e-mail and 33 by post (64.2008(d)(1))."
                ),
            ),
            models.CheckConstraint(
                condition=Q(policy_version__isnull=False)
                | Q(kind__in=("account_change", "one_time_code", "choice", "marketing")),
                name="notices_notice_under_a_policy",
                violation_error_message="Name the policy version that this notice is under.",
            ),
            models.CheckConstraint(
                condition=~Q(kind="marketing") | Q(channels="email"),
                name="notices_notice_marketing_by_email",
                violation_error_message="Marketing goes by e-mail only.",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=models.F("author")),
                name="notices_notice_second_person",
            ),
        ]
        permissions = [
            ("approve_notice", "Can approve a notice"),
            ("sign_off_notice", "Can sign off a line of a notice's content check"),
            ("override_notice", "Can override a failed line of a notice's content check"),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        stored = Notice.objects.filter(pk=self.pk).first()
        if stored and stored.status != self.Status.DRAFT:
            raise ValidationError("An approved notice cannot change. Write a new one instead.")

    @property
    def fingerprint(self) -> str:
        """SHA-256, in hexadecimal, of all that whoever approves it decides upon."""
        texts = sorted(text.computed_digest() for text in self.texts.all())
        uses = sorted(use.code for use in self.uses.all())
        whole = (self.kind, self.policy_version_id, self.channels, self.waiting_days, uses, texts)
        return hashlib.sha256(json.dumps((self.title, *whole)).encode()).hexdigest()

    @property
    def as_it_happens(self) -> bool:
        """Whether it is sent to one customer when something happens, with no waiting period."""
        return self.kind in self.AS_IT_HAPPENS

    @property
    def is_marketing(self) -> bool:
        """Whether it is no notice of rights but an offer, which customers may stop."""
        return self.kind == self.Kind.MARKETING

    @property
    def by_email(self) -> bool:
        """Whether it may go by e-mail."""
        return self.channels != self.Channels.POST

    @property
    def by_post(self) -> bool:
        """Whether it may go by post."""
        return self.channels != self.Channels.EMAIL


class NoticeText(models.Model):
    """The words of a notice in one language. They cannot change once the notice is approved."""

    notice = models.ForeignKey(Notice, models.PROTECT, related_name="texts")
    language = models.CharField(max_length=2, choices=Customer.Language)
    subject = models.CharField(max_length=150, validators=[validate_one_line])
    email_body = models.TextField("e-mail", blank=True, validators=[check_placeholders])
    letter_body = models.TextField("letter", blank=True, validators=[check_placeholders])
    short_body = models.CharField(
        "text message",
        max_length=300,
        blank=True,
        validators=[check_placeholders],
        help_text="For account changes and one-time codes: sent as a text, or read out.",
    )
    digest = models.CharField("SHA-256", max_length=64, editable=False)

    history = History()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["notice", "language"],
                name="notices_text_one_per_language",
                violation_error_message="This notice has a text in that language already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.notice} ({self.get_language_display()})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        # The database refuses too (migration notices 0003); this gives the message.
        if self.notice.status != Notice.Status.DRAFT:
            raise ValidationError("The text of an approved notice cannot change.")
        self.digest = self.computed_digest()
        super().save(*args, **kwargs)

    def clean(self) -> None:
        errors = {}
        if "{{" in self.subject or "}}" in self.subject:
            # It is sent as it stands.
            errors["subject"] = "A subject has no placeholders."
        notice = getattr(self, "notice", None)
        if notice and notice.by_email and not self.email_body.strip():
            errors["email_body"] = "This notice may go by e-mail, so it needs an e-mail body."
        if notice and notice.by_post and not self.letter_body.strip():
            errors["letter_body"] = "This notice may go by post, so it needs a letter body."
        if notice and notice.as_it_happens and not self.short_body.strip():
            errors["short_body"] = "This notice may go by text message, so it needs its words."
        if notice:
            known = placeholders_of(notice.kind)
            for name in ("email_body", "letter_body", "short_body"):
                unknown = placeholders_in(getattr(self, name)) - known
                if unknown and name not in errors:
                    errors[name] = f"Not for this kind of notice: {', '.join(sorted(unknown))}."
        if errors:
            raise ValidationError(errors)

    def computed_digest(self) -> str:
        """SHA-256, in hexadecimal, of subject and bodies: what a delivery's proof points at."""
        parts = [self.language, self.subject, self.email_body, self.letter_body]
        # Left out where there is none, as it was before there were such texts.
        whole = "\x00".join(parts + [self.short_body] * bool(self.short_body))
        return hashlib.sha256(whole.encode()).hexdigest()
