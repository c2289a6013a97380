"""Breaches of customers' information (64.2011): what happened, whose it was."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from accounts.history import History
from accounts.models import Customer


class Breach(models.Model):
    """Somebody had, used or disclosed information about customers that they should not have.

    open -> closed. What is to be done follows from ``cpni.breach_rules``; what was done is in
    ``StepTaken``. ``cpni.breaches`` is the only writer of what is not entered in the form. Whoever
    is affected is named in ``BreachCustomer`` and nowhere else, so the texts hold no personal data.
    """

    class Intent(models.TextChoices):
        YES = "yes", "On purpose"
        NO = "no", "By mistake"
        UNKNOWN = "unknown", "Not known yet"

    class Harm(models.TextChoices):
        LIKELY = "likely", "Harm is reasonably likely"
        UNLIKELY = "unlikely", "No harm is reasonably likely"
        UNKNOWN = "unknown", "Not assessed yet"

    name = models.CharField(
        "short name", max_length=100, help_text="Without names of people or account numbers."
    )
    happened_on = models.DateField("happened on or from", null=True, blank=True)
    discovered_at = models.DateTimeField("discovered")
    determined_on = models.DateField(
        "determined to be a breach on",
        null=True,
        blank=True,
        help_text="Terms are counted from the day after. Without it, from the day of discovery.",
    )
    intent = models.CharField(
        "access, use or disclosure was",
        max_length=7,
        choices=Intent,
        default=Intent.UNKNOWN,
        help_text="The rule in force speaks of breaches on purpose only; not known counts as such.",
    )
    has_cpni = models.BooleanField("CPNI", default=True, help_text="Such as calls and services.")
    has_pii = models.BooleanField(
        "other personal information",
        default=False,
        help_text="Such as names with birth dates, Social Security or card numbers, passwords.",
    )
    data = models.TextField(
        "what information", help_text="In detail (64.2011(d)), without that of any one customer."
    )
    circumstances = models.TextField(
        help_text="What happened and how it was found (64.2011(d)). Without names of customers."
    )
    estimate = models.PositiveIntegerField(
        "customers affected, estimated",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Until they are named.",
    )
    harm = models.CharField(max_length=8, choices=Harm, default=Harm.UNKNOWN)
    harm_analysis = models.TextField(
        "why harm is likely or not", blank=True, help_text="Needed to say that it is not likely."
    )
    good_faith = models.BooleanField(
        "by an employee or agent in good faith",
        default=False,
        help_text="And the information was not used improperly or disclosed further.",
    )
    encrypted = models.BooleanField(
        "encrypted information only",
        default=False,
        help_text="With definite evidence that the key was not taken, too.",
    )
    urgent_need = models.TextField(
        "extraordinarily urgent need to tell customers sooner",
        blank=True,
        help_text="What irreparable harm is near. Consult the agency first (64.2011(b)(2)).",
    )
    delayed_until = models.DateField(
        "an agency has directed not to tell customers until",
        null=True,
        blank=True,
        help_text="64.2011(b)(3): for up to 30 days at first; in writing.",
    )
    opened_on = models.DateField(editable=False)
    closed_on = models.DateField(null=True, editable=False)

    history = History()

    class Meta:
        verbose_name_plural = "breaches"
        ordering = ["-discovered_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(has_cpni=True) | Q(has_pii=True),
                name="cpni_breach_has_data",
                violation_error_message="Say what kind of information it was.",
            ),
            models.CheckConstraint(
                condition=~Q(harm="unlikely") | ~Q(harm_analysis=""),
                name="cpni_breach_harm_is_argued",
                violation_error_message="Say why no harm is likely.",
            ),
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(closed_on__gte=F("opened_on")),
                name="cpni_breach_closed_after_opening",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        """Whether something may still be to be done."""
        return self.closed_on is None


class BreachCustomer(models.Model):
    """A customer whose information a breach concerned."""

    breach = models.ForeignKey(Breach, models.PROTECT, related_name="affected")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    named_at = models.DateTimeField()
    named_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["breach", "customer"], name="cpni_breach_once_each")
        ]

    def __str__(self) -> str:
        return f"customer {self.customer_id} in breach {self.breach_id}"
