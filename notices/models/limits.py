"""When and how fast e-mail may leave: what campaigns and automatic notices have in common."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q


class SendingLimits(models.Model):
    """The hours at which e-mail leaves, and how much of it; empty where there is no limit.

    ``notices.quotas`` says what they allow.
    """

    rate_per_minute = models.PositiveIntegerField(
        "messages per minute",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="The most e-mail to hand to the relay in a minute; empty for no limit.",
    )
    daily_cap = models.PositiveIntegerField(
        "messages per day",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="The most e-mail to hand to the relay on one day; empty for no limit.",
    )
    warm_up = models.PositiveIntegerField(
        "messages on the first day",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="A slow beginning, for a relay that is new: twice as many each day after it.",
    )
    send_from = models.TimeField(
        "send from", null=True, blank=True, help_text="E-mail leaves only between these hours."
    )
    send_until = models.TimeField(
        "send until", null=True, blank=True, help_text="In the carrier's time zone."
    )

    class Meta:
        abstract = True


def hours_of_one_day(name: str) -> models.CheckConstraint:
    """The constraint that the hours are those of one day, or none, under this name."""
    return models.CheckConstraint(
        condition=Q(send_from=None, send_until=None) | Q(send_from__lt=F("send_until")),
        name=name,
        violation_error_message="Give both hours of sending, the earlier one first.",
    )
