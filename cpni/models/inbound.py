"""Mail that came back: bounces, automatic answers, replies. Each message once."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.civil import in_words
from accounts.encrypted_fields import EncryptedTextField, SealedRow
from accounts.history import History
from accounts.models import Customer
from cpni.models.optouts import OptOutRequest
from notices.models import Delivery


def raw_name(message: "InboundMessage", name: str) -> str:
    """The name of a message in the private store."""
    return f"inbound/{message.received_on:%Y/%m}/{uuid4().hex}"


class InboundMessage(SealedRow):
    """A message as it came, what it was taken for, and what followed.

    Stored -> acted on -> read by a person, where one must; ``to_read`` says so, and while it does,
    nothing is assumed for its customer. An officer corrects what it was taken for.
    ``cpni.inbound`` is the only writer. Nothing in it is ever an opting in.
    """

    class Kind(models.TextChoices):
        PERMANENT = "permanent", "Permanent failure"
        TEMPORARY = "temporary", "Temporary failure"
        DELAYED = "delayed", "Delayed"
        AUTO_REPLY = "auto_reply", "Automatic reply"
        COMPLAINT = "complaint", "Reported as spam"
        OPT_OUT = "opt_out", "Opt-out"
        QUESTION = "question", "Question"
        OTHER = "other", "Other"

    class Door(models.TextChoices):
        MAILBOX = "mailbox", "Mailbox"
        PIPE = "pipe", "Mail server"
        WEBHOOK = "webhook", "Provider"

    class MatchedBy(models.TextChoices):
        NOTHING = "", "Not matched"
        ENVELOPE = "envelope", "Envelope address"
        REPLY = "reply", "Reply address"
        MESSAGE_ID = "message_id", "Message-ID"
        ORIGINAL = "original", "Returned notice"
        SENDER = "sender", "Sender’s address only"
        PERSON = "person", "By a person"

    # Nobody else can have made them, so what follows from them follows at once.
    CERTAIN = (MatchedBy.ENVELOPE, MatchedBy.REPLY, MatchedBy.MESSAGE_ID, MatchedBy.ORIGINAL)

    digest = models.CharField(max_length=64, unique=True, editable=False)
    door = models.CharField("came by", max_length=7, choices=Door, editable=False)
    received_at = models.DateTimeField(editable=False)
    received_on = models.DateField(editable=False)
    raw = models.FileField("message as it came", upload_to=raw_name, editable=False)
    sender = EncryptedTextField(blank=True, editable=False)
    subject = EncryptedTextField(blank=True, editable=False)
    words = EncryptedTextField("what was written", blank=True, editable=False)
    kind = models.CharField(max_length=10, choices=Kind, editable=False)
    detail = models.CharField(max_length=160, blank=True, editable=False)
    matched_by = models.CharField(
        max_length=10, choices=MatchedBy, blank=True, default=MatchedBy.NOTHING, editable=False
    )
    delivery = models.ForeignKey(
        Delivery, models.PROTECT, null=True, editable=False, related_name="+"
    )
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, editable=False, related_name="+"
    )
    candidates = models.ManyToManyField(
        Customer,
        editable=False,
        related_name="+",
        help_text="Whom it may be from; nothing is assumed for any of them until it is read.",
    )
    to_read = models.BooleanField("to be read", default=True, editable=False)
    acted_at = models.DateTimeField(null=True, editable=False)
    outcome = models.CharField("what followed", max_length=300, blank=True, editable=False)
    # Whether it is because of this message that its delivery counts as undeliverable.
    bounced = models.BooleanField(default=False, editable=False)
    request = models.ForeignKey(
        OptOutRequest, models.PROTECT, null=True, editable=False, related_name="+"
    )
    read_at = models.DateTimeField(null=True, editable=False)
    read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )

    # What came is kept as it came, so its history need not repeat it.
    history = History(
        m2m_fields=[candidates],
        excluded_fields=["sender", "subject", "words", "raw", "digest"],
    )

    class Meta:
        verbose_name = "message received"
        verbose_name_plural = "messages received"
        ordering = ["-received_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(to_read=True) | Q(acted_at__isnull=False),
                name="cpni_inbound_read_after_acting",
            ),
        ]
        indexes = [
            models.Index(
                fields=["received_at"], condition=Q(to_read=True), name="cpni_inbound_to_read"
            ),
            models.Index(fields=["customer"], condition=Q(to_read=True), name="cpni_inbound_holds"),
            models.Index(fields=["id"], condition=Q(acted_at=None), name="cpni_inbound_to_act_on"),
        ]
        permissions = [("correct_inboundmessage", "Can read and correct mail that came back")]

    def __str__(self) -> str:
        day = self.received_on
        return f"{self.get_kind_display()}, {in_words(day)}"

    @property
    def is_certain(self) -> bool:
        """Whether nobody but the notice's recipient, or a person here, can have matched it."""
        return self.matched_by in (*self.CERTAIN, self.MatchedBy.PERSON)
