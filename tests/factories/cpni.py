"""Opt-out requests, incidents, retention."""

from datetime import UTC, date, datetime

import factory
from factory.django import DjangoModelFactory

from cpni.models import Incident, LegalHold, OptOutRequest, Purge, RetentionPeriod


class OptOutRequestFactory(DjangoModelFactory):
    """A letter that asks to opt out of everything, not yet matched."""

    class Meta:
        model = OptOutRequest

    received_on = date(2026, 10, 20)
    entered_at = datetime(2026, 10, 20, 16, tzinfo=UTC)

    class Params:
        opt_in = factory.Trait(wish="opt_in", proof="Recording 4711, script 3", route="telephone")


class IncidentFactory(DjangoModelFactory):
    class Meta:
        model = Incident

    route = "telephone"
    started_on = date(2026, 10, 10)
    description = "The opt-out line gave a busy tone."


class RetentionPeriodFactory(DjangoModelFactory):
    class Meta:
        model = RetentionPeriod
        django_get_or_create = ["kind"]

    kind = "delivery"
    months = 60


class LegalHoldFactory(DjangoModelFactory):
    """A hold on everything, unless ``scope`` and what is held are named."""

    class Meta:
        model = LegalHold

    scope = "everything"
    matter = factory.Sequence(lambda n: f"EB Docket 06-{n}")
    placed_on = date(2026, 10, 1)


class PurgeFactory(DjangoModelFactory):
    class Meta:
        model = Purge

    at = datetime(2026, 10, 20, 16, tzinfo=UTC)
    as_of = date(2026, 10, 20)
    actor = "Robin Hale"
    because = "Yearly purge"
    kind = "delivery"
    table = "notices_delivery"
    cut_off = date(2021, 10, 20)
    rows = 2
    ranges = [[1, 2, 2]]
    finished_at = datetime(2026, 10, 20, 16, 1, tzinfo=UTC)
