"""Incidents: times when a way to opt out did not work."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from accounts.history import History
from cpni.models.optouts import OptOutRequest


class Incident(models.Model):
    """A failure of an opt-out mechanism (64.2009(f)).

    Until it is released, no approval is assumed from a notice whose window overlaps the failure:
    silence proves nothing while the customer could not be heard.
    """

    route = models.CharField(max_length=9, choices=OptOutRequest.Route)
    started_on = models.DateField("failed from")
    ended_on = models.DateField("worked again on", null=True, blank=True)
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
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_route_display()} failed from {self.started_on}"

    def clean(self) -> None:
        if self.released_on and not self.ended_on:
            raise ValidationError({"released_on": "Say first when the route worked again."})
