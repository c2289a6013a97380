"""Verifications: customers who confirmed an approval that had been taken from their silence."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.civil import in_words
from accounts.fields import validate_one_line
from accounts.history import History
from accounts.models import Customer, WrittenOnce


class Verification(WrittenOnce):
    """A customer's confirmation of their opt-out approvals, as a state asks for it.

    Arizona: within one year, by letter, electronically or on a recorded call, and never combined
    with an inducement (A.A.C. R14-2-2108). Written once; ``cpni.verifying_approvals`` writes it.
    """

    class Way(models.TextChoices):
        LETTER = "letter", "Signed letter"
        EMAIL = "email", "Electronically signed"
        CALL = "call", "Recorded call"

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    verified_on = models.DateField(help_text="The day on which the customer confirmed it.")
    way = models.CharField(max_length=6, choices=Way)
    proof = models.CharField(
        max_length=200,
        validators=[validate_one_line],
        help_text="Where the letter is kept, or the number of the recording.",
    )
    identity = models.BooleanField("who the customer is")
    authority = models.BooleanField("that they may decide for the account")
    wish = models.BooleanField("that they want to approve")
    numbers = models.CharField(
        "for which telephone numbers", max_length=200, help_text="“All” where all are meant."
    )
    services = models.CharField("for which types of service", max_length=200)
    recorded_at = models.DateTimeField(editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )

    history = History(excluded_fields=["proof", "numbers"])

    class Meta:
        verbose_name = "verification of approvals"
        verbose_name_plural = "verifications of approvals"
        ordering = ["-verified_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(identity=True, authority=True, wish=True)
                & ~Q(numbers="")
                & ~Q(services="")
                & ~Q(proof=""),
                name="cpni_verification_is_whole",
                violation_error_message=(
                    "It verifies only what says all of it: identity, authority, wish, numbers and"
                    " services (A.A.C. R14-2-2108)."
                ),
            )
        ]
        indexes = [models.Index(fields=["customer"], name="cpni_verification_of")]

    def __str__(self) -> str:
        day = self.verified_on
        return f"{self.get_way_display()}, {in_words(day)}"
