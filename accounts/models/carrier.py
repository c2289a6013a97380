"""The telephone carrier that this installation belongs to: one record."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator, validate_email
from django.db import models
from django.utils import timezone

from accounts.civil import civil_day
from accounts.fields import validate_telephone
from accounts.history import History

# What was read of the carrier while a request is answered; see ``Carrier.read_once``.
_read: ContextVar[dict[str, Any] | None] = ContextVar("carrier_read", default=None)


def validate_time_zone(name: str) -> None:
    """Raise ValidationError unless ``name`` is a time zone of the IANA database."""
    if name not in available_timezones():
        raise ValidationError(f"“{name}” is not a time zone. Use a name such as America/Denver.")


MOST_SEEDS = 20


def validate_seed_addresses(text: str) -> None:
    """Raise ValidationError unless ``text`` has one e-mail address on each line, in ASCII."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_SEEDS:
        raise ValidationError(f"At most {MOST_SEEDS} addresses.")
    for line in lines:
        try:
            validate_email(line)
        except ValidationError as error:
            raise ValidationError(f"“{line}” is no e-mail address.") from error
        if not line.isascii():
            raise ValidationError(f"“{line}” has letters that not every relay takes.")


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
    # The certificate of each year names them (64.2009(e), EB Docket 06-36).
    frn = models.CharField(
        "FCC registration number (FRN)",
        max_length=10,
        blank=True,
        default="",
        validators=[RegexValidator(r"^[0-9]{10}$", "An FRN has ten digits.")],
        help_text="Ten digits; the annual certificate names it.",
    )
    filer_id = models.CharField(
        "FCC Form 499 filer ID",
        max_length=6,
        blank=True,
        default="",
        validators=[RegexValidator(r"^[0-9]{6}$", "A Form 499 filer ID has six digits.")],
        help_text="Six digits; the annual certificate names it.",
    )
    entry_days = models.PositiveSmallIntegerField(
        "days to enter an opt-out",
        default=3,
        help_text="What is entered later than that is late, says the certificate.",
    )
    training_grace_days = models.PositiveSmallIntegerField(
        "days for the first training",
        default=14,
        help_text="So long may new staff work before they have signed it.",
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
    seed_addresses = models.TextField(
        blank=True,
        default="",
        max_length=2000,
        validators=[validate_seed_addresses],
        help_text=(
            "Members of staff who get a sample of a campaign before any customer gets it. One"
            " e-mail address on each line."
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
    def seeds(self) -> list[str]:
        """The addresses to which samples go, each once."""
        return list(dict.fromkeys(self.seed_addresses.split()))

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
        found: Carrier | None = read["carrier"]
        return found

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
        read = _read.get()
        if read and "zone" in read:
            return ZoneInfo(read["zone"])
        carrier = cls.get()
        return carrier.zone if carrier else ZoneInfo(settings.TIME_ZONE)

    @classmethod
    def zone_was_read(cls, name: str | None) -> ZoneInfo:
        """Take ``name``, which another statement has read, for the zone while ``read_once`` lasts.

        None is what it is before the carrier is filled in. Returns the zone.
        """
        zone = ZoneInfo(name or settings.TIME_ZONE)
        if (read := _read.get()) is not None:
            read["zone"] = zone.key
        return zone

    @classmethod
    def today(cls) -> date:
        """Today's civil day for the carrier. Only edges ask; below them a day is a parameter."""
        return civil_day(timezone.now(), cls.zone_or_default())
