"""The panels at the top of the customer page, each read in a fixed number of queries."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from accounts.admin.customers import of_record, telephone_words
from accounts.admin.labels import BAD, GAP, GOOD, WAIT, label
from accounts.civil import add_days
from accounts.models import Carrier, ContactOptOut, Customer
from cpni.admin.timeline import Event, timeline
from cpni.decisions import Decision, Evidence, judge_all
from cpni.facts import Facts, gather
from cpni.reasons import WINDOW_OPEN, Verdict
from notices.models import PolicyVersion

TONES = {Verdict.YES: GOOD, Verdict.NO: BAD, Verdict.NOT_YET: WAIT, Verdict.GAP: GAP}
# Where the records that prove a decision are shown.
PAGES = {
    "delivery": "admin:notices_delivery_change",
    "opt-out request": "admin:cpni_optoutrequest_change",
    "approval": "admin:cpni_approval_change",
    "incident": "admin:cpni_incident_change",
    "script read": "admin:cpni_scriptreading_change",
}


@dataclass(frozen=True)
class Answer:
    """One row of “May we use CPNI?”."""

    decision: Decision

    @property
    def verdict(self) -> SafeString:
        """Yes, no, not yet or gap, in colour and words."""
        return label(self.decision.verdict.label, TONES[self.decision.verdict])

    @property
    def may_assume_from(self) -> date | None:
        """The first day on which silence may count, while the window runs."""
        until = self.decision.until
        return add_days(until, 1) if until and self.decision.reason is WINDOW_OPEN else None

    @property
    def proofs(self) -> list[tuple[Evidence, str]]:
        """The evidence, with the address of the record's page ("" for what has none)."""
        return [
            (e, reverse(PAGES[e.kind], args=[e.id]) if e.kind in PAGES else "")
            for e in self.decision.evidence
        ]


class Panels:
    """What the page shows; read when the template first asks."""

    def __init__(self, request: HttpRequest, find: Callable[[], Customer | None]) -> None:
        self.request = request
        self._find = find

    @cached_property
    def customer(self) -> Customer | None:
        """The customer with contacts and services, or None when there is no such record."""
        customer = self._find()
        if customer is not None:
            prefetch_related_objects([customer], "contact_points", "services")
        return customer

    @cached_property
    def today(self) -> date:
        """The carrier's civil day."""
        return Carrier.today()

    @cached_property
    def facts(self) -> Facts | None:
        """What the answers rest on."""
        return gather(self.customer, self.today) if self.customer else None

    @cached_property
    def answers(self) -> list[Answer]:
        """May we? One answer for each use that needs approval."""
        if self.facts is None:
            return []
        return [Answer(decision) for decision in judge_all(self.facts, self.today)]

    @cached_property
    def policy(self) -> PolicyVersion | None:
        """The policy version that governs the customer's information."""
        return self.facts.governing if self.facts else None

    @cached_property
    def contacts(self) -> list[tuple[Any, str]]:
        """Current contact points, with whether each is of record."""
        if self.customer is None:
            return []
        points = self.customer.contact_points.all()
        return [(p, of_record(p, self.today)) for p in points if p.until is None]

    @cached_property
    def no_marketing(self) -> list[ContactOptOut]:
        """The channels by which the customer wants no marketing."""
        if self.customer is None:
            return []
        rows = ContactOptOut.objects.filter(customer=self.customer, until=None)
        return list(rows.order_by("channel"))

    @cached_property
    def services(self) -> list[tuple[Any, str]]:
        """Current services, with their numbers of record."""
        if self.customer is None:
            return []
        services = [s for s in self.customer.services.all() if s.current(self.today)]
        return [(service, telephone_words(service.telephone_number)) for service in services]

    @cached_property
    def events(self) -> list[Event]:
        """What happened, newest first."""
        return timeline(self.customer) if self.customer else []
