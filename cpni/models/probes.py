"""Probes: tests of the ways to opt out, so that silence of customers means what it should."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.history import History
from cpni.models.optouts import OptOutRequest


class Probe(models.Model):
    """One message that was sent through a way to opt out, to see whether it arrives.

    waiting -> worked | failed; failed -> worked when it arrives after all. ``cpni.probing`` is the
    only writer.
    """

    class Route(models.TextChoices):
        # The ways that a notice offers (64.2008(d)(3)); their codes are those of requests.
        WEB = OptOutRequest.Route.WEB.value, "Web page"
        EMAIL = OptOutRequest.Route.EMAIL.value, "E-mail reply"
        TELEPHONE = OptOutRequest.Route.TELEPHONE.value, "24-hour telephone line"
        LETTER = OptOutRequest.Route.LETTER.value, "Letter"

    class State(models.TextChoices):
        WAITING = "waiting", "On its way"
        WORKED = "worked", "Arrived"
        FAILED = "failed", "Did not arrive"

    route = models.CharField(max_length=9, choices=Route)
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    # What it is known by when it arrives; nobody else can guess it.
    token = models.UUIDField(default=uuid4, unique=True, editable=False)
    sent_at = models.DateTimeField()
    answered_at = models.DateTimeField("arrived or given up at", null=True)
    words = models.CharField("what was seen", max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="who"
    )

    history = History()

    class Meta:
        verbose_name = "test of a way to opt out"
        verbose_name_plural = "tests of ways to opt out"
        ordering = ["-sent_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="waiting", answered_at=None)
                | (~Q(state="waiting") & Q(answered_at__isnull=False)),
                name="cpni_probe_answered_unless_waiting",
            )
        ]
        indexes = [models.Index(fields=["route", "-sent_at"], name="cpni_probe_of_route")]

    def __str__(self) -> str:
        return f"Test of {self.get_route_display()}, {self.sent_at:%B} {self.sent_at.day}"
