"""Opt-out requests and incidents."""

from datetime import UTC, date, datetime

import factory
from factory.django import DjangoModelFactory

from cpni.models import Incident, OptOutRequest


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
