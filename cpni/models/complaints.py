"""Complaints about unauthorised release of CPNI, for the annual certificate (64.2009(e))."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.civil import in_words
from accounts.encrypted_fields import EncryptedTextField, SealedRow
from accounts.history import History
from accounts.models import Call, Customer


class Complaint(SealedRow):
    """What somebody complained of, and what came of it.

    open -> resolved, with what was found and done. ``cpni.complaints`` is the only writer.
    """

    class Category(models.TextChoices):
        EMPLOYEES = "employees", "Improper access by employees"
        INDIVIDUALS = "individuals", "Disclosure to individuals not authorised"
        ONLINE = "online", "Improper access to online information"
        OTHER = "other", "Other"

    class Route(models.TextChoices):
        CALL = "call", "Telephone call"
        LETTER = "letter", "Letter"
        EMAIL = "email", "E-mail"
        WEB = "web", "Web page"
        STORE = "store", "In a store"
        REGULATOR = "regulator", "Through a regulator"

    category = models.CharField(max_length=11, choices=Category)
    route = models.CharField("received by", max_length=9, choices=Route, default=Route.CALL)
    received_on = models.DateField()
    said = EncryptedTextField(
        "what was said", max_length=4_000, help_text="In their words: who got what, how, and when."
    )
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, blank=True, related_name="+")
    call = models.ForeignKey(Call, models.PROTECT, null=True, editable=False, related_name="+")
    found = EncryptedTextField("what was found and done", max_length=4_000, blank=True)
    resolved_on = models.DateField(null=True, blank=True, editable=False)
    entered_at = models.DateTimeField(editable=False)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    # The number of the form: sent twice, it is one complaint.
    token = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)

    # What was said is kept as it came, and what was found is given once.
    history = History(excluded_fields=["said", "found", "token"])

    class Meta:
        ordering = ["-received_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(resolved_on=None) | Q(resolved_on__gte=models.F("received_on")),
                name="cpni_complaint_resolved_after_receipt",
                violation_error_message="It cannot be resolved before it was received.",
            ),
            models.CheckConstraint(
                condition=~Q(said="") & (Q(resolved_on=None) | ~Q(found="")),
                name="cpni_complaint_says_something",
                violation_error_message="Say what was said, and what was found and done.",
            ),
        ]
        indexes = [models.Index(fields=["resolved_on"], name="cpni_complaint_open")]
        permissions = [("resolve_complaint", "Can resolve a complaint")]

    def __str__(self) -> str:
        day = self.received_on
        return f"{self.get_category_display()}, {in_words(day)}"

    @property
    def is_open(self) -> bool:
        """Whether nobody has said yet what was found and done."""
        return self.resolved_on is None
