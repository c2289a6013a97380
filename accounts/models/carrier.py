"""The telephone carrier that this installation belongs to: one record."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone

from accounts.civil import civil_day
from accounts.fields import validate_telephone
from accounts.history import History

# What was read of the carrier while a request is answered; see ``Carrier.read_once``.
_read: ContextVar[dict[str, "Carrier | None"] | None] = ContextVar("carrier_read", default=None)


def validate_time_zone(name: str) -> None:
    """Raise ValidationError unless ``name`` is a time zone of the IANA database."""
    if name not in available_timezones():
        raise ValidationError(f"“{name}” is not a time zone. Use a name such as America/Denver.")


def default_time_zone() -> str:
    """The installation's TIME_ZONE, until the carrier's own is set."""
    return settings.TIME_ZONE


class Carrier(models.Model):
    """The carrier: names, addresses and defaults that notices and clocks use."""

    legal_name = models.CharField(max_length=200)
    optout_line1 = models.CharField("opt-out address, line 1", max_length=100)
    optout_line2 = models.CharField("opt-out address, line 2", max_length=100, blank=True)
    optout_city = models.CharField("city", max_length=60)
    optout_state = models.CharField("state", max_length=2, help_text="Two letters, such as UT.")
    optout_postcode = models.CharField("ZIP code", max_length=10)
    optout_email = models.EmailField(
        "opt-out e-mail address",
        help_text="Customers' replies to a notice arrive here (64.2008(d)(3)(ii)).",
    )
    support_number = models.CharField(max_length=20, validators=[validate_telephone])
    optout_number = models.CharField(
        "opt-out telephone number",
        max_length=20,
        validators=[validate_telephone],
        help_text="Toll-free and answered or recorded 24 hours a day (64.2008(d)(3)(v)).",
    )
    officer_name = models.CharField("compliance officer", max_length=100)
    officer_title = models.CharField(
        "officer's title", max_length=100, default="Regulatory Compliance Officer"
    )
    time_zone = models.CharField(
        max_length=64,
        default=default_time_zone,
        validators=[validate_time_zone],
        help_text="Mailing dates and waiting periods are counted in this zone.",
    )
    default_waiting_days = models.PositiveSmallIntegerField(
        default=33,
        validators=[MinValueValidator(33)],
        help_text=(
            "What a new notice states. Changing it never shortens a window that is running."
        ),
    )

    history = History()

    class Meta:
        verbose_name = verbose_name_plural = "carrier"
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="accounts_carrier_only_one"),
            models.CheckConstraint(
                condition=models.Q(default_waiting_days__gte=33),
                name="accounts_carrier_waits_33_days",
            ),
        ]

    def __str__(self) -> str:
        return self.legal_name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, and forget what was read before."""
        super().save(*args, **kwargs)
        if (read := _read.get()) is not None:
            read.clear()

    @property
    def zone(self) -> ZoneInfo:
        """The carrier's time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def optout_address(self) -> str:
        """The postal address for opt-outs, on lines."""
        last = f"{self.optout_city}, {self.optout_state} {self.optout_postcode}"
        return "\n".join(x for x in (self.optout_line1, self.optout_line2, last) if x)

    @classmethod
    def get(cls) -> "Carrier | None":
        """The carrier's record, or None before it has been filled in."""
        read = _read.get()
        if read is None:
            return cls.objects.filter(pk=1).first()
        if "carrier" not in read:
            read["carrier"] = cls.objects.filter(pk=1).first()
        return read["carrier"]

    @classmethod
    @contextmanager
    def read_once(cls) -> Iterator[None]:
        """Read the record once meanwhile, however often a page asks; saving it reads it anew.

        For one request: a page asks for the name, the zone and today's day some ten times.
        """
        token = _read.set({})
        try:
            yield
        finally:
            _read.reset(token)

    @classmethod
    def zone_or_default(cls) -> ZoneInfo:
        """The carrier's time zone, or the installation's before the carrier is filled in."""
        carrier = cls.get()
        return carrier.zone if carrier else ZoneInfo(settings.TIME_ZONE)

    @classmethod
    def today(cls) -> date:
        """Today's civil day for the carrier. Only edges ask; below them a day is a parameter."""
        return civil_day(timezone.now(), cls.zone_or_default())
