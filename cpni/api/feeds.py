"""Lists that are read page by page: who is in a campaign, and which approvals changed."""

from datetime import date
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from accounts.models import Look
from cpni import changed_approvals
from cpni.api.doors import Key, key_of, looked
from cpni.api.fields import Asked, Cursor, Page
from cpni.api.problems import Mistaken
from cpni.models import ApiKey
from notices.models import Campaign, Delivery

router = Router(tags=["Lists"])

MOST = 1_000  # on one page
LARGEST = 2**53 - 1  # numbers of records that every program can hold


class Paging(Asked):
    """Where a page begins, and how long it is. What is misspelt is refused: it would begin anew."""

    cursor: Cursor = Field("0", description="“next” of the page before; or leave it out.")
    limit: int = Field(100, ge=1, le=MOST, description="How many on a page.")

    @classmethod
    def only(cls, request: HttpRequest) -> None:
        """Raise Mistaken for whatever else the query holds, which the framework overlooks."""
        if others := [name for name in request.GET if name not in cls.model_fields]:
            message = f"It is not known here. Use: {', '.join(cls.model_fields)}."
            raise Mistaken([{"field": name, "message": message} for name in others])


class Recipient(Schema):
    """A customer who is in a campaign, and what became of the message to them."""

    account: str
    channel: str
    state: str
    mailed_on: date | None
    outcome: str


class Audience(Page):
    """A page of a campaign’s recipients, as they were frozen when it began."""

    recipients: list[Recipient]


class ChangeGiven(Schema):
    """What an approval became, and from which day that counts."""

    account: str
    use: str
    state: str = Field(description="assumed, express, denied, suspended, ended")
    effective_on: date


class Changes(Page):
    """A page of changes, in the order in which they were recorded."""

    changes: list[ChangeGiven]


class KeyGiven(Schema):
    """What a key may."""

    system: str
    scopes: list[str]
    expires_on: date
    per_minute: int


@router.get("/key", response=KeyGiven, operation_id="key", auth=Key())
def own_key(request: HttpRequest) -> Any:
    """What the key may with which this is asked: the first thing to try."""
    key = ApiKey.objects.select_related("client").get(pk=key_of(request).pk)
    return {
        "system": str(key.client),
        "scopes": key.scopes,
        "expires_on": key.expires_at.date(),
        "per_minute": key.per_minute,
    }


@router.get(
    "/campaigns/{campaign}/audience",
    response=Audience,
    operation_id="audience",
    auth=Key(ApiKey.Scope.AUDIENCES),
)
def audience(
    request: HttpRequest,
    campaign: Annotated[int, Field(ge=1, le=LARGEST)],
    paging: Query[Paging],
) -> Any:
    """Who is in a campaign. Being in it is no permission: ask for the decision before each use."""
    paging.only(request)
    if not Campaign.objects.filter(pk=campaign).exists():
        raise Http404("There is no campaign of this number.")
    rows = Delivery.objects.filter(
        campaign=campaign, change=None, code=None, pk__gt=int(paging.cursor)
    )
    found = list(rows.select_related("customer").order_by("pk")[: paging.limit + 1])
    page = found[: paging.limit]
    looked(request, [d.customer_id for d in page], what=Look.What.LISTED, about="audience")
    return {
        "recipients": [
            {
                "account": row.customer.account_number,
                "channel": row.channel,
                "state": row.state,
                "mailed_on": row.mailed_on,
                "outcome": row.outcome,
            }
            for row in page
        ],
        "next": str(page[-1].pk) if page else paging.cursor,
        "more": len(found) > paging.limit,
    }


@router.get("/changes", response=Changes, operation_id="changes", auth=Key(ApiKey.Scope.CHANGES))
def changes(request: HttpRequest, paging: Query[Paging]) -> Any:
    """Which approvals changed since the cursor: whoever does the same to their own copy has it
    right. No change is passed over, however late it was committed; keep “next” and go on there.
    A cursor beyond the last change is refused, as after a restore from a backup: begin anew."""
    paging.only(request)
    changed_approvals.list_new(at=timezone.now())
    if (cursor := int(paging.cursor)) > changed_approvals.last_position():
        message = "There is no such change: a backup was restored. Read from the beginning."
        raise Mistaken([{"field": "cursor", "message": message}])
    page, reached, more = changed_approvals.page(cursor, most=paging.limit)
    looked(request, [c.customer_id for c in page], what=Look.What.LISTED, about="changes")
    return {
        "changes": [
            {"account": c.account, "use": c.use, "state": c.state, "effective_on": c.effective_on}
            for c in page
        ],
        "next": str(reached),
        "more": more,
    }
