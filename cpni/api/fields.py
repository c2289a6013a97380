"""The kinds of values that requests are made of, and what every list has."""

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from ninja import Schema
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)

from accounts.civil import EARLIEST, LATEST
from accounts.errors import Refused
from accounts.models import Customer, Look
from cpni import recipients
from cpni.api.doors import looked
from cpni.api.problems import Mistaken
from cpni.models import Recipient
from notices.models import Use

# No control characters: no field of ours has a use for one, and PostgreSQL stores no NUL. Nor half
# a character of UTF-16, which is no text.
LINE = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _day(given: Any) -> Any:
    """Only a day as ISO 8601 writes it; the library would take numbers and times as well."""
    if given is None or isinstance(given, date):
        return given
    if not isinstance(given, str) or not ISO_DAY.fullmatch(given):
        raise ValueError("write it like 2026-11-23")
    return given


def _of_our_time(given: date | datetime) -> Any:
    """Only what can be reckoned with; nothing that we know of lies outside."""
    if not EARLIEST.year <= given.year <= LATEST.year:
        raise ValueError(f"its year lies outside of {EARLIEST.year} to {LATEST.year}")
    return given


Day = Annotated[date, BeforeValidator(_day), AfterValidator(_of_our_time)]
Instant = Annotated[AwareDatetime, AfterValidator(_of_our_time)]
Account = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=LINE)]
Code = Annotated[str, StringConstraints(pattern=r"^[-a-zA-Z0-9_]{1,60}$")]
Line = Annotated[str, StringConstraints(max_length=200, pattern=LINE)]
Said = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=LINE)]
Category = Literal["local", "long_distance", "wireless"]
OFFERED = (
    "The category of service that marketing within the customer’s services offers, which they must"
    " have (64.2005(b)); any that they have if left out."
)
Cursor = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{1,18}$"),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]{1,18}$"}),
]


class Asked(BaseModel):
    """What a request holds: what is not known is refused instead of overlooked.

    Not the framework's Schema, which validates twice what refuses the unknown.
    """

    model_config = ConfigDict(extra="forbid")


class Page(Schema):
    """What follows a list: where it goes on, and whether there was more."""

    next: str = Field(description="The cursor of the next page; ask with it again later, too.")
    more: bool = Field(description="Whether there is more already.")


def account(request: HttpRequest, number: str, *, about: str) -> Customer:
    """The customer with this account number. Raises Http404, which is on record as a look."""
    found = Customer.objects.filter(account_number=number).select_related("merged_into").first()
    if found is None:
        raise no_account(request, about=about)
    return found


def no_account(request: HttpRequest, *, about: str) -> Http404:
    """What is answered for an account number that nobody has; that it was asked is on record."""
    looked(request, [], what=Look.What.MISSING, about=about)
    return Http404("No customer has this account number.")


def open_account(request: HttpRequest, number: str, *, about: str) -> Customer:
    """The same, of an account to which something is to be done. Raises Refused if it was merged."""
    found = account(request, number, about=about)
    if found.merged_into is not None:
        looked(request, [found.pk], about=about)
        raise Refused(
            "This account was merged into another.",
            f"Use account {found.merged_into.account_number}.",
        )
    return found


def recipient_named(name: str | None, *, on: date) -> Recipient | None:
    """The row of the register with this name; None for nobody's name. Raises Mistaken."""
    if name is None:
        return None
    found = recipients.named(name, on=on)
    if found is None:
        words = "It is not in the register of recipients: the compliance officer enters it."
        raise Mistaken([{"field": "recipient", "message": words}])
    return found


def use_named(code: str) -> Use:
    """The use of that code. Raises Mistaken."""
    return uses_named([code], field="use")[0]


def uses_named(codes: list[str], *, field: str = "uses") -> list[Use]:
    """The uses of these codes. Raises Mistaken when one is not known."""
    found = {use.code: use for use in Use.objects.filter(code__in=codes)}
    if missing := [code for code in codes if code not in found]:
        raise Mistaken(
            [{"field": field, "message": f"There is no use “{missing[0]}”: see /api/v1/uses."}]
        )
    return [found[code] for code in dict.fromkeys(codes)]
