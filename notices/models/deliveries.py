"""Deliveries: what became of one notice to one customer."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.history import History
from accounts.models import AccountChange, ContactPoint, Customer, OneTimeCode, Service
from notices.models.campaigns import Campaign
from notices.models.notices import NoticeText
from notices.references import reference


class PostBatch(models.Model):
    """Letters that are printed and handed to the post together."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="batches")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    size = models.PositiveIntegerField(default=0)
    exported_at = models.DateTimeField(null=True, blank=True)

    history = History()

    class Meta:
        verbose_name_plural = "post batches"
        ordering = ["-id"]
        permissions = [
            ("confirm_postbatch", "Can confirm that letters were mailed"),
            ("export_postbatch", "Can export letters and addresses for printing"),
        ]

    def __str__(self) -> str:
        return f"Batch {self.pk} of {self.campaign}"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Questions about deliveries."""

    def notices(self) -> "DeliveryQuerySet":
        """Those that tell of CPNI rights: no message about a change, no code, no marketing."""
        return self.filter(change=None, code=None, marketing=False)


class Delivery(models.Model):
    """One notice to one customer in one campaign: the fate of one recipient.

    Or one message that something happened to an account (``change``), or with a one-time ``code``:
    one for each way by which it goes, without a waiting period.

    E-mail: queued -> sending -> sent | failed; sending -> queued again when a worker died in
    between ("in doubt", counted). Post: queued -> batched -> sent. Nobody can be reached:
    unreachable from the start. Cancelled campaigns: queued or batched -> cancelled.
    Whom it must not reach as it was frozen: queued -> failed, and a substitute takes its place; or,
    of who is no customer any more, queued -> cancelled.
    A sent delivery that comes back gets an outcome: bounced or returned. Was that an error, the
    substitute that it opened is cancelled: queued or unreachable -> cancelled, and back again when
    it comes back after all.
    """

    class Channel(models.TextChoices):
        EMAIL = "email", "E-mail"
        POST = "post", "Post"
        TEXT = "text", "Text message"
        VOICE = "voice", "Voice message"
        NONE = "none", "No way to reach them"

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        SENDING = "sending", "Being sent"
        BATCHED = "batched", "In a post batch"
        SENT = "sent", "Sent"
        FAILED = "failed", "Failed"
        UNREACHABLE = "unreachable", "Unreachable"
        CANCELLED = "cancelled", "Cancelled"

    class Outcome(models.TextChoices):
        NONE = "", "Nothing came back"
        BOUNCED = "bounced", "Bounced"
        RETURNED = "returned", "Returned by the post"

    # By which ways a campaign goes to an audience.
    OF_CAMPAIGNS = (Channel.EMAIL, Channel.POST, Channel.NONE)
    # They leave by a sending loop; letters in batches.
    SENT_BY_LOOP = (Channel.EMAIL, Channel.TEXT, Channel.VOICE)
    # Something may still leave.
    PENDING = (State.QUEUED, State.SENDING, State.BATCHED)
    # It did not reach the customer, and will not.
    MISSED = (State.FAILED, State.UNREACHABLE)
    # Why one that was owed was given up before it left: nothing was refused, and nothing came back.
    MOVED = "The customer gave up this address before it was sent."
    NOTHING_ARRIVES = "Nothing arrives at this address; that was learnt before it was sent."
    NO_CONSENT = "Consent to notices by e-mail was withdrawn before it was sent."
    GIVEN_UP = (MOVED, NOTHING_ARRIVES, NO_CONSENT)

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="deliveries")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="deliveries")
    round = models.PositiveSmallIntegerField(
        default=1, help_text="2 and more: substitutes in another form after one came back."
    )
    text = models.ForeignKey(NoticeText, models.PROTECT, related_name="+")
    channel = models.CharField(max_length=5, choices=Channel)
    # Contact points never change their value, so this is the address as it was.
    contact_point = models.ForeignKey(
        ContactPoint, models.PROTECT, null=True, blank=True, related_name="+"
    )
    # The number of record that is sent a text or called; it never changes either.
    service = models.ForeignKey(Service, models.PROTECT, null=True, blank=True, related_name="+")
    change = models.ForeignKey(
        AccountChange,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="deliveries",
        db_index=False,
    )
    code = models.ForeignKey(
        OneTimeCode, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    marketing = models.BooleanField(
        default=False, help_text="An offer: it tells of no rights, and no waiting period runs."
    )
    recipient_name = models.CharField(max_length=200)
    state = models.CharField(max_length=11, choices=State)
    reason = models.CharField(max_length=200, blank=True, help_text="Why it failed or waits.")
    attempts = models.PositiveSmallIntegerField(default=0)
    try_after = models.DateTimeField(null=True, blank=True)
    in_doubt = models.PositiveSmallIntegerField(
        "doubtful sendings",
        default=0,
        help_text="Times it may have left without our knowing, so that it was sent once more.",
    )
    server_answer = models.CharField(max_length=200, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    worded_at = models.DateTimeField(
        "worded at",
        null=True,
        blank=True,
        help_text="Of what a loop sent: what stands in it of the carrier is as it was then.",
    )
    mailed_on = models.DateField(
        "mailing date",
        null=True,
        blank=True,
        help_text="The day the e-mail was accepted or the letter handed to the post.",
    )
    last_objection_day = models.DateField("customer's last day", null=True, blank=True)
    assume_from = models.DateField("may assume from", null=True, blank=True)
    batch = models.ForeignKey(
        PostBatch, models.PROTECT, null=True, blank=True, related_name="deliveries"
    )
    mailing_proof = models.CharField(
        max_length=200, blank=True, help_text="For post: statement of mailing or receipt."
    )
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True, default=Outcome.NONE)
    outcome_on = models.DateField(null=True, blank=True)
    failed_on = models.DateField(
        "failed on",
        null=True,
        blank=True,
        help_text="The day on which it was refused for good, or could no longer be sent.",
    )

    objects = DeliveryQuerySet.as_manager()
    history = History()

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "customer", "round"],
                condition=Q(change=None, code=None),
                name="notices_delivery_once",
            ),
            models.UniqueConstraint(
                fields=["change", "channel"],
                condition=Q(change__isnull=False),
                name="notices_delivery_of_change",
            ),
            models.UniqueConstraint(
                fields=["code", "channel"],
                condition=Q(code__isnull=False),
                name="notices_delivery_of_code",
            ),
            models.CheckConstraint(
                condition=Q(change=None) | Q(code=None), name="notices_delivery_of_one_thing"
            ),
            models.CheckConstraint(
                condition=Q(
                    state="sent",
                    change=None,
                    code=None,
                    marketing=False,
                    mailed_on__isnull=False,
                    last_objection_day__isnull=False,
                    assume_from__isnull=False,
                )
                # Of a change, a code or an offer nobody waits for an answer.
                | (
                    (Q(change__isnull=False) | Q(code__isnull=False) | Q(marketing=True))
                    & Q(
                        state="sent",
                        mailed_on__isnull=False,
                        last_objection_day=None,
                        assume_from=None,
                    )
                )
                | (~Q(state="sent") & Q(mailed_on=None, last_objection_day=None, assume_from=None)),
                name="notices_delivery_clock_iff_sent",
            ),
            models.CheckConstraint(
                condition=Q(
                    channel="none",
                    contact_point=None,
                    service=None,
                    state__in=("unreachable", "cancelled"),
                )
                | (
                    Q(
                        channel__in=("email", "post"),
                        contact_point__isnull=False,
                        service=None,
                    )
                    & ~Q(state="unreachable")
                )
                | (
                    Q(channel__in=("text", "voice"), contact_point=None, service__isnull=False)
                    & ~Q(state="unreachable")
                ),
                name="notices_delivery_has_address",
            ),
            models.CheckConstraint(
                condition=Q(outcome="", outcome_on=None)
                | (~Q(outcome="") & Q(outcome_on__isnull=False, state="sent")),
                name="notices_delivery_outcome_after_sent",
            ),
            models.CheckConstraint(
                condition=Q(state="failed", failed_on__isnull=False)
                | (~Q(state="failed") & Q(failed_on=None)),
                name="notices_delivery_day_iff_failed",
            ),
        ]
        indexes = [
            models.Index(
                fields=["campaign", "channel", "id"],
                condition=Q(state__in=("queued", "sending", "batched")),
                name="notices_delivery_pending",
            ),
            models.Index(fields=["customer", "-id"], name="notices_delivery_of_customer"),
        ]
        permissions = [("record_outcome", "Can record bounced and returned notices")]

    def __str__(self) -> str:
        return f"{self.text.notice} to {self.recipient_name}"

    @property
    def reference(self) -> str:
        """The code printed on the notice, by which a reply is matched."""
        return reference(self.pk)
