"""What the call screen shows: read once, when the first panel asks."""

from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from django import forms
from django.http import HttpRequest
from django.utils import timezone

from accounts.admin.acts import person
from accounts.authenticating import Standing, standing
from accounts.models import (
    AuthorisedUser,
    Call,
    Carrier,
    ContactPoint,
    Credential,
    Customer,
    Service,
    User,
)

if TYPE_CHECKING:
    from cpni.desk.edits import Edit


class Screen:
    """One look at a call: the moment, the caller's standing, and what the panels ask for.

    ``typed`` is what a form was refused with, by the name of its panel, which shows it again.
    ``revealed`` is the number of record that is to be called back now. ``edit`` is what is being
    changed, and ``checked`` that its form was filled in right and waits to be saved.
    """

    def __init__(self, request: HttpRequest, call: Call) -> None:
        self.request, self.call = request, call
        self.typed: dict[str, forms.Form] = {}
        self.revealed: Service | None = None
        self.shown = ""  # what the look at this page says of it, besides masked or not
        self.edit: Edit | None = None
        self.checked = False

    def forget(self) -> None:
        """Read everything anew: what was read before a verb refused may be what it refused."""
        for name in ("now", "standing", "contacts", "services", "credentials", "users"):
            self.__dict__.pop(name, None)
        self.customer.refresh_from_db()

    @property
    def by(self) -> User:
        """Who takes the call."""
        return person(self.request)

    @cached_property
    def now(self) -> datetime:
        """The moment at which the page is made."""
        return timezone.now()

    @cached_property
    def today(self) -> date:
        """The carrier's civil day."""
        return Carrier.today()

    @property
    def customer(self) -> Customer:
        """Whose account it is."""
        return self.call.customer

    @cached_property
    def standing(self) -> Standing:
        """What may be discussed and done now (64.2010)."""
        return standing(self.call, at=self.now, on=self.today)

    @cached_property
    def contacts(self) -> list[ContactPoint]:
        """Current addresses and contact numbers."""
        return list(self.customer.contact_points.current().order_by("kind", "-since", "pk"))

    @cached_property
    def services(self) -> list[Service]:
        """Current services."""
        found = self.customer.services.order_by("started_on", "pk")
        return [service for service in found if service.current(self.today)]

    @cached_property
    def credentials(self) -> list[Credential]:
        """The password and the back-up that are in force."""
        return list(Credential.objects.filter(customer=self.customer, until=None))

    @cached_property
    def users(self) -> list[AuthorisedUser]:
        """Authorised users whose authority holds."""
        found = AuthorisedUser.objects.filter(customer=self.customer)
        return [user for user in found if user.current(self.today)]

    def points(self, kind: str) -> list[ContactPoint]:
        """Current contact points of ``kind``."""
        return [point for point in self.contacts if point.kind == kind]
