"""A random sample of assumed approvals, drawn so that anybody can draw it again.

Each approval of the population has the rank SHA-256("seed:id"), in hexadecimal; the sample are the
N with the lowest. The database ranks and keeps only N: a million approvals take about a second.
Whoever has the list of ids, which goes with the binder, draws the same with any program.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import SHA256, Cast, Concat

from accounts.civil import in_words
from cpni.models import Approval
from notices.models import Campaign

USUAL, MOST = 25, 500  # approvals in a sample
METHOD = (
    "Of each approval in the population, SHA-256 of the text “{seed}:id” was taken, in which id is"
    " the approval’s number in decimal digits and {seed} the seed. The {size} approvals whose"
    " digest, in hexadecimal, is lowest are the sample, in the order of their digests."
)


class Rank(SHA256):
    """SHA-256 in hexadecimal; PostgreSQL's own, as the library's needs an extension there."""

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """Of the text in UTF-8."""
        template = "ENCODE(SHA256(CONVERT_TO(%(expressions)s, 'UTF8')), 'hex')"
        return self.as_sql(compiler, connection, template=template, **extra)


@dataclass(frozen=True)
class Population:
    """Of which approvals a sample is drawn: those assumed and in force, and of these a part."""

    campaign: Campaign | None = None
    first: date | None = None
    last: date | None = None

    def approvals(self) -> QuerySet[Approval]:
        """They, in no order."""
        found = Approval.objects.filter(state=Approval.State.ASSUMED)
        if self.campaign:
            found = found.filter(delivery__campaign=self.campaign)
        if self.first:
            found = found.filter(effective_on__gte=self.first)
        if self.last:
            found = found.filter(effective_on__lte=self.last)
        return found.order_by()

    def ids(self) -> Iterator[int]:
        """Their ids, rising, some at a time."""
        return self.approvals().order_by("pk").values_list("pk", flat=True).iterator(10_000)

    @property
    def words(self) -> str:
        """What it is, as a sentence."""
        words = "Approvals that are assumed now"
        if self.campaign:
            words += f", from notices of the campaign “{self.campaign}”"
        if self.first:
            words += f", effective from {in_words(self.first)}"
        if self.last:
            words += f", effective up to {in_words(self.last)}"
        return f"{words}."


@dataclass(frozen=True)
class Sample:
    """A sample: of what it was drawn, how many there were, by which seed, and the approvals."""

    population: Population
    count: int
    seed: str
    approvals: list[Approval]

    @property
    def method(self) -> str:
        """How it was drawn."""
        return METHOD.format(seed=self.seed, size=len(self.approvals))


def new_seed() -> str:
    """A seed for whoever has none: auditors bring their own, so that nobody can choose for them."""
    return secrets.token_hex(4)


def draw(population: Population, *, size: int, seed: str) -> Sample:
    """Draw ``size`` approvals, or all where there are fewer, by ``seed``."""
    approvals = population.approvals()
    text = Concat(Value(f"{seed}:"), Cast(F("pk"), CharField()), output_field=CharField())
    drawn = approvals.annotate(rank=Rank(text)).order_by("rank", "pk")[:size]
    return Sample(population, approvals.count(), seed, list(drawn))
