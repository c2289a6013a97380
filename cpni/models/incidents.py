"""Incidents: times when a way to opt out did not work, and the letters to the FCC about them."""

from datetime import date
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from accounts import upload_checks
from accounts.business_days import Term, term
from accounts.history import History
from cpni.models.optouts import OptOutRequest

LETTER_DAYS = 5  # business days (64.2009(f))


class Incident(models.Model):
    """A failure of an opt-out mechanism (64.2009(f)).

    Until it is released, no approval is assumed from a notice whose window overlaps the failure:
    silence proves nothing while the customer could not be heard.
    """

    route = models.CharField(max_length=9, choices=OptOutRequest.Route)
    started_on = models.DateField("failed from")
    ended_on = models.DateField("worked again on", null=True, blank=True)
    discovered_on = models.DateField(
        "found to be more than an anomaly on",
        null=True,
        blank=True,
        help_text="The five business days for the letter to the FCC begin the day after"
        " (64.2009(f)). Without it they are counted from the day of the failure.",
    )
    description = models.TextField()
    released_on = models.DateField(
        null=True,
        blank=True,
        help_text="The day the officer decided that held approvals may be assumed.",
    )

    history = History()

    class Meta:
        ordering = ["-started_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on")),
                name="cpni_incident_ends_after_start",
                violation_error_message="It cannot work again before it failed.",
            ),
            models.CheckConstraint(
                condition=Q(discovered_on=None) | Q(discovered_on__gte=F("started_on")),
                name="cpni_incident_found_after_start",
                violation_error_message="It cannot be found before it failed.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_route_display()} failed from {self.started_on}"

    def clean(self) -> None:
        if self.released_on and not self.ended_on:
            raise ValidationError({"released_on": "Say first when the route worked again."})

    @property
    def term(self) -> Term:
        """The five business days within which the FCC is to be told (64.2009(f))."""
        return term(self.discovered_on or self.started_on, LETTER_DAYS)

    def told_late(self, today: date) -> bool:
        """Whether no letter was filed in time, once that is over on the civil day ``today``."""
        over: bool = self.term.last < today
        return over and not any(letter.in_time for letter in self.letters.all())


def proof_name(record: models.Model, name: str) -> str:
    """The name of an upload in the private store: the sender's own says nothing."""
    return f"{record._meta.model_name}/{uuid4().hex}"


class IncidentLetter(models.Model):
    """The letter to the FCC about an incident, with every element of 64.2009(f).

    draft -> final -> filed, and from final back to draft. ``cpni.incident_letters`` is the only
    writer. A filed one never changes; what is to be added is another letter.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        FINAL = "final", "Final, to be filed"
        FILED = "filed", "Filed"

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="letters")
    status = models.CharField(max_length=5, choices=Status, default=Status.DRAFT, editable=False)
    carrier_name = models.CharField("name of the carrier", max_length=200, blank=True)
    mechanisms = models.TextField(
        "opt-out mechanisms used", blank=True, help_text="All of them, and which one failed."
    )
    problem = models.TextField("what went wrong", blank=True)
    remedy = models.TextField("the remedy proposed", blank=True)
    remedy_when = models.CharField(
        "when it was or will be put in place", max_length=200, blank=True
    )
    states = models.TextField(
        "state commissions",
        blank=True,
        help_text="Whether the state commissions concerned were told, and whether they have acted.",
    )
    customer_notice = models.TextField(
        "copy of the notice given to customers", blank=True, help_text="Its whole text."
    )
    contact = models.TextField(
        "whom to contact", blank=True, help_text="Name, title, address, telephone and e-mail."
    )
    filed_on = models.DateField(null=True, editable=False)
    proof = models.CharField("proof of filing", max_length=200, blank=True, editable=False)
    scan = models.FileField(
        "copy of the proof",
        upload_to=proof_name,
        blank=True,
        editable=False,
        validators=[upload_checks.validate_scan],
    )
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )

    history = History()

    class Meta:
        verbose_name = "letter to the FCC"
        verbose_name_plural = "letters to the FCC"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident"],
                condition=~Q(status="filed"),
                name="cpni_incidentletter_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(status="filed", filed_on__isnull=False) & ~Q(proof="")
                | ~Q(status="filed") & Q(filed_on=None, proof=""),
                name="cpni_incidentletter_filed_has_proof",
            ),
        ]

    def __str__(self) -> str:
        return f"Letter to the FCC: {self.incident}"

    @property
    def in_time(self) -> bool:
        """Whether it was filed within the five business days."""
        filed: date | None = self.filed_on
        return filed is not None and filed <= self.incident.term.last
