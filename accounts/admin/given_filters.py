"""Filters of lists that only a link sets, such as “what did this person do?”."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter

from accounts.fields import record_id
from accounts.models import Customer, User


class GivenFilter(DropdownFilter):
    """A filter that only a link sets, such as “who looked at this customer?”; it can be undone."""

    column = ""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """What the link asked for, in words."""
        value = request.GET.get(self.parameter_name, "")
        return [] if record_id(value) is None else [(value, self.words(value))]

    def words(self, value: str) -> str:
        """The name of what has the id ``value``."""
        raise NotImplementedError

    def number(self) -> int | None:
        """The id, if one was asked for."""
        return record_id(self.value() or "")

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those of which ``column`` holds the id."""
        number = self.number()
        return queryset if number is None else queryset.filter(**{self.column: number})


class CustomerFilter(GivenFilter):
    """Records of one customer."""

    title = "account"
    parameter_name = "account"
    column = "customer_id"

    def words(self, value: str) -> str:
        """The account."""
        numbers = Customer.objects.filter(pk=int(value)).values_list("account_number", flat=True)
        return f"Account {numbers.first() or '?'}"


class PersonFilter(GivenFilter):
    """Records of one member of staff; ``column`` names them."""

    title = "person"
    parameter_name = "person"
    column = "by_id"

    def words(self, value: str) -> str:
        """Their name."""
        return str(User.objects.filter(pk=int(value)).first() or "?")


class EntererFilter(PersonFilter):
    """Records that one member of staff entered."""

    column = "entered_by_id"


class SubjectFilter(PersonFilter):
    """Records about one member of staff."""

    parameter_name = "whose"  # a field is named person, and addresses name no fields
    column = "person_id"
