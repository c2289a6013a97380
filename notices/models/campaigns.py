"""Campaigns: one notice to one audience at one time."""

import hashlib
import json

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from accounts.fields import state
from accounts.history import History
from accounts.models import Customer, CustomerList
from notices.models.automatic import AutomaticNotice
from notices.models.limits import SendingLimits, hours_of_one_day
from notices.models.notices import Notice
from notices.models.policies import PolicyVersion
from notices.models.uses import Use


class Campaign(SendingLimits):
    """Sending a notice to many customers.

    draft -> approved (by someone other than its author) -> scheduled -> freezing -> running
    <-> paused; running -> finished; anything before finished -> cancelled.
    ``notices.campaigns`` is the only writer of ``status``.
    """

    class Audience(models.TextChoices):
        ACTIVE = "active", "All active customers"
        NEVER_NOTICED = "never_noticed", "Active customers never noticed"
        NOTICE_DUE = "notice_due", "Two-year notice due"
        EARLIER_POLICY = "earlier_policy", "Under an earlier policy version"
        SAVED_LIST = "saved_list", "A saved list"
        AS_IT_HAPPENS = "as_it_happens", "Whom it concerns, as it happens"

    class Approval(models.TextChoices):
        """How an audience can stand towards the uses of its information (see ``conditions``)."""

        ASSUMED = "assumed", "Assumed, for at least one use"
        EXPRESS = "express", "Express, for at least one use"
        PART = "part", "Opted out in part"
        ALL = "all", "Opted out of everything"
        NONE = "none", "Neither approved nor opted out"

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        APPROVED = "approved", "Approved"
        SCHEDULED = "scheduled", "Scheduled"
        FREEZING = "freezing", "Choosing recipients"
        RUNNING = "running", "Running"
        PAUSED = "paused", "Paused"
        FINISHED = "finished", "Finished"
        CANCELLED = "cancelled", "Cancelled"

    # What its author chooses: an approver decides upon all of it, and a copy has all of it.
    CHOSEN = (
        *("notice", "audience", "customer_list", "due_within_days", "categories", "in_state"),
        *("language", "since_from", "since_until", "bound_to", "approval", "only_list"),
        *("rate_per_minute", "daily_cap", "warm_up", "send_from", "send_until"),
        *("pause_at_percent", "cpni_use", "sample_first"),
    )
    # Who is due for a notice of rights is no audience for an offer.
    OF_MARKETING = (Audience.ACTIVE, Audience.SAVED_LIST)
    LACKS_USE = "It is chosen by the services that customers have, which is CPNI (222(h)(1))."
    # Recipients are frozen and something may still be sent.
    OPEN = (Status.FREEZING, Status.RUNNING, Status.PAUSED)

    name = models.CharField(max_length=100, unique=True)
    notice = models.ForeignKey(Notice, models.PROTECT, related_name="campaigns")
    audience = models.CharField(max_length=14, choices=Audience, default=Audience.NEVER_NOTICED)
    customer_list = models.ForeignKey(
        CustomerList, models.PROTECT, null=True, blank=True, related_name="+"
    )
    cpni_use = models.ForeignKey(
        Use,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="chosen with CPNI, for",
        related_name="+",
        limit_choices_to=Use.MARKETING,
        help_text="Of marketing alone: the use of CPNI by which its audience is chosen. Only who"
        " approves that use is written to, or has the service that it stays within. Empty: no CPNI"
        " is used for it.",
    )
    # The conditions, which all must hold besides the audience (see notices.conditions).
    due_within_days = models.PositiveSmallIntegerField(
        "notice due within",
        null=True,
        blank=True,
        validators=[MaxValueValidator(730)],
        help_text="Days until the two years are over. Empty: due from 22 months on.",
    )
    categories = models.JSONField(
        "services",
        default=list,
        blank=True,
        help_text="Who has one of these now. None ticked: whatever the service.",
    )
    in_state = models.CharField(
        "state",
        max_length=2,
        blank=True,
        help_text="Two letters, such as UT: of the present postal address.",
    )
    language = models.CharField(max_length=2, blank=True, choices=Customer.Language)
    since_from = models.DateField(
        "customer since, from",
        null=True,
        blank=True,
        help_text="First day of the present period of service.",
    )
    since_until = models.DateField(
        "customer since, until", null=True, blank=True, help_text="That day included."
    )
    bound_to = models.ForeignKey(
        PolicyVersion,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="under policy",
        limit_choices_to={"status": PolicyVersion.Status.PUBLISHED},
        help_text="The version that governs the customer's information.",
    )
    approval = models.CharField(
        max_length=7,
        blank=True,
        choices=Approval,
        help_text="To use their information, as it is recorded.",
    )
    only_list = models.ForeignKey(
        CustomerList,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="only those on the list",
    )
    # Of an automatic notice: the month whose due customers it takes in, by its first day.
    automatic = models.ForeignKey(
        AutomaticNotice, models.PROTECT, null=True, editable=False, related_name="campaigns"
    )
    month = models.DateField(null=True, editable=False)
    # Of a standing campaign: the one way by which its messages leave. It has a lease of its own, so
    # that a gateway that hangs delays no e-mail.
    channel = models.CharField(max_length=5, blank=True, default="", editable=False)
    scheduled_at = models.DateTimeField(
        "send at", null=True, blank=True, help_text="In the carrier's time zone."
    )
    pause_at_percent = models.PositiveSmallIntegerField(
        "pause at",
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text="Percent of e-mail refused or bounced at which it pauses by itself.",
    )
    sample_first = models.BooleanField(
        "send a sample first",
        default=True,
        help_text="In each language to the carrier's seed addresses, if it has any. The campaign"
        " then pauses until somebody has looked at it.",
    )
    sampled_at = models.DateTimeField("sample sent at", null=True, editable=False)
    # Of a sample that the relay did not take: how often, and when it is tried again.
    sample_attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    sample_after = models.DateTimeField(null=True, editable=False)
    # What was bad of how many when a person last let it run on: counted no more.
    resumed_bad = models.PositiveIntegerField(default=0, editable=False)
    resumed_of = models.PositiveIntegerField(default=0, editable=False)
    status = models.CharField(max_length=9, choices=Status, default=Status.DRAFT, editable=False)
    paused_because = models.CharField(max_length=200, blank=True, editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    # Who was on its saved lists then: digests by the lists' ids.
    approved_lists = models.JSONField(default=dict, editable=False)
    started_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)
    # The domain of this campaign's Message-IDs: fixed at the start, so that a message that is sent
    # a second time carries the same Message-ID even if the setting changed in between.
    message_domain = models.CharField(max_length=253, blank=True, editable=False)
    # The one sending loop that holds this campaign, until when (see notices.sending).
    lease = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)

    # How many messages were handed over on the last day on which any was, taken or not: for the cap
    # of a day. Counted with the mark that a message is being sent.
    handed_on = models.DateField(null=True, editable=False)
    handed = models.PositiveIntegerField(default=0, editable=False)

    history = History(excluded_fields=["lease", "lease_until", "handed_on", "handed"])

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(audience="saved_list", customer_list__isnull=False)
                | (~Q(audience="saved_list") & Q(customer_list=None)),
                name="notices_campaign_list_if_saved",
                violation_error_message="Name a saved list exactly when the audience is one.",
            ),
            models.CheckConstraint(
                condition=Q(audience="notice_due") | Q(due_within_days=None),
                name="notices_campaign_days_if_due",
                violation_error_message="Days until the notice is due go with that audience only.",
            ),
            models.CheckConstraint(
                condition=Q(since_from=None)
                | Q(since_until=None)
                | Q(since_from__lte=models.F("since_until")),
                name="notices_campaign_since_in_order",
                violation_error_message="“Customer since” ends before it begins.",
            ),
            models.CheckConstraint(
                condition=Q(audience="as_it_happens") & ~Q(channel="")
                | ~Q(audience="as_it_happens") & Q(channel=""),
                name="notices_campaign_stands_by_channel",
            ),
            models.UniqueConstraint(
                fields=["notice", "channel"],
                condition=~Q(channel=""),
                name="notices_campaign_stands_once",
            ),
            models.UniqueConstraint(
                fields=["automatic", "month"], name="notices_campaign_automatic_once_a_month"
            ),
            hours_of_one_day("notices_campaign_hours_of_one_day"),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=models.F("author")),
                name="notices_campaign_second_person",
            ),
        ]
        permissions = [
            ("approve_campaign", "Can approve a campaign"),
            ("run_campaign", "Can schedule, start, pause, resume and cancel a campaign"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def stands(self) -> bool:
        """Whether it stays open for what happens, and has no audience to finish with."""
        return self.channel != ""

    @property
    def lacks_use(self) -> bool:
        """Whether its conditions are CPNI and it does not say for which use.

        What services somebody has is; where they live and since when they are customers is not.
        """
        return bool(self.categories) and self.cpni_use_id is None

    @property
    def lists(self) -> dict[str, CustomerList]:
        """The saved lists that it goes to or is narrowed by, by their ids as text (JSON's keys)."""
        return {str(one.pk): one for one in (self.customer_list, self.only_list) if one}

    @property
    def fingerprint(self) -> str:
        """SHA-256, in hexadecimal, of all that whoever approves it decides upon.

        Of a saved list that is who is on it, and not its name alone.
        """
        chosen = [self.serializable_value(name) for name in self.CHOSEN]
        at = self.scheduled_at and self.scheduled_at.timestamp()
        whole = [self.name, at, *chosen, *(one.digest for one in self.lists.values())]
        return hashlib.sha256(json.dumps(whole, default=str).encode()).hexdigest()

    def clean(self) -> None:
        if self.in_state:
            try:
                self.in_state = state(self.in_state)
            except ValidationError as error:
                raise ValidationError({"in_state": error.messages}) from error
        stored = Campaign.objects.filter(pk=self.pk).first()
        if stored and stored.status != self.Status.DRAFT:
            raise ValidationError("Only a draft can be edited. Cancel this campaign and copy it.")
        marketing = Notice.objects.filter(pk=self.notice_id, kind=Notice.Kind.MARKETING).exists()
        if self.cpni_use_id and not marketing:
            raise ValidationError({"cpni_use": "Only marketing is chosen with CPNI."})
        if marketing and self.lacks_use:
            raise ValidationError({"cpni_use": f"{self.LACKS_USE} Name the use, or tick none."})
        if marketing and self.audience not in self.OF_MARKETING:
            raise ValidationError({"audience": "Marketing goes to active customers or a list."})
