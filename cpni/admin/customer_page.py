"""The panels at the top of the customer page, each read in a fixed number of queries."""

from collections.abc import Callable
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import HttpRequest

from accounts.admin.customers import of_record, telephone_words
from accounts.models import Carrier, ContactOptOut, Customer
from cpni.admin.answers import Answer
from cpni.admin.timeline import Shown, newest
from cpni.decisions import judge_all
from cpni.facts import Facts, gather
from notices.models import PolicyVersion


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
    def events(self) -> list[Shown]:
        """What happened, newest first."""
        return newest(self.request, self.customer) if self.customer else []
