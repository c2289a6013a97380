"""Customers and their addresses, as billing sends them: checked and told of as on a call."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field, StringConstraints

from accounts import contacts, importing
from accounts.civil import of_record_from
from accounts.import_rows import Problem
from accounts.models import AccountChange, Carrier
from accounts.spreadsheets import guarded
from cpni.api.doors import Key, system, why
from cpni.api.fields import LINE, Account, Asked, Day, Line, Said, open_account
from cpni.api.problems import Mistaken
from cpni.api.repeats import DOCUMENTED, done_once
from cpni.models import ApiKey

router = Router(tags=["Customers"], auth=Key(ApiKey.Scope.CUSTOMERS))

# A number in a cell of services must not hold what parts them there.
Number = Annotated[str, StringConstraints(max_length=40, pattern=r"^[-+0-9A-Za-z(). ]*$")]


class PostalAddress(Asked):
    """A postal address in the United States."""

    line1: Line
    line2: Line = ""
    city: Line
    state: Line = Field(description="Two letters, such as UT.")
    postcode: Line
    since: Day | None = Field(None, description="On the account since; today if left out.")


class EmailAddress(Asked):
    """An e-mail address."""

    address: Said
    since: Day | None = None


class EmailNotices(Asked):
    """Express consent to notices by e-mail, with its proof (64.2008(d)(3)(i))."""

    since: Day
    proof: Said


class ServiceSent(Asked):
    """A service of the customer's."""

    category: Literal["local", "long_distance", "wireless", "other"]
    number: Number = ""
    started_on: Day
    ended_on: Day | None = None


class CustomerSent(Asked):
    """A customer as billing knows them. What is left out stays as it is: nothing is removed."""

    account: Account
    name: Said
    active_since: Day
    kind: Literal["residential", "business"] | None = None
    status: Literal["active", "discontinued"] | None = None
    discontinued_on: Day | None = None
    language: Literal["en", "es"] | None = None
    post: PostalAddress | None = None
    email: EmailAddress | None = None
    contact_number: Annotated[str, StringConstraints(max_length=40, pattern=LINE)] | None = None
    email_notices: EmailNotices | None = None
    services: Annotated[list[ServiceSent], Field(max_length=50)] = []

    def cells(self) -> dict[str, str]:
        """The same as a row of a billing export, which one set of checks is for."""
        given = {name: _cell(value) for name, value in self._values()}
        return {name: guarded(value) for name, value in given.items()}

    def _values(self) -> Iterator[tuple[str, object]]:
        yield "account_number", self.account
        for name in (
            *("name", "active_since", "kind", "status", "discontinued_on", "language"),
            "contact_number",
        ):
            yield name, getattr(self, name)
        if self.post:
            for name in ("line1", "line2", "city", "state", "postcode"):
                yield name, getattr(self.post, name)
            yield "address_since", self.post.since
        if self.email:
            yield "email", self.email.address
            yield "email_since", self.email.since
        if self.email_notices:
            yield "email_notices_since", self.email_notices.since
            yield "email_notices_proof", self.email_notices.proof
        yield "services", ";".join(_service(one) for one in self.services)


class CustomerWritten(Schema):
    """What became of it."""

    account: str
    result: str = Field(description="created, changed, unchanged")
    effects: list[str] = Field(description="What follows from it, in words.")


class ContactSent(Asked):
    """A new address or number. The present postal or e-mail address ends with it."""

    account: Account
    kind: Literal["post", "email", "telephone"]
    value: Line = Field("", description="The e-mail address or telephone number.")
    line1: Line = ""
    line2: Line = ""
    city: Line = ""
    state: Line = ""
    postcode: Line = ""


class ContactWritten(Schema):
    """Since when it is there, and from when it is of record (64.2003(b))."""

    account: str
    kind: str
    since: date
    of_record_from: date


# Where a column of the file is a field of another name.
FIELDS = {
    "account_number": "account",
    "email_notices_since": "email_notices.since",
    "email_notices_proof": "email_notices.proof",
    "address_since": "post.since",
    "email": "email.address",
    "email_since": "email.since",
    **{name: f"post.{name}" for name in ("line1", "line2", "city", "state", "postcode")},
}


@router.post(
    "/customers", response={200: CustomerWritten}, operation_id="upsert", openapi_extra=DOCUMENTED
)
@done_once
def upsert(request: HttpRequest, sent: CustomerSent) -> tuple[int, Schema]:
    """Add a customer, or change what differs. What they objected to is not touched by it."""
    written = importing.upsert(
        sent.cells(), today=Carrier.today(), by=system(request), because=why(request)
    )
    if isinstance(written, list):
        raise Mistaken([_named(problem) for problem in written])
    return 200, CustomerWritten(
        account=sent.account, result=written.what, effects=list(written.effects)
    )


@router.post(
    "/contacts",
    response={200: ContactWritten},
    operation_id="changeContact",
    openapi_extra=DOCUMENTED,
)
@done_once
def change_contact(request: HttpRequest, sent: ContactSent) -> tuple[int, Schema]:
    """Give a customer another address or number; they are told where they were reached before."""
    customer = open_account(request, sent.account, about="changeContact")
    point = contacts.change_contact(
        customer,
        **sent.model_dump(exclude={"account"}),
        at=timezone.now(),
        on=Carrier.today(),
        route=AccountChange.Route.API,
        by=system(request),
        because=why(request),
    )
    return 200, ContactWritten(
        account=sent.account,
        kind=point.kind,
        since=point.since,
        of_record_from=of_record_from(point.since),
    )


def _cell(value: object) -> str:
    return "" if value is None else str(value)


def _service(one: ServiceSent) -> str:
    parts = [one.category, one.number, str(one.started_on), _cell(one.ended_on)]
    return ":".join(parts if one.ended_on else parts[:3])


def _named(problem: Problem) -> dict[str, str]:
    return {"field": FIELDS.get(problem.field, problem.field), "message": problem.message}
