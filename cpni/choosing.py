"""What a customer chooses on the web page that their notice links to (domain.md 4.3).

The link proves that somebody has the notice, and no more. To refuse needs no more than that: it
only restricts us. To allow gives us rights, so it is offered only while the address that the notice
went to is still the customer's and nothing came back from it; a link on paper may be found by
whoever moves in next.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from accounts.errors import Refused
from accounts.models import Customer
from cpni import optouts
from cpni.facts import Choice, choices_of, spell_of, standing_choice
from cpni.models import OptOutRequest
from notices.models import Delivery, Use

NO, YES = "no", "yes"
OPT_OUT, OPT_IN = OptOutRequest.Wish.OPT_OUT, OptOutRequest.Wish.OPT_IN


@dataclass(frozen=True)
class Asked:
    """A use of which the notice speaks, and what the customer has said of it until now."""

    use: Use
    choice: str  # NO, YES, or nothing
    since: date | None


def opened(number: int) -> Delivery | None:
    """The notice with this id if there is something to choose on it: it was sent and asks."""
    found = Delivery.objects.notices().filter(pk=number, state=Delivery.State.SENT)
    return found.select_related(
        "customer__merged_into", "text", "contact_point", "campaign__notice__policy_version"
    ).first()


def asked(delivery: Delivery, *, on: date) -> list[Asked]:
    """The uses that the notice asks for, each with the choice that stands on the civil day."""
    account = account_of(delivery)
    choices, spell = choices_of(account), spell_of(account, on)
    found = []
    for use in delivery.campaign.notice.uses.all():
        choice = standing_choice(choices, use, on, spell)
        found.append(Asked(use, _said(choice), choice.effective_on if choice else None))
    return found


def standing_requests(delivery: Delivery, *, on: date) -> list[OptOutRequest]:
    """The requests by which the choices stand that :func:`asked` gives, and a refusal of all."""
    account = account_of(delivery)
    choices, spell = choices_of(account), spell_of(account, on)
    uses = delivery.campaign.notice.uses.all()
    found = [standing_choice(choices, use, on, spell) for use in uses]
    return list({c.request.pk: c.request for c in found if c}.values())


def refuses_everything(delivery: Delivery) -> bool:
    """Whether the last thing that the customer said was no to every use."""
    return _last_refuses_everything(account_of(delivery)) is not None


def may_allow(delivery: Delivery) -> bool:
    """Whether whoever has this link may allow something, and not only refuse."""
    point = delivery.contact_point
    return (
        point is not None
        and point.until is None
        and point.undeliverable_since is None
        and not delivery.outcome
        and delivery.customer.merged_into_id is None
    )


def choose(
    delivery: Delivery,
    answers: Mapping[int, str],
    *,
    everything: bool = False,
    today: date,
    at: datetime,
) -> list[OptOutRequest]:
    """Record and apply what was chosen: ``answers`` by the id of the use, NO or YES.

    With ``everything`` every use that needs approval is refused, whatever ``answers`` say. What
    stands already is not recorded again, so a form that is sent twice changes nothing: the answer
    is then the requests that stand. ``today`` is the carrier's civil day, ``at`` the aware instant.
    Raises Refused when nothing is chosen, or something is allowed by a link that may only refuse.
    """
    uses = {use.pk: use for use in delivery.campaign.notice.uses.all()}
    said = {uses[pk]: answer for pk, answer in answers.items() if pk in uses and answer}
    if not said and not everything:
        raise Refused("Nothing was chosen.", "Choose an answer for at least one use.")
    if not everything and YES in said.values() and not may_allow(delivery):
        raise Refused(
            "The address that this notice went to is not in use any more.",
            "By this link one can only say no. To allow a use, call us.",
        )
    with transaction.atomic():
        # Locked, so that of a form that is sent twice the second waits and sees the first.
        account = Customer.objects.select_for_update(no_key=True).get(pk=account_of(delivery).pk)
        if everything:
            return _refuse_everything(account, delivery, today=today, at=at)
        choices, spell = choices_of(account), spell_of(account, today)
        requests: list[OptOutRequest] = []
        for wish, answer in ((OPT_OUT, NO), (OPT_IN, YES)):
            meant = [use for use, one in said.items() if one == answer]
            standing = {use: standing_choice(choices, use, today, spell) for use in meant}
            requests += [c.request for c in standing.values() if c and _said(c) == answer]
            if new := [use for use in meant if _said(standing[use]) != answer]:
                requests.append(_record(account, delivery, wish, new, today=today, at=at))
    return list({request.pk: request for request in requests}.values())


def account_of(delivery: Delivery) -> Customer:
    """Whom the notice went to; of an account that was merged, the one that remains."""
    account = delivery.customer
    while account.merged_into is not None:
        account = account.merged_into
    return account


def _refuse_everything(
    account: Customer, delivery: Delivery, *, today: date, at: datetime
) -> list[OptOutRequest]:
    if there := _last_refuses_everything(account):
        return [there]
    return [_record(account, delivery, OPT_OUT, [], today=today, at=at)]


def _record(
    account: Customer,
    delivery: Delivery,
    wish: str,
    uses: Sequence[Use],
    *,
    today: date,
    at: datetime,
) -> OptOutRequest:
    """The request, received and applied; of no ``uses`` it is for all."""
    because = f"Chosen on the web page of notice {delivery.reference}"
    request = OptOutRequest(
        wish=wish,
        route=OptOutRequest.Route.WEB,
        stated=f"By the link in notice {delivery.reference}",
        received_on=today,
        all_uses=not uses,
        proof=(
            f"Chosen at {at.isoformat(timespec='seconds')} on the page that only the link in notice"
            f" {delivery.reference} opens, sent to the customer's address on {delivery.mailed_on}."
            if wish == OPT_IN
            else ""
        ),
    )
    optouts.receive(request, uses=uses, today=today, at=at, by=None, because=because)
    optouts.apply(request, customer=account, on=today, by=None, because=because)
    request.refresh_from_db()
    return request


def _last_refuses_everything(account: Customer) -> OptOutRequest | None:
    applied = OptOutRequest.objects.filter(
        customer=account, status=OptOutRequest.Status.APPLIED
    ).order_by("-received_on", "-pk")
    last = applied.first()
    return last if last and last.wish == OPT_OUT and last.all_uses else None


def _said(choice: Choice | None) -> str:
    if choice is None:
        return ""
    return NO if choice.request.wish == OPT_OUT else YES
