"""May we? One customer and one use, or many customers and one use."""

import json
from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from accounts import contact_optouts
from accounts.errors import Refused
from accounts.models import Carrier, ContactOptOut, Customer, Look
from cpni import facts_at_once
from cpni.api.doors import Key, looked, opening
from cpni.api.fields import (
    OFFERED,
    Account,
    Asked,
    Category,
    Code,
    Day,
    Instant,
    Said,
    no_account,
    recipient_named,
    use_named,
)
from cpni.decisions import Decision, decide, judge
from cpni.models import ApiKey
from cpni.standings import gather_many
from notices.models import PolicyUse, Use

router = Router(tags=["Decisions"], auth=Key(ApiKey.Scope.DECISIONS))

MOST = 10_000  # account numbers in one request
CHUNK = 1_000  # customers whose facts are read at once, in a fixed number of queries
NOT_KNOWN = "unknown_account"


class Question(Asked):
    """What both requests ask besides the accounts. Its fields are what ``judge`` is asked."""

    use: Code = Field(description="The code of the use; /api/v1/uses lists them.")
    on: Day | None = Field(None, description="A day, today or earlier; today if left out.")
    recipient: Said | None = Field(
        None, description="Who would receive it, by the name in the register of recipients."
    )
    data_classes: list[PolicyUse.DataClass] = Field(
        [], description="What would be used; whatever the policy declares if left out."
    )
    offered: Category | None = Field(None, description=OFFERED)
    channel: ContactOptOut.Channel | None = Field(
        None, description="Whether marketing may reach them by it: an answer of its own."
    )

    def day(self) -> date:
        """The civil day that is asked about. Raises Refused for one that is still to come."""
        today = Carrier.today()
        if self.on is not None and self.on > today:
            raise Refused("The day is still to come.", "Ask on that day, before the use.")
        return self.on or today

    def judged(self) -> dict[str, Any]:
        """What ``judge`` is asked besides customer, use and day. Raises Mistaken."""
        named = self.recipient
        return {
            "recipient": None if named is None else recipient_named(named, on=self.day()),
            "data_classes": tuple(map(str, self.data_classes)),
            "offered": self.offered or "",
        }


class OneAsked(Question):
    """One customer and one use."""

    account: Account
    known_at: Instant | None = Field(
        None, description="As far as we had recorded at that instant; as we know now if left out."
    )

    def instant(self) -> datetime | None:
        """The instant whose knowledge is asked for. Raises Refused for one still to come."""
        if self.known_at is not None and self.known_at > timezone.now():
            raise Refused("The instant is still to come.", "Leave out “known_at” for now.")
        return self.known_at


class ManyAsked(Question):
    """Up to 10,000 customers and one use."""

    accounts: Annotated[list[Account], Field(min_length=1, max_length=MOST)]


class EvidenceGiven(Schema):
    """A record of the desk that proves the decision."""

    kind: str
    id: int


class Short(Schema):
    """The answer for one of many."""

    account: str
    allowed: bool
    verdict: str = Field(description="yes, no, not_yet, gap")
    reason: str = Field(description="A code; unknown_account when there is no such customer.")
    until: date | None = Field(None, description="The last day on which it can be relied on.")
    may_contact: bool | None = Field(
        None, description="Whether marketing may reach them by the channel that was asked about."
    )


class Full(Short):
    """The answer for one customer, with what it rests on."""

    use: str
    on: date
    sentence: str
    section: str
    since: date | None
    evidence: list[EvidenceGiven]


class Many(Schema):
    """The answers, in the order of the account numbers that were sent."""

    use: str
    on: date
    results: list[Short]


class UseGiven(Schema):
    """A use of customers' information."""

    code: str
    purpose: str
    recipient: str
    mechanism: str = Field(description="none, opt_out, opt_in, prohibited")
    section: str


class Uses(Schema):
    """All of them."""

    uses: list[UseGiven]


@router.get("/uses", response=Uses, operation_id="uses", auth=Key())
def uses(request: HttpRequest) -> Any:
    """Every use that can be asked about. For any key."""
    return {"uses": list(Use.objects.all())}


@router.post("/decisions", response=Full, operation_id="decide")
def decide_one(request: HttpRequest, asked: OneAsked) -> Any:
    """May this customer's CPNI be put to this use? Ask before each use, at the moment of use."""
    on, known_at, judged = asked.day(), asked.instant(), asked.judged()
    look = opening(request, about="decide")  # recorded before anything is shown
    found = facts_at_once.find(asked.account, asked.use, on=on, look=look)
    use = found.use if found and found.use else use_named(asked.use)
    if found is None:
        raise no_account(request, about="decide")
    if known_at is None:
        decision = judge(found.facts, use, on, **judged)
    else:
        customer = found.facts.customer
        decision = decide(customer, use, on=on, known_at=known_at, **judged)
    return _written(
        {
            **_short(decision, _contact([decision.customer.pk], asked.channel, on)),
            "use": use.code,
            "on": decision.on.isoformat(),
            "sentence": decision.sentence,
            "section": decision.section,
            "since": decision.since and decision.since.isoformat(),
            # Which records, and not what they say: that may be a customer's own words.
            "evidence": [{"kind": proof.kind, "id": proof.id} for proof in decision.evidence],
        }
    )


@router.post("/decisions/many", response=Many, operation_id="decideMany")
def decide_many(request: HttpRequest, asked: ManyAsked) -> Any:
    """The same for up to 10,000 customers. Who is not known is not allowed."""
    on, judged = asked.day(), asked.judged()
    use = use_named(asked.use)
    found: dict[str, dict[str, Any]] = {}
    shown: list[int] = []
    wanted = list(dict.fromkeys(asked.accounts))
    for start in range(0, len(wanted), CHUNK):
        numbers = wanted[start : start + CHUNK]
        customers = list(
            Customer.objects.filter(account_number__in=numbers).select_related("merged_into")
        )
        facts = gather_many(customers, on)
        contact = _contact([customer.pk for customer in customers], asked.channel, on)
        for customer in customers:
            decision = judge(facts[customer.pk], use, on, **judged)
            found[customer.account_number] = _short(decision, contact)
        shown += [customer.pk for customer in customers]
    looked(request, shown, what=Look.What.LISTED, about="decideMany")
    results = [found.get(number) or _not_known(number) for number in asked.accounts]
    return _written({"use": use.code, "on": on.isoformat(), "results": results})


def _written(answer: dict[str, Any]) -> HttpResponse:
    """As JSON, past the framework, which would validate what is made here against the schema."""
    return HttpResponse(json.dumps(answer), content_type="application/json")


def _contact(
    customers: list[int], channel: ContactOptOut.Channel | None, on: date
) -> dict[int, bool]:
    """For each of ``customers``, by id, whether marketing may reach them by ``channel``."""
    if channel is None:
        return {}
    may = contact_optouts.may_contact(customers, channel=channel, on=on)
    return {customer: customer in may for customer in customers}


def _short(decision: Decision, contact: dict[int, bool]) -> dict[str, Any]:
    return {
        "account": decision.customer.account_number,
        "allowed": decision.allowed,
        "verdict": str(decision.verdict),
        "reason": decision.code,
        "until": decision.until and decision.until.isoformat(),
        "may_contact": contact.get(decision.customer.pk),
    }


def _not_known(number: str) -> dict[str, Any]:
    answer = {"account": number, "allowed": False, "verdict": "no", "reason": NOT_KNOWN}
    return {**answer, "until": None, "may_contact": None}
