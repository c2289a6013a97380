"""Opt-out requests, incidents, complaints, scripts, retention."""

from datetime import UTC, date, datetime

import factory
from factory.django import DjangoModelFactory

from cpni.models import (
    Complaint,
    Incident,
    LegalHold,
    OptOutRequest,
    Purge,
    RetentionPeriod,
    Script,
    ScriptReading,
)
from cpni.standard_scripts import words
from tests.factories.accounts import CallFactory


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


class ComplaintFactory(DjangoModelFactory):
    """A complaint that nobody has looked into yet."""

    class Meta:
        model = Complaint

    category = "individuals"
    received_on = date(2026, 10, 20)
    said = "My brother-in-law was told whom I call."
    entered_at = datetime(2026, 10, 20, 16, tzinfo=UTC)

    class Params:
        resolved = factory.Trait(found="A mistake; he was told so.", resolved_on=date(2026, 11, 2))


class ScriptFactory(DjangoModelFactory):
    """A draft of the one-time script, with the standard words."""

    class Meta:
        model = Script

    kind = "one_time"
    version = factory.Sequence(lambda n: n + 100)
    english = factory.LazyAttribute(lambda script: words(script.kind, "en"))
    spanish = factory.LazyAttribute(lambda script: words(script.kind, "es"))


class ScriptReadingFactory(DjangoModelFactory):
    """A yes to the one-time script on a call that goes on."""

    class Meta:
        model = ScriptReading

    call = factory.SubFactory(CallFactory)
    customer = factory.LazyAttribute(lambda reading: reading.call.customer)
    kind = "one_time"
    script = factory.LazyAttribute(lambda reading: Script.objects.current(reading.kind))
    language = "en"
    answer = "yes"
    read_on = date(2026, 11, 23)
    at = datetime(2026, 11, 23, 18, tzinfo=UTC)
    by = factory.LazyAttribute(lambda reading: reading.call.by)


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
