"""The register of marketing campaigns, whom each left out, and the lists handed out for it."""

import hashlib
import json
from datetime import date

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from accounts.fields import validate_one_line
from accounts.history import History
from accounts.models import ContactOptOut, Customer, CustomerList
from cpni.models.offered import OFFERED, wrongly_offered
from cpni.models.recipients import Recipient
from notices.models import WITHIN_SERVICES, Campaign, PolicyUse, Use


class MarketingCampaign(models.Model):
    """One marketing campaign, ours or an affiliate's, in whatever way it reaches people.

    What 64.2009(c) asks to be kept of it, and who reviewed it (64.2009(d)): draft -> reviewed or
    refused, by someone who is not its author; draft -> sent back -> (changed) draft.
    ``cpni.marketing_campaigns`` is the only writer.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "To be reviewed"
        SENT_BACK = "sent_back", "Sent back"
        REVIEWED = "reviewed", "Reviewed"
        REFUSED = "refused", "Refused"

    # In these its author may still change it.
    OPEN = (Status.DRAFT, Status.SENT_BACK)
    LONGEST = 30  # days for which a list may be used

    # What its author says: a reviewer decides upon all of it.
    SAID = (
        *("name", "description", "channel", "products", "uses_cpni", "use", "offered"),
        *("data_classes", "items", "audience", "customer_list", "email_campaign"),
        *("begins_on", "ends_on", "list_days"),
    )

    name = models.CharField(max_length=100, unique=True, validators=[validate_one_line])
    description = models.TextField(help_text="What it is for, and what the customer is told.")
    channel = models.CharField(
        "reaches them by", max_length=5, choices=ContactOptOut.Channel, default="call"
    )
    products = models.TextField("products and services offered")
    uses_cpni = models.BooleanField(
        "uses CPNI",
        default=True,
        help_text="Also to choose whom it goes to. Off: names, numbers and addresses alone.",
    )
    use = models.ForeignKey(
        Use,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="CPNI is used to",
    )
    offered = models.CharField(
        "service that is offered",
        max_length=13,
        choices=OFFERED,
        blank=True,
        help_text="Of marketing within a category: which. It goes to whoever has such a service;"
        " to offer it to others needs their approval (64.2005(b)).",
    )
    data_classes = models.JSONField("classes of CPNI", default=list, blank=True)
    items = models.TextField(
        "the specific CPNI used",
        blank=True,
        help_text="Such as: minutes of long distance in the last three bills.",
    )
    audience = models.TextField(
        "whom it goes to", help_text="In words: how the customers are chosen."
    )
    customer_list = models.ForeignKey(
        CustomerList,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="chosen from the list",
        help_text="Empty: from all active customers.",
    )
    email_campaign = models.OneToOneField(
        Campaign,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="e-mail campaign",
        limit_choices_to={"notice__kind": "marketing"},
        help_text="Of marketing by e-mail from this desk: it starts only with this review.",
    )
    recipients = models.ManyToManyField(
        Recipient,
        blank=True,
        related_name="+",
        verbose_name="affiliates and third parties",
        help_text="Of the register of recipients. None: the carrier itself.",
    )
    begins_on = models.DateField("from")
    ends_on = models.DateField("until", help_text="The last day.")
    list_days = models.PositiveSmallIntegerField(
        "a list may be used for",
        # Five business days; fewer in a week with a holiday, which only tightens.
        default=7,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST)],
        help_text=f"Days, at most {LONGEST}: what customers said later is not in it.",
    )
    status = models.CharField(max_length=9, choices=Status, default=Status.DRAFT, editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True, editable=False)
    reviewed_because = models.CharField("reason", max_length=200, blank=True, editable=False)
    finds_competitors = models.BooleanField(
        "could identify people who call competitors", null=True, editable=False
    )
    # What was reviewed: anything else is not.
    seen = models.CharField(max_length=64, blank=True, editable=False)

    history = History(m2m_fields=[recipients])

    class Meta:
        ordering = ["-begins_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("begins_on")),
                name="cpni_marketing_ends_after_start",
                violation_error_message="It ends before it begins.",
            ),
            models.CheckConstraint(
                condition=Q(uses_cpni=True, use__isnull=False) | Q(uses_cpni=False, use=None),
                name="cpni_marketing_use_if_cpni",
                violation_error_message="Name the use exactly when CPNI is used.",
            ),
            models.CheckConstraint(
                condition=~Q(status="reviewed")
                | Q(reviewed_at__isnull=False, finds_competitors=False) & ~Q(seen=""),
                name="cpni_marketing_reviewed_is_answered",
            ),
        ]
        permissions = [("review_marketingcampaign", "Can review a marketing campaign")]

    def __str__(self) -> str:
        return self.name

    @property
    def within_category(self) -> bool:
        """Whether it stays within the services that each customer has (64.2005(a))."""
        return self.use is not None and self.use.code in WITHIN_SERVICES

    @property
    def fingerprint(self) -> str:
        """SHA-256, in hexadecimal, of all that a reviewer decides upon.

        What the e-mail campaign chooses is part of it; when it is sent is not.
        """
        said = [self.serializable_value(name) for name in self.SAID]
        recipients = sorted(self.recipients.values_list("pk", flat=True))
        chosen = []
        if email := self.email_campaign:
            chosen = [email.name, *(email.serializable_value(name) for name in Campaign.CHOSEN)]
        whole = json.dumps([said, recipients, chosen], default=str)
        return hashlib.sha256(whole.encode()).hexdigest()

    def current(self, on: date) -> bool:
        """Whether it runs on the civil day ``on``, its last day included."""
        return self.begins_on <= on <= self.ends_on

    def clean(self) -> None:
        wrong = {}
        known = set(PolicyUse.DataClass.values)
        if set(self.data_classes) - known:
            wrong["data_classes"] = "Choose among the classes of CPNI."
        if self.use and self.use.code not in WITHIN_SERVICES and not self.use.needs_approval:
            wrong["use"] = "That use is no marketing. Choose another."
        if no := wrongly_offered(self.use, self.offered):
            wrong["offered"] = no
        if self.uses_cpni and not (self.data_classes and self.items.strip()):
            wrong["items"] = "Say which CPNI is used, and tick its classes (64.2009(c))."
        if not self.uses_cpni and (self.data_classes or self.items.strip()):
            wrong["uses_cpni"] = "CPNI is named below. Tick this, or remove it there."
        if email := self.email_campaign:
            if self.channel != ContactOptOut.Channel.EMAIL:
                wrong["channel"] = "It has an e-mail campaign, so it goes by e-mail."
            if email.cpni_use != self.use:
                named = email.cpni_use or "no use"
                wrong["use"] = f"Its e-mail campaign names {named}. Name the same in both."
            if self.customer_list:
                wrong["customer_list"] = "Its e-mail campaign says whom it is chosen from."
        if wrong:
            raise ValidationError(wrong)


class AudienceScrub(models.Model):
    """Whom a campaign could reach at one instant, and how many it left out for which reason."""

    class Moment(models.TextChoices):
        REVIEW = "review", "Review"
        LIST = "list", "List handed out"

    campaign = models.ForeignKey(MarketingCampaign, models.PROTECT, related_name="scrubs")
    moment = models.CharField(max_length=6, choices=Moment)
    at = models.DateTimeField()
    on = models.DateField()
    asked = models.PositiveIntegerField("customers asked about")
    allowed = models.PositiveIntegerField()
    reasons = models.JSONField("left out, by reason", default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    history = History()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.campaign}: {self.get_moment_display().lower()} of {self.on}"


class LeftOut(models.Model):
    """One customer whom a campaign left out, and why: a million of them are no history."""

    scrub = models.ForeignKey(AudienceScrub, models.PROTECT, related_name="left_out")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=30)

    class Meta:
        verbose_name = "customer left out"
        verbose_name_plural = "customers left out"
        ordering = ["-id"]
        indexes = [models.Index(fields=["scrub", "reason"], name="cpni_leftout_by_reason")]

    def __str__(self) -> str:
        return f"{self.customer}: {self.reason}"


class CallingList(models.Model):
    """A list of numbers that was handed to a dialler, and until when it may be used.

    handed out -> (expired) -> destroyed, as whoever had it confirms. ``cpni.calling_lists`` is the
    only writer. What is in the file is the uses of CPNI that name it.
    """

    campaign = models.ForeignKey(MarketingCampaign, models.PROTECT, related_name="lists")
    scrub = models.OneToOneField(AudienceScrub, models.PROTECT, related_name="+")
    recipient = models.ForeignKey(Recipient, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    last_day = models.DateField("may be used until")
    size = models.PositiveIntegerField("customers")
    digest = models.CharField("SHA-256 of the file", max_length=64)
    destroyed_on = models.DateField(null=True)
    destroyed_proof = models.CharField("how that is known", max_length=200, blank=True)

    history = History()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(destroyed_on=None) | ~Q(destroyed_proof=""),
                name="cpni_callinglist_destroyed_has_proof",
            )
        ]
        indexes = [
            models.Index(
                fields=["last_day"],
                condition=Q(destroyed_on=None),
                name="cpni_callinglist_not_destroyed",
            )
        ]

    def __str__(self) -> str:
        return f"List {self.pk} of {self.campaign}, until {self.last_day}"

    def expired(self, on: date) -> bool:
        """Whether its last day is over on ``on`` and nobody has said that it was destroyed."""
        return self.destroyed_on is None and self.last_day < on
