"""What customers chose, and what was made of their information."""

from datetime import date
from typing import Annotated, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from accounts.models import Carrier
from cpni import disclosures, optouts
from cpni.api.doors import Key, looked, system, why
from cpni.api.fields import (
    OFFERED,
    Account,
    Asked,
    Category,
    Code,
    Day,
    Said,
    account,
    open_account,
    recipient_named,
    use_named,
    uses_named,
)
from cpni.api.repeats import DOCUMENTED, done_once
from cpni.models import ApiKey, OptOutRequest
from notices.models import PolicyUse

router = Router(tags=["Choices and uses"])

Wish = OptOutRequest.Wish


class Choice(Asked):
    """Whose, by what route it came, and when."""

    account: Account
    route: Literal["letter", "email", "telephone", "web", "person"] = Field(
        description="How it came to you. What came by the web or by e-mail is confirmed in writing."
    )
    received_on: Day | None = Field(None, description="The day it came to you; today if left out.")
    uses: Annotated[list[Code], Field(min_length=1, max_length=100)] | None = Field(
        None, description="The codes of the uses that it is about; for all uses if left out."
    )
    stated: Annotated[str, Field(max_length=2000)] | None = Field(
        None, description="What the customer said or wrote, in their words."
    )


class OptOut(Choice):
    """An opt-out. It needs no proof of who asks, and counts from the first of its days."""

    letter_date: Day | None = None
    postmark: Day | None = None


class OptIn(Choice):
    """An opt-in. The carrier must be able to prove it (64.2007(a)(1))."""

    proof: Annotated[str, Field(min_length=1, max_length=500)] = Field(
        description="The signed form, or the recording’s reference and what was read out."
    )


class ChoiceTaken(Schema):
    """What became of it."""

    account: str
    reference: str = Field(description="What can be read back to the customer.")
    effective_on: date
    approvals_changed: int


class Used(Asked):
    """A use that was made, or is about to be made."""

    account: Account
    use: Code
    used_on: Day | None = Field(None, description="Today if left out.")
    recipient: Said | None = Field(
        None, description="Who receives it, by the name in the register; the carrier if left out."
    )
    data_classes: list[PolicyUse.DataClass] = Field([], description="Which data.")
    offered: Category | None = Field(None, description=OFFERED)
    what: Said = Field(description="The specific CPNI, and what it is used for.")


class UseRecorded(Schema):
    """Its number in the record of uses, and the reason for which it was allowed."""

    id: int
    account: str
    use: str
    used_on: date
    reason: str


@router.post(
    "/opt-outs",
    response={201: ChoiceTaken},
    operation_id="optOut",
    auth=Key(ApiKey.Scope.OPT_OUTS),
    openapi_extra=DOCUMENTED,
)
@done_once
def opt_out(request: HttpRequest, sent: OptOut) -> tuple[int, Schema]:
    """Record that a customer opts out, and honour it at once (64.2007(a)(2))."""
    return _take(request, sent, Wish.OPT_OUT, letter_date=sent.letter_date, postmark=sent.postmark)


@router.post(
    "/opt-ins",
    response={201: ChoiceTaken},
    operation_id="optIn",
    auth=Key(ApiKey.Scope.OPT_INS),
    openapi_extra=DOCUMENTED,
)
@done_once
def opt_in(request: HttpRequest, sent: OptIn) -> tuple[int, Schema]:
    """Record a customer’s express opt-in, with its proof (64.2007(a), (b))."""
    return _take(request, sent, Wish.OPT_IN, proof=sent.proof)


def _take(
    request: HttpRequest, sent: Choice, wish: Wish, **more: date | str | None
) -> tuple[int, Schema]:
    today, by, because = Carrier.today(), system(request), why(request)
    customer = open_account(request, sent.account, about=wish.value)
    uses = uses_named(sent.uses) if sent.uses else []
    taken = OptOutRequest(
        wish=wish,
        route=sent.route,
        stated=sent.stated or f"Account {sent.account}, taken by {by}",
        received_on=sent.received_on or today,
        all_uses=not uses,
        **more,
    )
    # Both in the transaction of the request (repeats.done_once): never received and not applied.
    optouts.receive(taken, uses=uses, today=today, at=timezone.now(), by=by, because=because)
    changed = optouts.apply(taken, customer=customer, on=today, by=by, because=because)
    taken.refresh_from_db()
    assert taken.effective_on is not None  # noqa: S101  (constraint: applied has its day)
    return 201, ChoiceTaken(
        account=sent.account,
        reference=taken.reference,
        effective_on=taken.effective_on,
        approvals_changed=changed,
    )


@router.post(
    "/disclosures",
    response={201: UseRecorded},
    operation_id="disclose",
    auth=Key(ApiKey.Scope.DISCLOSURES),
    openapi_extra=DOCUMENTED,
)
@done_once
def disclose(request: HttpRequest, sent: Used) -> tuple[int, Schema]:
    """Record a use of a customer’s CPNI with the decision that allows it; refused when none does
    (64.2009(a), (c))."""
    today = Carrier.today()
    on, use = sent.used_on or today, use_named(sent.use)
    customer = account(request, sent.account, about="disclose")
    # Whether it is recorded or refused, the answer says how the customer stands.
    looked(request, [customer.pk], about="disclose")
    row = disclosures.record(
        customer,
        use,
        on=on,
        recipient=recipient_named(sent.recipient, on=on),
        data_classes=tuple(map(str, sent.data_classes)),
        offered=sent.offered or "",
        what=sent.what,
        at=timezone.now(),
        by=system(request),
        because=why(request),
    )
    return 201, UseRecorded(
        id=row.pk, account=sent.account, use=use.code, used_on=row.used_on, reason=row.reason
    )
